"""The WebSocket and the HTTP door: its paths, and what holds for a request to any of them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from receiver.errors import Internal, Unauthorized, all_errors
from receiver.model.health import Examination
from receiver.protocol import limits
from receiver.protocol.events import Answer, Error
from receiver.server.bind import listen_on, unmapped
from receiver.server.certificate import Certificate
from receiver.server.door import Door
from receiver.server.gate import Gate
from receiver.server.guard import Guard
from receiver.server.http_connection import JSON, HttpConnection, in_json
from receiver.server.hub import Hub
from receiver.server.metrics import Metrics
from receiver.server.peer_wire import PeerWire
from receiver.server.schema import schema
from receiver.server.visitor import Visitor, as_met
from receiver.trust.caller import Caller

GOODBYE_S = 0.5


class Server:
    """Serves one receiver. Event loop only."""

    def __init__(
        self,
        hub: Hub,
        door: Door,
        serve_peer: Callable[[PeerWire], Awaitable[None]],
        metrics: Metrics,
        examine: Callable[[], Awaitable[Examination]],
        gate: Gate,
        guard: Guard,
    ) -> None:
        """`serve_peer` speaks with another receiver, until the wire is lost; `examine` looks for
        what is wrong with this one, which takes some seconds.
        """
        self._hub = hub
        self._door = door
        self._doorkeeper = door.doorkeeper
        self._serve_peer = serve_peer
        self._metrics = metrics
        self._examine = examine
        self._gate = gate
        self._guard = guard
        self._examining = asyncio.Lock()
        self._examination: Examination | None = None
        self._status = {code: cls.http_status for code, cls in all_errors().items()}
        self._sockets: set[web.WebSocketResponse] = set()
        self._fingerprint = ""

    @contextlib.asynccontextmanager
    async def listening(
        self, host: str, port: int, certificate: Certificate | None = None
    ) -> AsyncIterator[int]:
        """Serve while the block lasts; gives the port, on which TLS is spoken too where there is a
        certificate for it. Raises `OSError` if the port is taken.
        """
        self._fingerprint = certificate.fingerprint if certificate else ""
        tls = certificate.context if certificate else None
        runner = web.AppRunner(self._app(), handle_signals=False, shutdown_timeout=0.5)
        await runner.setup()
        server = runner.server
        assert server is not None
        try:
            with listen_on(host, port) as listening:
                async with asyncio.TaskGroup() as tasks:
                    serve = functools.partial(HttpConnection, server)
                    standing = tasks.create_task(self._gate.stand(listening, serve, tls))
                    yield listening.getsockname()[1]
                    standing.cancel()
        finally:
            await self._say_goodbye()
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=limits.MAX_MESSAGE_BYTES)
        self._guard.watch(app)
        app.add_routes(
            [
                web.get("/", self._front),
                web.get(limits.WEBSOCKET_PATH, self._websocket),
                web.get(limits.PEER_PATH, self._peer),
                web.post(limits.COMMANDS_PATH, self._command),
                web.get(limits.STATUS_PATH, self._state),
                web.get(limits.SCHEMA_PATH, self._schema),
                web.get(limits.DOCTOR_PATH, self._doctor),
                web.get(limits.METRICS_PATH, self._numbers),
            ]
        )
        return app

    async def _say_goodbye(self) -> None:
        """Close the WebSockets; a client that does not answer is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S), asyncio.TaskGroup() as tasks:
                for socket in self._sockets:
                    tasks.create_task(socket.close(code=1001, message=b"the receiver stops"))

    # --- HTTP -------------------------------------------------------------------------------

    async def _front(self, _: web.Request) -> web.Response:
        name = self._hub.snapshot().state.receiver.name
        return web.Response(
            text=f"This is the Tonearm receiver {name}.\n"
            f"Cast to it with: tonearm cast URL\n"
            f"State: {limits.STATUS_PATH}  Schema: {limits.SCHEMA_PATH}"
            f"  Metrics: {limits.METRICS_PATH}\n"
        )

    async def _command(self, request: web.Request) -> web.Response:
        if request.content_type != JSON:
            error = Error(None, "bad_request", f"Send commands as Content-Type: {JSON}.")
            return in_json(error, 415)
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def reply(answer: Answer) -> None:
            if not answered.done():
                answered.set_result(answer)

        self._door.take(await self._guard.body(request), self._caller(request), reply)
        answer = await answered
        status = 200
        if isinstance(answer, Error):
            status = self._status.get(answer.code, Internal.http_status)
        return in_json(answer, status)

    async def _state(self, request: web.Request) -> web.Response:
        self._known(request)
        return in_json(self._hub.snapshot())

    async def _schema(self, _: web.Request) -> web.Response:
        return web.Response(body=schema(), content_type=JSON)

    async def _doctor(self, request: web.Request) -> web.Response:
        """One at a time: who came while one was under way is told what that found."""
        self._known(request)
        known = self._examination
        async with self._examining:
            if self._examination is known or self._examination is None:
                self._examination = await self._examine()
            return in_json(self._examination)

    async def _numbers(self, request: web.Request) -> web.Response:
        self._known(request)
        from receiver.server import exposition as e  # noqa: PLC0415 - a megabyte, seldom needed

        body = e.exposition(self._metrics)
        return web.Response(body=body, headers={"Content-Type": e.CONTENT_TYPE})

    # --- who asks ---------------------------------------------------------------------------

    def _caller(self, request: web.Request) -> Caller | None:
        """Who asks, by the token in the head (RFC 6750); None: nobody that was let in. Raises
        `Unauthorized` for a token that is none.
        """
        caller = self._by_token(request)
        return None if caller is None else as_met(caller, request)

    def _by_token(self, request: web.Request) -> Caller | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return self._doorkeeper.stranger
        if scheme.casefold() != "bearer":
            raise Unauthorized("Show the token of a pairing as: Authorization: Bearer TOKEN.")
        return self._doorkeeper.caller(token.strip())

    def _known(self, request: web.Request) -> None:
        """Raises `Unauthorized` for who is not paired."""
        if self._caller(request) is None:
            raise self._doorkeeper.unknown()

    # --- WebSocket --------------------------------------------------------------------------

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        visitor = Visitor(self._hub, self._door, self._doorkeeper, self._caller(request))
        self._sockets.add(visitor.socket)
        try:
            await visitor.serve(request)
        finally:
            self._sockets.discard(visitor.socket)
        return visitor.socket

    async def _peer(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            compress=False, max_msg_size=limits.MAX_PEER_MESSAGE_BYTES, timeout=GOODBYE_S
        )
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            channel = self._fingerprint if request.secure else ""
            await self._serve_peer(PeerWire(socket, unmapped(request.remote or ""), channel))
        finally:
            self._sockets.discard(socket)
        return socket
