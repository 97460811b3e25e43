"""A receiver, from a program: commands, the state as it changes, and the second that is heard.

    async with Client("kitchen.local") as client:
        receipt = await client.play("http://radio.example/stream.ogg")
        async for state in client.changes():
            print(state.session.playback, client.position_ms())

All of it runs on one event loop. Every error is a `TonearmError`: the one the receiver answers
with, by its code, or `NoReceiver` where it does not answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

import msgspec

from controller.address import Address
from controller.link import Link
from controller.one_shot import PLAY_SECONDS, TRANSFER_SECONDS
from controller.parts import NOTHING_BEGUN, parts
from controller.past import Past
from controller.queue import Played, Queue, as_entries, size
from controller.view import holder
from receiver.errors import TonearmError
from receiver.model.history import Played as Heard
from receiver.model.state import Receipt, Repeat, State, Transferred
from receiver.protocol import commands
from receiver.protocol.limits import DEFAULT_PORT


class _Handed(msgspec.Struct, frozen=True):
    transfer: Transferred | None = None


class Client:
    """A connection to one receiver. Use it with `async with`; entering raises `NoReceiver`.

    `receiver` is the id of the one that is meant, where another one of its house may be at the
    address: all is done and seen through that, then. When the connection is lost, any of the house
    will do for the next.

    `reconnect`: when the connection is lost, try again for as long as it takes; otherwise a lost
    connection ends `changes()` with `NoReceiver`. Commands on their way when it is lost fail with
    `NoReceiver` in both cases. `by` is how you call yourself: it marks what you play and add for
    all who look at the queue, which is `queue`. `now` gives seconds on this machine's monotonic
    clock.

    Where a command returns a dictionary, it is the result the receiver answered with:
    `playback`, `volume`, and `position_ms` where something plays.
    """

    def __init__(
        self,
        host: str,
        port: int = DEFAULT_PORT,
        *,
        receiver: str | None = None,
        reconnect: bool = False,
        by: str | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = Link(Address(host, port), reconnect, now, receiver)
        self._by = by
        self.queue = Queue(self._link, by)
        self._tasks = asyncio.TaskGroup()
        self._runner: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._link.open()
        await self._tasks.__aenter__()
        self._runner = self._tasks.create_task(self._link.run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        self._runner.cancel()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            await self._link.close()

    # --- commands ---------------------------------------------------------------------------

    async def play(
        self,
        what: str | Iterable[str | commands.Entry],
        position_ms: float = 0.0,
        paused: bool = False,
    ) -> Receipt:
        """Play a URL, or several, or entries with their tags, instead of the queue; returns when
        the first is heard, or, with `paused`, when it is ready to sound.

        Raises `Superseded` when another play or stop came before, and whatever kept the first
        from playing: `Unreachable`, `HttpRefused`, `UnsupportedFormat`, ... The others play then.
        """
        entries = as_entries([what] if isinstance(what, str) else what)
        first, *rest = list(parts(entries, size)) or [[]]
        command = commands.Play(
            id=self._link.next_id(),
            items=first,
            position_ms=position_ms,
            paused=paused,
            by=self._by,
        )
        failure: TonearmError | None = None
        try:
            receipt = await self._play(command)
        except NOTHING_BEGUN:
            raise
        except TonearmError as error:
            failure = error
        for part in rest:
            await self.queue.add(part)
        if failure is not None:
            raise failure
        return receipt or Receipt()

    async def next(self) -> Receipt | None:
        """Play what follows; returns when it is heard. None: it was the last, and nothing plays.

        Raises as `play` does, and `NothingPlaying` when the queue is empty.
        """
        return await self._play(commands.Next(id=self._link.next_id()))

    async def previous(self) -> Receipt | None:
        """Play what plays from its start, or, within its first 3 s, the one before. Raises as
        `next` does.
        """
        return await self._play(commands.Previous(id=self._link.next_id()))

    async def _play(self, command: commands.Command) -> Receipt | None:
        result = await self._link.ask(command, PLAY_SECONDS)
        return msgspec.convert(result, Played).receipt

    async def pause(self) -> dict[str, Any]:
        """Stand still. Raises `NothingPlaying`."""
        return await self._link.ask(commands.Pause(id=self._link.next_id()))

    async def resume(self) -> dict[str, Any]:
        """Go on from where it stands; when nothing plays, with the queue: then the result holds a
        `receipt`. Raises `NothingPlaying`.
        """
        return await self._link.ask(commands.Resume(id=self._link.next_id()), PLAY_SECONDS)

    async def toggle(self) -> dict[str, Any]:
        """Pause if it plays, resume if it is paused. Raises `NothingPlaying`."""
        return await self._link.ask(commands.Toggle(id=self._link.next_id()), PLAY_SECONDS)

    async def stop(self) -> dict[str, Any]:
        """Let go of what plays; fine when nothing does."""
        return await self._link.ask(commands.Stop(id=self._link.next_id()))

    async def seek(
        self, position_ms: float | None = None, *, by_ms: float | None = None
    ) -> dict[str, Any]:
        """Move to `position_ms`, or by `by_ms` from what is heard; returns when it has landed.

        Raises `NotSeekable`, `NothingPlaying`.
        """
        return await self._link.ask(
            commands.Seek(id=self._link.next_id(), position_ms=position_ms, by_ms=by_ms)
        )

    async def set_volume(
        self, percent: int | None = None, *, by: int | None = None
    ) -> dict[str, Any]:
        """Set `percent`, 0 to 100, or change it `by` so many points."""
        return await self._link.ask(
            commands.SetVolume(id=self._link.next_id(), percent=percent, by=by)
        )

    async def mute(self, muted: bool | None = None) -> dict[str, Any]:
        """Mute, unmute, or, with None, change over."""
        return await self._link.ask(commands.Mute(id=self._link.next_id(), muted=muted))

    async def set_repeat(self, repeat: Repeat) -> dict[str, Any]:
        """Repeat nothing (`off`), the current item (`one`), or `all`. The result holds `queue`."""
        return await self._link.ask(commands.SetRepeat(id=self._link.next_id(), repeat=repeat))

    async def set_shuffle(self, shuffle: bool) -> dict[str, Any]:
        """Play in a random order, or again in that of the list. The result holds `queue`."""
        return await self._link.ask(commands.SetShuffle(id=self._link.next_id(), shuffle=shuffle))

    async def transfer(
        self,
        to: str,
        *,
        paused: bool = False,
        volume: int | None = None,
        replace: bool = False,
    ) -> Transferred | None:
        """Hand what plays here, and the queue, over to the receiver `to`, its id or name; returns
        when it is heard there. None: that is this receiver.

        `paused`: it stands there; `volume`: percent for the speaker there; `replace`: also if that
        plays something else. Raises `NothingPlaying`, `NoReceiver`, `TargetPlaying`, `Busy`, and
        where it came to nothing `TargetNotReady`, `TargetLost` or `HandoffFailed`: then it plays on
        here where at all possible.
        """
        command = commands.Transfer(
            id=self._link.next_id(), to=to, paused=paused, volume=volume, replace=replace
        )
        result = await self._link.ask(command, TRANSFER_SECONDS)
        return msgspec.convert(result, _Handed).transfer

    async def set_crossfade(self, seconds: float) -> dict[str, Any]:
        """Let each item and its follower sound together for so long, 0 to 12 s; 0: they only touch.
        The result holds `queue`.
        """
        return await self._link.ask(commands.SetCrossfade(id=self._link.next_id(), seconds=seconds))

    async def status(self) -> State:
        """The state, asked for anew: it holds all that was answered before."""
        await self._link.refresh()
        return self.state

    async def history(self) -> list[Heard]:
        """What was played on the receiver, up to a hundred, the newest first."""
        past = Past()
        while not past.complete:
            command = commands.HistoryList(id=self._link.next_id(), offset=past.wanted["offset"])
            past.take(await self._link.ask(command))
        return msgspec.convert(past.items, list[Heard])

    def holder(self, session: str) -> str | None:
        """The id of the receiver of the house that this session is at, as far as is known."""
        return holder(self._link.mirror.state, session)

    def turn_to(self, receiver: str) -> None:
        """Be a client of another receiver of the house from now on, by its id: of the one that the
        session was handed over to. Raises `NoReceiver` while it is not connected with this one.
        """
        self._link.turn_to(receiver)

    # --- state ------------------------------------------------------------------------------

    @property
    def address(self) -> Address:
        """Where the receiver is."""
        return self._link.address

    @property
    def state(self) -> State:
        """The newest state that is known."""
        return self._link.state

    @property
    def revision(self) -> int:
        """The revision of `state`."""
        return self._link.mirror.revision

    @property
    def connected(self) -> bool:
        """Whether the receiver is heard of; False while a lost connection is tried again."""
        return self._link.dialogue.connected and self._link.heard_of

    @property
    def clock_uncertainty_ms(self) -> float | None:
        """The receiver's clock is known to within this; None before the first round trip."""
        uncertainty = self._link.offset.uncertainty_us
        return None if uncertainty is None else uncertainty / 1000

    def changes(self) -> Changes:
        """The state now, then each newer one; a slow reader gets the newest, not every step."""
        return Changes(self._link)

    def position_ms(self) -> float | None:
        """The position heard now, in milliseconds; None when there is none.

        Before the receiver's clock is known, within the first moments, it is the position that
        was last reported.
        """
        session = self.state.session
        if session.anchor is None:
            return None
        now_us = session.anchor.at_us
        offset_us = self._link.offset.offset_us
        if offset_us is not None:
            now_us = max(now_us, round(self._link.now_us() + offset_us))
        position = session.anchor.position_at(now_us)
        duration = session.item.duration_ms if session.item is not None else None
        return position if duration is None else min(position, duration)


class Changes:
    """The states of a client, as `Client.changes` gives them. `anext` may be cancelled and called
    again. Raises `NoReceiver` when the connection is lost and not tried again.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._seen = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> State:
        self._seen = await self._link.news_after(self._seen)
        return self._link.state
