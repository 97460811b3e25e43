"""The WebSocket of one controller: commands in, answers and news out."""

from __future__ import annotations

import asyncio

from aiohttp import WSMessage, WSMsgType, web

from receiver.errors import TonearmError
from receiver.protocol import codec, limits
from receiver.protocol.commands import Auth
from receiver.protocol.events import Done, Error
from receiver.server.callers import as_met
from receiver.server.door import Door
from receiver.server.hub import Hub
from receiver.trust.caller import Caller
from receiver.trust.doorkeeper import Doorkeeper, Visit

HEARTBEAT_S = 20.0
SEND_S = 5.0
"""A client that takes no message for so long is cut off."""
AUTH_S = 10.0
"""A client that does not say for so long who it is is cut off."""


class Visitor:
    """Speaks with one controller until the WebSocket is closed. Event loop only."""

    def __init__(self, hub: Hub, door: Door, doorkeeper: Doorkeeper, caller: Caller | None) -> None:
        """`caller`: who it is, where that is known from the head of the request."""
        self.socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S,
            compress=False,
            max_msg_size=limits.MAX_MESSAGE_BYTES + 1,  # the first size that is too much
            timeout=SEND_S,
        )
        self._door = door
        self._doorkeeper = doorkeeper
        self._caller = caller
        self._visit: Visit | None = None
        self._outbox = hub.outbox()

    async def serve(self, request: web.Request) -> None:
        """Until it is closed; a client that is not let in or does not read is cut off."""
        await self.socket.prepare(request)
        try:
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._send(request))
                if self._caller is not None:
                    self._welcome(self._caller)
                await self._listen(request)
                sending.cancel()
        finally:
            self._outbox.leave()
            if self._visit is not None:
                self._doorkeeper.leave(self._visit)

    async def _listen(self, request: web.Request) -> None:
        if self._caller is None:
            self._refuse(None, self._doorkeeper.unknown())
            await self._let_in(request)
        async for message in self.socket:
            await self._take(message, request)

    async def _let_in(self, request: web.Request) -> None:
        """Until the client has said who it is, or it takes too long."""
        try:
            async with asyncio.timeout(AUTH_S):
                while self._caller is None and not self.socket.closed:
                    await self._take(await self.socket.receive(), request)
        except TimeoutError:
            await self.socket.close(code=4401, message=b"unauthorized")

    async def _take(self, message: WSMessage, request: web.Request) -> None:
        # What has come already is given out at once, and may be a thousand messages: others first.
        await asyncio.sleep(0)
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        auth = _auth(message.data) if self._caller is None else None
        if auth is None:
            self._door.take(message.data, self._caller, self._outbox.post)
            return
        try:
            caller = as_met(self._doorkeeper.caller(auth.token), request)
        except TonearmError as error:
            self._refuse(auth.id, error)
        else:
            self._outbox.post(Done(auth.id, {"role": caller.role}))
            self._welcome(caller)

    def _welcome(self, caller: Caller) -> None:
        self._caller = caller
        self._visit = self._doorkeeper.enter(caller, self._cut_off)
        self._outbox.join()

    def _cut_off(self) -> None:
        self._caller = None
        self._refuse(None, self._doorkeeper.unknown())
        self._outbox.end()

    def _refuse(self, command_id: str | None, error: TonearmError) -> None:
        self._outbox.post(Error(command_id, error.code, error.message, error.detail))

    async def _send(self, request: web.Request) -> None:
        """Send what is in the outbox; a client that does not read is cut off, not waited for."""
        try:
            while True:
                message = await self._outbox.next()
                async with asyncio.timeout(SEND_S):
                    await self.socket.send_str(message.decode())
        except (TimeoutError, OSError):
            if request.transport is not None:
                request.transport.abort()


def _auth(data: bytes | str) -> Auth | None:
    """The command, if it is one that shows a token."""
    if len(data) > limits.MAX_STRANGER_BYTES:
        return None
    try:
        command = codec.decode_command(data)
    except TonearmError:
        return None
    return command if isinstance(command, Auth) else None
