"""When what is written, and how much: a card wears out, and a power cut does not wait."""

from __future__ import annotations

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.model import reports as r
from receiver.model.moment import Moment
from receiver.model.state import Peer
from receiver.protocol import commands as c
from receiver.session.memoir import Memoir
from receiver.store.base import Saved, Store
from receiver.store.chronicle import BURST, BYTES_PER_HOUR
from receiver.store.file import FileStore
from receiver.store.keeper import EVERY_S, Keeper
from receiver.store.mock import MockStore
from receiver.store.mock_disk import MockDisk, PowerCut
from receiver.store.runs import Run
from tests.session.stage import Stage

TRACK_S = 180


class Speaker:
    """A session, its keeper and a store, in virtual time."""

    def __init__(self, store: Store, clock: MockClock, boot: str = "boot") -> None:
        self.store, self.clock = store, clock
        self.stage = Stage()
        self.stage.now = clock.now()
        loaded = store.load()
        self.keeper = Keeper(store, loaded, Memoir(self.stage.session), boot, clock)
        self.keeper.bring_back(loaded, resume=True)
        self.dead = False
        """Whether the power went while it wrote."""
        self._tasks = asyncio.TaskGroup()

    @classmethod
    async def started(cls, store: Store, clock: MockClock, boot: str = "boot") -> Speaker:
        """One that keeps what it does."""
        # All writes in one thread: whoever has waited for its turn there has waited for them.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        speaker = cls(store, clock, boot)
        await speaker.keeper.begin()
        await speaker._tasks.__aenter__()
        speaker._keeping = speaker._tasks.create_task(speaker._keep())
        return speaker

    async def _keep(self) -> None:
        try:
            await self.keeper.run()
        except PowerCut:
            self.dead = True

    async def cut(self) -> None:
        """The power goes."""
        self._keeping.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def stop(self) -> None:
        """As on SIGTERM."""
        await self.cut()
        await self.keeper.finish(self.clock.now())

    async def wait(self, seconds: float) -> None:
        """Let time pass; each step is one that the control loop makes."""
        for _ in range(round(seconds * 2)):
            await self.step(0.5)

    async def step(self, seconds: float) -> None:
        """The control loop has done something, and time passes."""
        self.keeper.look()
        await self.clock.advance(seconds)
        await asyncio.to_thread(lambda: None)
        await self.clock.settle()
        self.stage.now = self.clock.now()
        deck = self.stage.session.deck
        if deck.position(self.clock.now()) >= TRACK_S * 1000.0:
            self.stage.say(r.Ended(deck.track))
            self.sounds()

    def play(self, length: int = 1) -> None:
        """A queue of some items, the first of which sounds."""
        items = [{"url": f"http://192.0.2.5/music/{n:05} track.ogg"} for n in range(length)]
        for start in range(0, length, 500):
            self.stage.ask(c.QueueAdd, items=items[start : start + 500])
        self.stage.ask(c.Resume)
        self.sounds()

    def sounds(self) -> None:
        """The newest track sounds."""
        track, now = self.stage.session.track, self.clock.now()
        self.stage.say(r.Opened(track, seekable=True, live=False))
        self.stage.say(r.Described(track, duration_ms=TRACK_S * 1000.0))
        self.stage.say(r.Sounding(track, 0.0, now, now))

    @property
    def place(self) -> float:
        """Seconds of music since the start of the queue."""
        index, anchor = self.stage.state.session.queue.index, self.stage.state.session.anchor
        assert index is not None
        assert anchor is not None
        return index * TRACK_S + self.stage.session.deck.position(self.clock.now()) / 1000


@pytest.fixture
def clock() -> MockClock:
    return MockClock()


@pytest.fixture
def disk() -> MockDisk:
    return MockDisk()


def on(disk: MockDisk) -> FileStore:
    return FileStore(Path("nowhere"), disk)


async def test_a_volume_sweep_of_a_hundred_steps_is_one_write(clock: MockClock) -> None:
    store = MockStore()
    speaker = await Speaker.started(store, clock)
    await speaker.wait(10)
    assert (store.saves, store.notes) == (1, 1), "the first start, and that a run began"
    for step in range(100):
        speaker.stage.ask(c.SetVolume, percent=step)
        await speaker.step(0.04)
    await speaker.wait(60)
    assert (store.saves, store.notes) == (1, 2)
    assert store.load().saved.moment.volume_percent == speaker.stage.state.volume.percent
    await speaker.stop()


async def test_nothing_is_written_while_nothing_changes(clock: MockClock) -> None:
    store = MockStore()
    speaker = await Speaker.started(store, clock)
    await speaker.wait(60)
    assert (store.saves, store.notes) == (1, 1)
    speaker.play()
    await speaker.wait(20)
    speaker.stage.ask(c.Pause)
    await speaker.wait(10)
    before = (store.saves, store.notes)
    await speaker.wait(600)
    assert (store.saves, store.notes) == before
    assert store.load().saved.moment.doing == "paused"
    await speaker.stop()


@pytest.mark.parametrize("length", [1, 10_000])
async def test_an_hour_of_playing_writes_less_than_100_kb(
    clock: MockClock, disk: MockDisk, length: int
) -> None:
    speaker = await Speaker.started(on(disk), clock)
    speaker.play(length)
    speaker.stage.ask(c.SetRepeat, repeat="all")
    await speaker.wait(20)
    before, calls = disk.written, disk.calls
    for _ in range(3600 // 2):
        await speaker.step(2.0)
    assert 0 < disk.written - before < 100_000 - (BYTES_PER_HOUR + BURST), "and the history"
    assert disk.calls - calls <= 2 * 3600 / EVERY_S, "each is written and synced, and no more"
    await speaker.stop()


async def test_writes_are_five_seconds_apart(clock: MockClock) -> None:
    store = Timed(clock)
    speaker = await Speaker.started(store, clock)
    speaker.play()
    for step in range(600):
        if step % 7 == 0:
            speaker.stage.ask(c.QueueAdd, items=[{"url": f"http://x/{step}"}])
        if step % 5 == 0:
            speaker.stage.ask(c.SetVolume, percent=step % 100)
        if step % 50 == 0:
            speaker.stage.ask(c.Toggle)
        await speaker.step(0.3)
    apart = [b - a for a, b in itertools.pairwise(store.at)]
    assert min(apart[1:]) >= EVERY_S
    assert len(store.at) > 20
    await speaker.stop()


class Timed(MockStore):
    """Notes when it is written."""

    def __init__(self, clock: MockClock) -> None:
        super().__init__()
        self._clock = clock
        self.at: list[float] = []

    def save(self, saved: Saved) -> bool:
        self.at.append(self._clock.now())
        return super().save(saved)

    def note(self, moment: Moment, run: Run) -> bool:
        self.at.append(self._clock.now())
        return super().note(moment, run)


@given(
    lasts=st.integers(0, 30) | st.integers(165, 190),
    calls=st.integers(0, 1),
    tears=st.lists(st.integers(0, 400), min_size=60, max_size=60),
)
@settings(max_examples=30)
async def test_after_a_power_cut_in_a_write_the_place_is_at_most_five_seconds_off(
    lasts: int, calls: int, tears: list[int]
) -> None:
    clock, disk = MockClock(), MockDisk()
    speaker = await Speaker.started(on(disk), clock, "1st boot")
    speaker.play(3)
    await speaker.step(EVERY_S + 0.5)
    for _ in range(lasts):
        await speaker.step(1.0)
    disk.cuts_after = disk.calls + calls
    while not speaker.dead:
        await speaker.step(0.1)
    was = speaker.place
    await speaker.cut()
    answers = iter(tears)
    disk.cut(lambda n: next(answers) % (n + 1))
    again = await Speaker.started(on(disk), clock, "2nd boot")
    assert again.stage.playback == "buffering"
    assert again.place == pytest.approx(was, abs=5.0)
    await again.stop()


async def test_a_stop_keeps_the_place_exactly(clock: MockClock, disk: MockDisk) -> None:
    speaker = await Speaker.started(on(disk), clock)
    speaker.play(3)
    await speaker.wait(12.5)
    await speaker.step(0.123)
    was = speaker.place
    await speaker.stop()
    again = await Speaker.started(on(disk), clock)
    assert again.stage.playback == "buffering", "it goes on"
    assert again.place == pytest.approx(was, abs=0.001)
    assert again.stage.state.problem is None
    await again.stop()


async def test_what_was_learnt_is_kept_by_a_stop(clock: MockClock, disk: MockDisk) -> None:
    speaker = await Speaker.started(on(disk), clock)
    speaker.play(3)
    await speaker.wait(10)
    speaker.stage.say(r.Ended(speaker.stage.session.track))
    speaker.sounds()
    await speaker.stop()
    again = await Speaker.started(on(disk), clock)
    lengths = [item.duration_ms for item in again.stage.session.queue.page(0, 9)]
    assert lengths == [TRACK_S * 1000.0, TRACK_S * 1000.0, None]
    await again.stop()


async def test_what_crashes_twice_within_ten_minutes_stands(
    clock: MockClock, disk: MockDisk
) -> None:
    speaker = await Speaker.started(on(disk), clock)
    speaker.play()
    await speaker.wait(30)
    for expected in ("buffering", "paused", "paused"):
        await speaker.cut()
        speaker = await Speaker.started(on(disk), clock)
        assert speaker.stage.playback == expected
        assert speaker.place == pytest.approx(30, abs=5)
        await speaker.wait(10)
    assert speaker.stage.state.problem is None, "the last time it stood already"
    await speaker.stop()


async def test_why_it_stands_is_said_until_it_is_told_to_go_on(
    clock: MockClock, disk: MockDisk, caplog: pytest.LogCaptureFixture
) -> None:
    speaker = await Speaker.started(on(disk), clock)
    speaker.play()
    await speaker.wait(30)
    for _ in range(2):
        await speaker.cut()
        speaker = await Speaker.started(on(disk), clock)
    problem = speaker.stage.state.problem
    assert problem is not None
    assert problem.code == "crashed"
    assert "crashed twice within ten minutes" in problem.message
    assert "crashed twice within ten minutes" in caplog.text
    speaker.stage.ask(c.Resume)
    assert speaker.stage.state.problem is None
    assert speaker.stage.playback == "loading"
    await speaker.stop()


async def test_power_cuts_are_no_crashes(clock: MockClock, disk: MockDisk) -> None:
    speaker = await Speaker.started(on(disk), clock, "boot 0")
    speaker.play()
    await speaker.wait(30)
    for n in range(1, 5):
        await speaker.cut()
        speaker = await Speaker.started(on(disk), clock, f"boot {n}")
        assert speaker.stage.playback == "buffering"
    await speaker.stop()


async def test_a_full_card_is_tried_again_ever_less_often(clock: MockClock) -> None:
    store = Timed(clock)
    speaker = await Speaker.started(store, clock)
    store.broken = True
    speaker.play(9)
    await speaker.wait(300)
    tried = store.at[2:]
    apart = [b - a for a, b in itertools.pairwise(tried)]
    assert apart == pytest.approx([10, 20, 40, 60, 60, 60], abs=0.5)
    store.broken = False
    await speaker.wait(60)
    assert store.load().saved.moment.doing == "playing"
    before = len(store.at)
    await speaker.wait(60)
    assert len(store.at) - before == pytest.approx(12, abs=1), "as ever"
    await speaker.stop()


async def test_the_house_is_remembered(clock: MockClock, disk: MockDisk) -> None:
    speaker = await Speaker.started(on(disk), clock)
    speaker.play()
    await speaker.wait(10)
    speaker.keeper.meet([Peer("b", "Bedroom", host="192.0.2.7", port=7766)])
    await speaker.wait(10)
    await speaker.cut()
    again = await Speaker.started(on(disk), clock, "2nd boot")
    assert [peer.host for peer in again.keeper.peers] == ["192.0.2.7"]
    wake_at = again.stage.session.wake_at
    assert wake_at > clock.now(), "one of them may have taken the music over meanwhile"
    await again.stop()


async def test_where_music_is_lent_is_remembered(clock: MockClock, disk: MockDisk) -> None:
    speaker = await Speaker.started(on(disk), clock)
    speaker.keeper.lent.append(41234)
    speaker.play()
    await speaker.wait(10)
    await speaker.cut()
    again = await Speaker.started(on(disk), clock, "2nd boot")
    assert again.keeper.lent == [41234]
    await again.stop()
