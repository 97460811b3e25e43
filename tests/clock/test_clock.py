"""The promise of `Clock`, kept by both, and deadlines on it."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Iterator

import pytest

from receiver.clock.base import Clock, Deadline, WallClock, within
from receiver.clock.mock import MockClock, MockWallClock
from receiver.clock.system import SystemClock, SystemWallClock


@pytest.fixture
def clock() -> MockClock:
    return MockClock()


@pytest.mark.parametrize("kind", [MockClock, SystemClock])
async def test_sleeps_at_least_so_long(kind: type[MockClock | SystemClock]) -> None:
    clock: Clock = kind()
    began = clock.now()
    async with asyncio.TaskGroup() as tasks:
        sleepers = [tasks.create_task(clock.sleep(seconds)) for seconds in (0.02, 0.0, -1.0)]
        if isinstance(clock, MockClock):
            await clock.advance(0.02)
    assert all(sleeper.done() for sleeper in sleepers)
    assert clock.now() - began >= 0.0199


async def test_sleepers_wake_in_the_order_of_their_times(clock: MockClock) -> None:
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now() - 1000))

    async with asyncio.TaskGroup() as tasks:
        for name, seconds in (("late", 3.0), ("first", 1.0), ("second", 1.0)):
            tasks.create_task(sleep(name, seconds))
        await clock.advance(2.0)
        assert woken == [("first", 1.0), ("second", 1.0)]
        assert clock.next_due == 1003.0
        await clock.advance(2.0)
    assert woken[2:] == [("late", 3.0)]
    assert clock.now() == 1004.0


async def test_a_sleeper_that_was_cancelled_is_forgotten(clock: MockClock) -> None:
    async with asyncio.TaskGroup() as tasks:
        sleeper = tasks.create_task(clock.sleep(1))
        await clock.settle()
        assert clock.next_due == 1001.0
        sleeper.cancel()
    assert clock.next_due is None


async def test_work_in_time_gives_its_value(clock: MockClock) -> None:
    async def work() -> str:
        await clock.sleep(1.0)
        return "done"

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(within(clock, 2.0, work()))
        await clock.advance(1.0)
    assert waiting.result() == "done"
    assert clock.next_due is None, "no timer is left"


async def test_late_work_is_cancelled_and_waited_for(clock: MockClock) -> None:
    ended: list[float] = []

    async def work() -> None:
        try:
            await clock.sleep(100.0)
        finally:
            await clock.sleep(1.0)
            ended.append(clock.now())

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(_outcome(within(clock, 2.0, work())))
        await clock.advance(10.0)
    assert isinstance(waiting.result(), TimeoutError)
    assert ended == [1003.0]


async def _outcome(work: object) -> BaseException | None:
    try:
        await work  # type: ignore[misc]
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - looked at by the test
        return error
    return None


async def test_an_error_comes_out_as_itself(clock: MockClock) -> None:
    async def work() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await within(clock, 1.0, work())


async def test_a_timeout_of_the_work_itself_is_not_wrapped(clock: MockClock) -> None:
    own = TimeoutError("own")

    async def work() -> None:
        raise own

    with pytest.raises(TimeoutError) as raised:
        await within(clock, 1.0, work())
    assert raised.value is own


async def test_who_is_cancelled_from_outside_is_cancelled(clock: MockClock) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(within(clock, 1.0, clock.sleep(5.0)))
        await clock.settle()
        waiting.cancel()
    assert waiting.cancelled()
    assert clock.next_due is None


async def test_cancelled_at_the_very_moment_of_expiry(clock: MockClock) -> None:
    """The one who cancels wins: a cancellation must never be lost."""
    async with asyncio.TaskGroup() as tasks:

        async def cancel_then() -> None:
            await clock.sleep(1.0)
            waiting.cancel()

        waiting = tasks.create_task(within(clock, 1.0, clock.sleep(5.0)))
        tasks.create_task(cancel_then())
        await clock.advance(2.0)
    assert waiting.cancelled()


@pytest.mark.parametrize(("outer", "inner"), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0)])
async def test_deadlines_nest(clock: MockClock, outer: float, inner: float) -> None:
    caught: list[str] = []

    async def work() -> None:
        try:
            async with Deadline(clock, outer):
                try:
                    async with Deadline(clock, inner):
                        await clock.sleep(10.0)
                except TimeoutError:
                    caught.append("inner")
                    await clock.sleep(10.0)
        except TimeoutError:
            caught.append("outer")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await clock.advance(5.0)
    assert caught == (["inner", "outer"] if inner < outer else ["outer"])


async def test_a_deadline_may_be_moved_later(clock: MockClock) -> None:
    ended: list[float] = []

    async def work() -> None:
        try:
            async with Deadline(clock, 2.0) as deadline:
                await clock.sleep(1.0)
                deadline.extend(0.5)
                deadline.extend(3.0)
                await clock.sleep(100.0)
        except TimeoutError:
            ended.append(clock.now())

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await clock.advance(10.0)
    assert ended == [1004.0]


# --- the clock on the wall ------------------------------------------------------------------


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The time zone is to be set, and as it was in the end."""
    with monkeypatch.context() as patch:
        yield patch
    time.tzset()


@pytest.mark.parametrize("kind", [MockWallClock, SystemWallClock])
def test_the_time_of_day_is_that_of_the_date(
    kind: type[MockWallClock | SystemWallClock], zone: pytest.MonkeyPatch
) -> None:
    zone.setenv("TZ", "UTC")
    wall: WallClock = kind()
    before, at, after = wall.unix_time(), wall.time_of_day(), wall.unix_time()
    first, last = (dt.datetime.fromtimestamp(x, dt.UTC).time() for x in (before, after))
    assert first <= at <= last or (last < first and not last < at < first)


def test_a_zone_that_is_set_later_counts(zone: pytest.MonkeyPatch) -> None:
    wall = SystemWallClock()
    zone.setenv("TZ", "UTC")
    here = wall.time_of_day()
    zone.setenv("TZ", "XYZ-5:30")
    there = wall.time_of_day()
    minutes = (there.hour - here.hour) * 60 + there.minute - here.minute
    assert minutes % 1440 in (330, 331)
