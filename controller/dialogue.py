"""Commands and their answers over a connection, matched by id."""

from __future__ import annotations

import asyncio
from typing import Any

from controller.address import Address
from controller.connection import Connection
from controller.one_shot import no_answer
from receiver.errors import NoReceiver, error_from_code
from receiver.protocol import codec
from receiver.protocol.commands import Command
from receiver.protocol.events import Done, Error


class Dialogue:
    """Who waits for which answer. Any number of commands may be on their way at once."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.lost: NoReceiver | None = None
        """Why the last connection was lost."""

    @property
    def connected(self) -> bool:
        """Whether commands can be sent."""
        return self._connection is not None

    def begin(self, connection: Connection) -> None:
        """Speak over this connection from now on."""
        self._connection = connection

    def end(self, reason: str) -> None:
        """The connection is gone, and so are the answers to what was sent over it."""
        self._connection = None
        self.lost = no_answer(self._address, reason)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self.lost)

    async def ask(self, command: Command, seconds: float) -> dict[str, Any]:
        """Send a command and return the result of its answer, within `seconds`.

        Raises the error of the answer, `NoReceiver`, and `BadRequest` for what the receiver would
        refuse: that need not travel.
        """
        message = codec.encode(command)
        codec.decode_command(message)
        if self._connection is None:
            raise self.lost or no_answer(self._address, "there is no connection")
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[command.id] = answer
        try:
            async with asyncio.timeout(seconds):
                await self._connection.send(message)
                return await answer
        except TimeoutError:
            raise no_answer(self._address, f"no answer within {seconds:.0f} s") from None
        except ConnectionError as error:
            raise no_answer(self._address, f"the connection was lost: {error}") from None
        finally:
            del self._waiting[command.id]

    def hear(self, message: Done | Error) -> None:
        """Give an answer to whoever waits for it; one that nobody waits for is dropped."""
        answer = self._waiting.get(message.id or "")
        if answer is None or answer.done():
            return
        if isinstance(message, Done):
            answer.set_result(message.result)
        else:
            answer.set_exception(error_from_code(message.code, message.message, message.detail))
