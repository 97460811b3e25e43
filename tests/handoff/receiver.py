"""A receiver of the model: what the control loop, the session and the engine do for a handoff."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import msgspec

from receiver.errors import TonearmError
from receiver.handoff import effects as e
from receiver.handoff.desk import Handoffs
from receiver.handoff.giving import Wish
from receiver.handoff.part import Effects
from receiver.model.state import Item, Problem, Transferred
from receiver.protocol import peers as m
from tests.handoff.speaker import Speaker
from tests.handoff.world import World

IDS = itertools.count(1)
MINUTE = 60_000.0


def item(name: str, duration_ms: float | None = 3 * MINUTE, *, live: bool = False) -> Item:
    """Something to play."""
    return Item(name, f"http://x/{name}.ogg", duration_ms=duration_ms, live=live)


Send = Callable[["Receiver", "Receiver", m.HandoffMessage], None]


class Receiver:
    """Plays a session, and takes part in handoffs. Its clock is `offset` ahead of the world's."""

    def __init__(self, name: str, world: World, offset: float) -> None:
        self.id = name
        self.world = world
        self.offset = offset
        self.alive = self.linked = True
        self.speaker = Speaker(0.02)
        self.open_time = 0.05
        self.open_error: str | None = None
        self.sounds = True
        """Whether its engine begins to sound when told, and says so."""
        self.reports = True
        self.held_ms = 2000.0
        self.lead_more = 0.01
        self.session = m.Moving(f"own-{name}", 0, 0, 0)
        self.rows: list[Item] = []
        self.item: Item | None = None
        self.problem: Problem | None = None
        self.troubled: list[list[float]] = []
        self.volume = 50
        self.answers: list[Transferred | TonearmError] = []
        self.effects: list[e.Effect] = []
        self.waiting: list[Callable[[], None]] = []
        self._opened: tuple[int, Item, float] | None = None
        self._parts: dict[tuple[str, int], dict[int, list[m.Row]]] = {}
        self._prepared: m.Prepare | None = None
        self._turn = itertools.count()
        self._playing = 0
        self.handoffs = Handoffs(self)

    def meet(self, other: Receiver, send: Send, rtt95: float, clock_error: float | None) -> None:
        """Know the other, and its clock as well as one does."""
        self.other, self._send = other, send
        self._rtt95, self._clock_error = rtt95, clock_error
        self.clock_off = 0.0

    # --- the view ---------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return self.world.now + self.offset

    @property
    def followed(self) -> bool:
        return self._next is not None

    def position(self, at: float) -> float:
        if self.session.paused or self.item is None:
            return self.speaker.stands_at
        position = self.speaker.position(at - self.offset)
        return min(position, self.item.duration_ms or math.inf)

    @property
    def output_delay(self) -> float:
        return self.speaker.delay

    @property
    def lead(self) -> float:
        return self.speaker.delay + self.lead_more

    @property
    def held(self) -> tuple[float, float]:
        assert self._opened is not None
        _, opened, start = self._opened
        return start, min(start + self.held_ms, opened.duration_ms or math.inf)

    def name(self, peer: str) -> str:
        return peer.title()

    def rtt95(self, peer: str) -> float:
        return self._rtt95

    def clock_error(self, peer: str) -> float | None:
        return self._clock_error

    def to_own(self, peer: str, at_us: int) -> float:
        return at_us / 1e6 - self.other.offset + self.offset + self.clock_off

    # --- the session ------------------------------------------------------------------------

    @property
    def _next(self) -> Item | None:
        ids = [row.id for row in self.rows]
        following = ids.index(self.item.id) + 1 if self.item and self.item.id in ids else len(ids)
        return self.rows[following] if following < len(ids) else None

    def start(self, rows: list[Item], position_ms: float = 0.0, *, paused: bool = False) -> None:
        """Have the session `s`, and play its first item."""
        self.rows = rows
        self.item = rows[0]
        self.session = m.Moving("s", 4, len(rows), 7, rows[0].id, paused=paused)
        self.speaker.stands_at = position_ms
        if not paused:
            self.speaker.play(rows[0].id, position_ms, self.world.now, self.world.now)
        self._expect_end()

    def idle(self, rows: list[Item]) -> None:
        """Have the session `s`, and play nothing of it."""
        self.rows = rows
        self.session = m.Moving("s", 4, len(rows), 7)

    def transfer(self, **fields: Any) -> None:
        """A controller asks for the session to be handed to the other."""
        wish = Wish(f"h{next(IDS)}", "asker", self.other.id, **fields)
        self._do(self.handoffs.transfer(wish, self.now))

    def command(self, do: Callable[[Receiver], None]) -> None:
        """A controller commands the session, wherever it is."""
        if not self.alive:
            return
        if self.handoffs.in_doubt:
            self._do(self.handoffs.insist(self.now))
        if self.handoffs.holds_commands:
            self.waiting.append(lambda: self.command(do))
        elif self.session.id == "s":
            do(self)
        elif self.other.alive and self.other.session.id == "s":
            do(self.other)

    def pause(self, paused: bool = True) -> None:
        """Stand still, or go on."""
        if self.item is None or self.session.paused == paused:
            return
        where = self.position(self.now)
        self.session = msgspec.structs.replace(self.session, paused=paused)
        if paused:
            self.speaker.hush(self.world.now)
            self.speaker.stands_at = where
        else:
            self._show(None)
            self.speaker.play(self.item.id, where, self.world.now, self.world.now)
        self._expect_end()
        self._do(self.handoffs.changed(self.now))

    def add(self, new: Item) -> None:
        """Put an item at the end of the queue."""
        self.rows = [*self.rows, new]
        self._revised()
        self._do(self.handoffs.edited(self.now))

    def play(self, what: Item) -> None:
        """Play something else."""
        self.item = what
        self.rows = [*self.rows, what]
        self._revised()
        self.session = msgspec.structs.replace(self.session, paused=False, current=what.id)
        self.speaker.play(what.id, 0.0, self.world.now, self.world.now)
        self._expect_end()
        self._do(self.handoffs.changed(self.now))

    def _revised(self) -> None:
        revision = self.session.queue_revision + 1
        self.session = msgspec.structs.replace(
            self.session, queue_revision=revision, length=len(self.rows)
        )

    def _expect_end(self) -> None:
        self._playing = turn = next(self._turn)
        here = self.item
        if here is None or here.duration_ms is None or self.session.paused:
            return
        left = here.duration_ms - self.position(self.now)
        self.world.after(left / 1e3, lambda: self._ended(turn))

    def _ended(self, turn: int) -> None:
        """The item is over: the next one is joined, or nothing plays."""
        if turn != self._playing or not self.alive:
            return
        self.item = self._next
        now = self.world.now
        self.session = msgspec.structs.replace(
            self.session, current=self.item.id if self.item else None
        )
        heard = self.speaker.last
        if heard is not None:
            heard.end = heard.falls_from = now
        if self.item is not None:
            self.speaker.play(self.item.id, 0.0, now, now - self.speaker.delay)
        self.speaker.stands_at = 0.0
        self._expect_end()
        self._do(self.handoffs.moved_on(self.now))

    # --- what comes in ----------------------------------------------------------------------

    @property
    def wakes_at(self) -> float:
        """When its handoffs want to be called, on the world's clock."""
        return self.handoffs.wake_at - self.offset

    def tick(self) -> None:
        """Call them. That the clock has come there is not lost in rounding."""
        self._do(self.handoffs.tick(max(self.now, self.handoffs.wake_at)))

    def hear(self, message: m.HandoffMessage) -> None:
        """A message came."""
        if isinstance(message, m.QueuePart):
            parts = self._parts.setdefault((message.handoff, message.revision), {})
            parts[message.offset] = message.rows
        else:
            if isinstance(message, m.Prepare):
                self._prepared = message
            self._do(self.handoffs.hear(self.other.id, message, self.now))
        self._count_rows(message.handoff)

    def _count_rows(self, handoff: str) -> None:
        prepared = self._prepared
        if prepared is None or prepared.handoff != handoff:
            return
        revision = prepared.session.queue_revision
        parts = self._parts.get((handoff, revision), {})
        if sum(map(len, parts.values())) == prepared.session.length:
            self._do(self.handoffs.queue_complete(handoff, revision))

    def lose(self, *, dead: bool) -> None:
        """The link is lost."""
        if self.alive and (self.linked or dead):
            self.linked = False
            self._do(self.handoffs.gone(self.other.id, self.now, dead=dead))

    def find(self) -> None:
        """The link is there again."""
        if self.alive and self.other.alive:
            self.linked = True
            self._do(self.handoffs.back(self.other.id, self.now))

    def die(self) -> None:
        """The process is killed."""
        self.alive = False
        self.speaker.die(self.world.now)
        self._show(None)

    # --- what the handoff wants done --------------------------------------------------------

    def _do(self, effects: Effects) -> None:
        for effect in effects:
            if not self.alive:
                return
            self.effects.append(effect)
            self._carry_out(effect)
        while self.waiting and not self.handoffs.holds_commands:
            self.waiting.pop(0)()

    def _carry_out(self, effect: e.Effect) -> None:
        now, speaker = self.world.now, self.speaker
        match effect:
            case e.Send(message=message):
                self._send(self, self.other, message)
            case e.SendQueue(handoff=handoff):
                self._send_queue(handoff)
            case e.Answer(result=result):
                self.answers.append(result)
            case e.Doubt(reason=reason):
                self._show(reason)
            case e.Clear():
                self._show(None)
            case e.SetVolume(percent=percent):
                self.volume = percent
            case e.FadeOut(at=at, over=over):
                speaker.fall(at - self.offset, over, now)
                self._playing = next(self._turn)
            case e.FadeBack(position_ms=position_ms, at=at):
                speaker.keep_on(position_ms or 0.0, at - self.offset, now)
                self._expect_end()
            case e.KeepEpoch(epoch=epoch):
                self.session = msgspec.structs.replace(self.session, epoch=epoch)
            case e.StandPaused(position_ms=position_ms):
                speaker.hush(now)
                speaker.stands_at = position_ms or 0.0
                self.session = msgspec.structs.replace(self.session, paused=True)
            case e.Release():
                self._release()
            case _:
                self._take(effect)

    def _take(self, effect: e.Effect) -> None:
        match effect:
            case e.Open(item=opened, position_ms=position_ms):
                turn = next(self._turn)
                self._opened = (turn, opened, position_ms or 0.0)
                self.world.after(self.open_time, lambda: self._open(turn))
            case e.FadeIn(position_ms=position_ms, at=at):
                self._fade_in(position_ms or 0.0, at)
            case e.Drop():
                if self._opened is not None and self.session.id != "s":
                    self.speaker.hush(self.world.now)
                self._opened = None
            case e.Own():
                self._own(effect)

    def _send_queue(self, handoff: str) -> None:
        rows = [m.Row(row) for row in self.rows]
        for offset in range(0, len(rows), 2):
            part = m.QueuePart(
                handoff, self.session.queue_revision, offset, rows[offset : offset + 2]
            )
            self._send(self, self.other, part)

    def _open(self, turn: int) -> None:
        if not self.alive or self._opened is None or self._opened[0] != turn:
            return
        if self.open_error is not None:
            self._do(self.handoffs.failed(self.open_error, "It cannot be opened."))
        else:
            self._do(self.handoffs.opened())

    def _fade_in(self, position_ms: float, at: float) -> None:
        assert self._opened is not None
        turn = self._opened[0]
        if self.sounds:
            self.speaker.play(self._opened[1].id, position_ms, at - self.offset, self.world.now)
            if self.reports:
                heard_in = self.speaker.heard[-1].start - self.world.now + 0.005
                self.world.after(heard_in, lambda: self._sounding(turn))

    def _sounding(self, turn: int) -> None:
        if self.alive and self._opened is not None and self._opened[0] == turn:
            self._do(self.handoffs.sounding(self.now))

    def _own(self, own: e.Own) -> None:
        parts = self._parts.get((own.handoff, own.session.queue_revision), {})
        self.rows = [row.item for _, rows in sorted(parts.items()) for row in rows]
        self.session, self.item = own.session, own.item
        self._opened = None
        self._show(own.notice)
        self._expect_end()

    def _release(self) -> None:
        self.speaker.hush(self.world.now)
        self._playing = next(self._turn)
        self.session = m.Moving(f"own-{self.id}-{next(IDS)}", 0, 0, 0)
        self.rows, self.item = [], None
        self._show(None)

    def _show(self, problem: Problem | None) -> None:
        """Put a reason into the state, or take it away; note from when to when it stands there."""
        if self.problem is not None:
            self.troubled[-1][1] = self.world.now
        self.problem = problem
        if problem is not None:
            self.troubled.append([self.world.now, math.inf])
