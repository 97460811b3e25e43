"""A receiver without sound: it keeps a state, obeys commands and tells every controller."""

from __future__ import annotations

import asyncio
import itertools
import time
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp import web

from receiver.errors import NothingPlaying, TonearmError, Unreachable
from receiver.model.health import Examination
from receiver.model.state import (
    Anchor,
    ClockId,
    Output,
    Problem,
    Receipt,
    ReceiverInfo,
    SessionState,
    State,
    Tags,
    Volume,
)
from receiver.protocol import codec, limits, patch
from receiver.protocol import commands as c
from receiver.protocol.events import Change, Done, Error, StateEvent
from receiver.session.edits import Edit, edit, new_items
from receiver.session.history import History
from receiver.session.queue import Queue

replace = msgspec.structs.replace


class FakeReceiver:
    """Serves the protocol on a free port of 127.0.0.1 while it is entered.

    What happens to it by itself is a method: `ends`, `loses_connections`, `says`. `refuses` maps
    the type of a command to the error it is answered with, `ignores` holds those never answered.
    With `fetches`, a play gets the whole URL before it is answered. `unplayable` maps URLs to the
    errors of a play that begins with them. Its queue is a real one. Without an `examination` it has
    no doctor, as older ones.
    """

    def __init__(self, name: str = "Kitchen", clock_ahead_us: int = 0) -> None:
        self.port = 0
        self.commands: list[c.Command] = []
        self.refuses: dict[type[c.Command], TonearmError] = {}
        self.ignores: set[type[c.Command]] = set()
        self.unplayable: dict[str, TonearmError] = {}
        self.fetches = False
        self.fetched = b""
        self.receipt = Receipt(0.0, None, 1.5, 3.25, 4.0, 18.4)
        self.revision = 41
        self.examination: Examination | None = None
        self._clock_ahead_us = clock_ahead_us
        self._lost_changes = 0
        self._ids = (f"i-{number}" for number in itertools.count(1))
        self.queue = Queue(lambda: 7)
        self.history = History(lambda: 1_700_000_000)
        self.settings: dict[str, Any] = {
            "name": name,
            "volume_cap": 80,
            "night_hours": "",
            "device": "",
            "devices": [{"name": "USB DAC (hw:1,0)", "id": "DAC"}, {"name": "default"}],
            "from": {
                "name": {"origin": "default", "editable": True},
                "volume_cap": {"origin": "--volume-cap", "editable": False},
                "night_hours": {"origin": "default", "editable": True},
                "device": {"origin": "default", "editable": True},
            },
        }
        """As `settings.get` tells them; the real ones are more."""
        self._heard = asyncio.Condition()
        self._sockets: set[web.WebSocketResponse] = set()
        self._runner: web.AppRunner | None = None
        self.state = State(
            receiver=ReceiverInfo(f"id-{name.lower()}", name, "0.1.0", ClockId(name, "boot-1")),
            session=SessionState(id="s-1"),
            volume=Volume(50, False, -20.0),
            output=Output("mock", "Mock", 44100, 2, 50.0, 50.0),
        )

    @property
    def host(self) -> str:
        """Where it listens."""
        return "127.0.0.1"

    @property
    def address(self) -> str:
        """As it is written on a command line."""
        return f"{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.vanish()

    async def listen(self) -> None:
        """Open the port, the same as before if there was one."""
        app = web.Application()
        app.router.add_get(limits.WEBSOCKET_PATH, self._websocket)
        app.router.add_post(limits.COMMANDS_PATH, self._post)
        app.router.add_get(limits.STATUS_PATH, self._status)
        app.router.add_get(limits.DOCTOR_PATH, self._doctor)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def vanish(self) -> None:
        """Close the port and every connection."""
        await self.loses_connections()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- what happens to it -----------------------------------------------------------------

    async def loses_connections(self) -> None:
        """Every WebSocket is closed."""
        for socket in list(self._sockets):
            await socket.close()

    def loses_changes(self, count: int) -> None:
        """The next changes reach nobody."""
        self._lost_changes = count

    async def ends(self) -> None:
        """The item has been heard to its end; the queue goes on."""
        await self._goes_to(self.queue.upcoming())

    async def fails(self, problem: Problem) -> None:
        """The item breaks off; the queue goes on."""
        await self._goes_to(self.queue.after(), problem)

    async def says(self, title: str, artist: str | None = None) -> None:
        """The stream says what it is."""
        item = self.queue.current
        assert item is not None
        self.queue.change(item.id, tags=Tags(title, artist), duration_ms=296_000.0, seekable=True)
        session = replace(self.state.session, item=self.queue.current, queue=self.queue.state)
        await self.becomes(session=session)

    async def becomes(self, **fields: Any) -> None:
        """Some fields of the state change, and everybody is told."""
        before = msgspec.to_builtins(self.state)
        self.state = replace(self.state, **fields)
        change = patch.diff(before, msgspec.to_builtins(self.state))
        if not change:
            return
        self.revision += 1
        if self._lost_changes:
            self._lost_changes -= 1
            return
        await self.sends(Change(self.revision, change))

    async def sends(self, message: msgspec.Struct) -> None:
        """Everybody is sent this message."""
        for socket in list(self._sockets):
            await socket.send_str(codec.encode(message).decode())

    async def hears(self, kind: type[c.Command]) -> None:
        """Return when a command of this kind has come in."""
        async with self._heard:
            await self._heard.wait_for(lambda: any(isinstance(x, kind) for x in self.commands))

    def now_us(self) -> int:
        """Its own clock."""
        return round(time.monotonic() * 1e6) + self._clock_ahead_us

    # --- its doors --------------------------------------------------------------------------

    def _state_event(self) -> StateEvent:
        return StateEvent(self.revision, self.state)

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(codec.encode(self._state_event()).decode())
        self._sockets.add(socket)
        try:
            async with asyncio.TaskGroup() as answers:
                async for frame in socket:
                    answers.create_task(self._reply(socket, frame.data))
        finally:
            self._sockets.discard(socket)
        return socket

    async def _reply(self, socket: web.WebSocketResponse, data: str) -> None:
        answer = await self._answer(data)
        if answer is not None and not socket.closed:
            await socket.send_str(codec.encode(answer).decode())

    async def _post(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        answer = await self._answer(await request.read())
        if answer is None:
            await asyncio.Event().wait()
        status = 200
        if isinstance(answer, Error):
            status = (
                next(e.http_status for e in self.refuses.values() if e.code == answer.code)
                if self.refuses
                else 409
            )
        return web.Response(
            body=codec.encode(answer), status=status, content_type="application/json"
        )

    async def _status(self, request: web.Request) -> web.Response:
        return web.Response(body=codec.encode(self._state_event()), content_type="application/json")

    async def _doctor(self, request: web.Request) -> web.Response:
        if self.examination is None:
            raise web.HTTPNotFound
        return web.Response(body=codec.encode(self.examination), content_type="application/json")

    # --- its mind ---------------------------------------------------------------------------

    async def _answer(self, data: bytes | str) -> Done | Error | None:
        command_id = codec.id_of(data)
        try:
            command = codec.decode_command(data)
            self.commands.append(command)
            async with self._heard:
                self._heard.notify_all()
            if type(command) in self.ignores:
                return None
            if type(command) in self.refuses:
                raise self.refuses[type(command)]
            return Done(command.id, await self._obey(command))
        except TonearmError as error:
            return Error(command_id, error.code, error.message, error.detail)

    async def _obey(self, command: c.Command) -> dict[str, Any]:
        match command:
            case c.TimeRequest() | c.Status() | c.HistoryList():
                return self._told(command)
            case c.Play() | c.Next() | c.Previous() | c.QueueJump():
                return await self._choose(command)
            case c.SettingsGet() | c.SettingsSet():
                return self._set(command)
            case _ if isinstance(command, Edit):
                return await self._edit(command)
            case c.SetVolume(percent=percent, by=by):
                wanted = percent if percent is not None else self.state.volume.percent + (by or 0)
                await self.becomes(
                    volume=replace(self.state.volume, percent=min(max(wanted, 0), 100))
                )
            case c.Mute(muted=muted):
                wish = not self.state.volume.muted if muted is None else muted
                await self.becomes(volume=replace(self.state.volume, muted=wish))
            case c.Stop():
                await self._idles()
            case c.Pause():
                await self._moves(rate=0)
            case c.Resume():
                await self._moves(rate=1)
            case c.Toggle():
                await self._moves(rate=1 - self._anchor().rate)
            case c.Seek(position_ms=position_ms, by_ms=by_ms):
                here = self._anchor().position_at(self.now_us())
                await self._moves(
                    to=position_ms if position_ms is not None else here + (by_ms or 0)
                )
        return self._result()

    def _told(self, command: c.TimeRequest | c.Status | c.HistoryList) -> dict[str, Any]:
        match command:
            case c.TimeRequest(t1_us=t1_us):
                told: Any = {"t1_us": t1_us, "t2_us": self.now_us(), "t3_us": self.now_us()}
            case c.Status():
                told = self._state_event()
            case c.HistoryList(offset=offset, count=count):
                told = self.history.page(offset, min(count, 60))  # a page is not always full
        result: dict[str, Any] = msgspec.to_builtins(told)
        return result

    def _set(self, command: c.SettingsGet | c.SettingsSet) -> dict[str, Any]:
        for key in self.settings["from"]:
            if (value := getattr(command, key, None)) is not None:
                self.settings[key] = value
                self.settings["from"][key]["origin"] = "settings.json"
        return self.settings

    async def _choose(self, command: c.Play | c.Next | c.Previous | c.QueueJump) -> dict[str, Any]:
        match command:
            case c.Play():
                return await self._play(command)
            case c.Next():
                await self._goes_to(self.queue.after())
            case c.Previous():
                await self._goes_to(self.queue.before())
            case c.QueueJump(item=item, position_ms=position_ms):
                self.queue.go_to(item)
                await self._starts(position_ms)
        if self.queue.current is None:
            return self._result()
        return {"receipt": msgspec.to_builtins(self.receipt)}

    async def _play(self, command: c.Play) -> dict[str, Any]:
        url = command.entries[0].url
        if self.fetches:
            try:
                async with aiohttp.ClientSession() as session, session.get(url) as body:
                    self.fetched = await body.read()
            except aiohttp.ClientError as error:
                raise Unreachable(f"{url} cannot be fetched: {error}") from None
        items = new_items(command.entries, command.by, lambda: next(self._ids))
        self.queue.clear()
        self.queue.add(items)
        self.queue.go_to(items[0].id)
        if url in self.unplayable:
            error = self.unplayable[url]
            await self._goes_to(self.queue.after(), Problem(error.code, error.message))
            raise error
        await self._starts(command.position_ms, 0 if command.paused else 1)
        return {"receipt": msgspec.to_builtins(self.receipt)}

    async def _edit(self, command: Edit) -> dict[str, Any]:
        edited = edit(self.queue, command, lambda: next(self._ids))
        if self.state.session.item is not None and self.queue.current is None:
            await self._goes_to(edited.heir)
        await self.becomes(session=replace(self.state.session, queue=self.queue.state))
        result: dict[str, Any] = msgspec.to_builtins(edited.result)
        return result

    async def _goes_to(self, item: str | None, problem: Problem | None = None) -> None:
        self.queue.go_to(item)
        if item is None:
            await self._idles(problem)
        else:
            await self._starts(problem=problem)

    async def _starts(
        self, position_ms: float = 0.0, rate: int = 1, problem: Problem | None = None
    ) -> None:
        """The current item of the queue plays."""
        item = self.queue.current
        assert item is not None
        session = replace(
            self.state.session,
            playback="playing" if rate else "paused",
            item=item,
            anchor=Anchor(item.id, position_ms, self.now_us(), rate),
            queue=self.queue.state,
        )
        await self.becomes(session=session, problem=problem)

    async def _idles(self, problem: Problem | None = None) -> None:
        session = replace(
            self.state.session, playback="idle", item=None, anchor=None, queue=self.queue.state
        )
        await self.becomes(session=session, problem=problem)

    def _anchor(self) -> Anchor:
        if self.state.session.anchor is None:
            raise NothingPlaying("Nothing is playing.")
        return self.state.session.anchor

    async def _moves(self, to: float | None = None, rate: int | None = None) -> None:
        """The position is set anew at this instant."""
        anchor, now_us = self._anchor(), self.now_us()
        rate = anchor.rate if rate is None else rate
        position = anchor.position_at(now_us) if to is None else max(to, 0.0)
        session = replace(
            self.state.session,
            playback="playing" if rate else "paused",
            anchor=replace(anchor, position_ms=position, at_us=now_us, rate=rate),
        )
        await self.becomes(session=session)

    def _result(self) -> dict[str, Any]:
        session = self.state.session
        result: dict[str, Any] = {
            "playback": session.playback,
            "volume": msgspec.structs.asdict(self.state.volume),
        }
        if session.anchor is not None:
            result["position_ms"] = session.anchor.position_ms
        return result
