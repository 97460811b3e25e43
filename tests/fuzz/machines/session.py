"""A session, an engine that does as it is told, and whatever people want in whichever order."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from receiver.model.state import State
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.protocol.events import StateEvent
from receiver.session import effects as e
from receiver.session.caps import Caps
from receiver.session.memoir import Memoir
from receiver.session.place import MAX_DRIFT_MS
from tests.fuzz.machines.engine import LENGTH_MS, Engine
from tests.fuzz.machines.values import commands, values_of
from tests.fuzz.target import require
from tests.session.stage import Stage

_PLAYS = st.builds(
    c.Play,
    id=st.just("c"),
    items=st.lists(st.builds(c.Entry, st.just("http://x/a.ogg")), min_size=1, max_size=4),
    paused=st.booleans(),
    position_ms=st.sampled_from([0.0, 0.0, 12_000.0]),
)
_SEEKS = st.builds(c.Seek, id=st.just("c"), by_ms=st.floats(-40_000, 40_000))
_SIMPLE = st.one_of(
    *(values_of(kind) for kind in (c.Pause, c.Resume, c.Toggle, c.Next, c.Previous, c.Stop))
)
_CAPS = Caps(always=80)
_WAITS = st.sampled_from([0.0, 0.1, 1.0, 9.0, 21.0, 40.0])


class Speaker(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(_CAPS)
        self.engine = Engine()
        self.asked: list[str] = []
        self.revision = 0
        self._carry_out(self.stage.session.begin())

    # --- what people want -------------------------------------------------------------------

    @rule(command=_PLAYS | _SEEKS | _SIMPLE)
    def somebody_wants(self, command: c.Command) -> None:
        self._ask(command)

    @rule(command=commands(), which=st.integers(0, 5))
    def somebody_wants_something_else(self, command: c.Command, which: int) -> None:
        self._ask(self._aimed(command, which))

    def _ask(self, command: c.Command) -> None:
        number = f"c{len(self.asked)}"
        self.asked.append(number)
        effects = self.stage.session.command(command, number, self.stage.now)
        self._carry_out(self.stage._sorted(effects))

    def _aimed(self, command: c.Command, which: int) -> c.Command:
        """The command, about items that are there."""
        queue = self.stage.session.queue
        ids = [row.item.id for row in queue.rows()]
        if not ids:
            return command
        item = ids[which % len(ids)]
        match command:
            case c.QueueJump():
                return replace(command, item=item)
            case c.QueueMove():
                return replace(command, item=item, revision=None if which else queue.revision)
            case c.QueueRemove():
                return replace(command, items=[item, *ids[:which]])
            case c.QueueClear():
                return replace(command, revision=queue.revision - which)
        return command

    # --- what happens -----------------------------------------------------------------------

    @rule(seconds=_WAITS)
    def time_passes(self, seconds: float) -> None:
        self.stage.now += seconds
        self._carry_out(self.stage._sorted(self.stage.session.tick(self.stage.now)))
        self.engine.plays_on(self.stage.now)

    @rule(live=st.sampled_from([False, False, True]))
    def the_track_comes(self, live: bool) -> None:
        self.engine.opens(self.stage.now, live=live)

    @rule(code=st.sampled_from(["unplayable", "unreachable", "stalled"]))
    def the_track_fails(self, code: str) -> None:
        self.engine.fails(code)

    @rule()
    def bytes_are_missing(self) -> None:
        self.engine.runs_dry(self.stage.now)

    @rule()
    def bytes_are_there(self) -> None:
        self.engine.goes_on(self.stage.now)

    @rule()
    def the_device_goes(self) -> None:
        self.engine.loses_its_device(self.stage.now)

    @rule()
    def the_device_is_back(self) -> None:
        self.engine.finds_its_device(self.stage.now)

    @rule(percent=st.integers(0, 100), muted=st.booleans())
    def somebody_moves_the_mixer(self, percent: int, muted: bool) -> None:
        """While nothing else is on its way: what crosses it would win, unseen."""
        self._hear_all()
        self.engine.is_turned(percent / 100, muted)
        self._hear_all()

    @rule(device=st.booleans())
    def the_engine_dies(self, device: bool) -> None:
        self.engine.dies(device=device)

    @rule(most=st.integers(1, 9))
    def reports_arrive(self, most: int) -> None:
        for _ in range(min(most, len(self.engine.unsaid))):
            self._hear()

    def _hear_all(self) -> None:
        while self.engine.unsaid:
            self._hear()

    def _hear(self) -> None:
        report = self.engine.unsaid.popleft()
        effects = self.stage.session.report(report, self.stage.now)
        self._carry_out(self.stage._sorted(effects))

    @rule()
    def the_receiver_starts_again(self) -> None:
        """It comes back as it was; who waited for an answer waits no more."""
        before, now = Memoir(self.stage.session), self.stage.now
        moving, rows = before.packed()
        moment = before.moment(now)
        stage = Stage(_CAPS)
        stage.now = now
        stage.session.history.restore(self.stage.session.history.played)
        after = Memoir(stage.session)
        after.restore(moving, rows, moment, now)
        again, rows_again = after.packed()
        require(rows_again == rows, "the queue comes back")
        require(again.current == moment.item, "and its current item")
        require((again.repeat, again.shuffle) == (moving.repeat, moving.shuffle), "and its modes")
        require(after.moment(now) == replace(moment, doing=self._standing(moment.doing)), "and all")
        if moment.doing == "playing":
            after.come_back(now + 1.0)
        self.stage, self.engine, self.asked, self.revision = stage, Engine(), [], 0
        self._carry_out(stage.session.begin())

    @staticmethod
    def _standing(doing: str) -> str:
        return "paused" if doing == "playing" else doing

    def _carry_out(self, effects: list[e.Effect]) -> None:
        for effect in effects:
            self.engine.carry_out(effect, self.stage.now)

    # --- what never changes -----------------------------------------------------------------

    @invariant()
    def the_state_makes_sense(self) -> None:
        told = self.stage.state
        session, queue = told.session, told.session.queue
        require((session.item is None) == (session.playback == "idle"), "idle is without an item")
        require(queue.index is None or queue.index < queue.length, "the index is within the queue")
        require(session.item is None or queue.index is not None, "what plays is in the queue")
        require(queue.revision >= self.revision, "revisions count up")
        self.revision = queue.revision
        require(0 <= told.volume.percent <= 100, "the volume is one")
        codec.encode(StateEvent(1, told))
        self._anchor_makes_sense(told)

    def _anchor_makes_sense(self, told: State) -> None:
        anchor, item = told.session.anchor, told.session.item
        if anchor is None:
            return
        require(item is not None and anchor.item == item.id, "the place is one in the item")
        require(anchor.position_ms >= 0, "and not before its start")
        require(anchor.rate == 0 or told.session.playback == "playing", "it moves while it plays")

    @invariant()
    def the_queue_makes_sense(self) -> None:
        queue = self.stage.session.queue
        rows = queue.rows()
        require(len({row.item.id for row in rows}) == len(rows) == len(queue), "items are unique")
        if queue.state.shuffle:
            places = sorted(-1 if row.place is None else row.place for row in rows)
            require(places == list(range(len(rows))), "a shuffled order has each item once")

    @invariant()
    def the_engine_is_as_loud_as_everybody_is_told(self) -> None:
        loudness = self.stage.session.loudness
        told = self.engine.gain
        require(
            self.engine.unsaid or told == (loudness.percent / 100, loudness.muted),
            f"{told} at {loudness.percent} %",
        )
        require(loudness.percent <= _CAPS.always, "nobody makes it louder than the cap")

    @invariant()
    def who_has_heard_all_knows_all(self) -> None:
        """When no report is on its way, the session knows what the engine does, and where it is."""
        engine, now = self.engine, self.stage.now
        if engine.unsaid:
            return
        playback = self.stage.playback
        require(
            (playback == "playing") == (engine.doing == "sounding"), f"{playback}: {engine.doing}"
        )
        if playback == "playing" and not engine.live and engine.position(now) <= LENGTH_MS:
            off = self.stage.session.deck.position(now) - engine.position(now)
            require(abs(off) <= MAX_DRIFT_MS, f"{off} ms beside")

    @invariant()
    def what_is_heard_was_counted(self) -> None:
        played = self.stage.session.history.played
        numbers = [one.number for one in played]
        require(numbers == list(range(1, len(played) + 1))[-100:] or len(played) == 100, "in order")
        current = self.stage.session.queue.current
        if self.stage.playback == "playing" and current is not None:
            require(played and played[-1].item == current.id, "the last is what is heard")

    @invariant()
    def few_wait(self) -> None:
        waiting = len(self.asked) - len(self.stage.answers)
        require(waiting <= 2, "a play and a seek at most wait for their answers")

    def teardown(self) -> None:
        self._ask(c.Stop(id="c"))
        require(set(self.asked) == set(self.stage.answers), "each command is answered")
