"""The mock as a speaker made of arithmetic."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from receiver.clock.mock import MockClock
from receiver.clock.system import SystemClock
from receiver.errors import NoDevice
from receiver.sink.base import HANG_SECONDS
from receiver.sink.mock import MockSink
from tests.sink.clocks import LeapingClock
from tests.sink.readers import Constant, Reader

RATE = 48000


def started(
    reader: Reader, clock: MockClock | None = None, seconds: float = 2048 / RATE
) -> MockSink:
    sink = MockSink(clock or MockClock(), RATE, seconds)
    sink.open(reader)
    sink.start()
    return sink


def numbers(first: int, frames: int) -> np.ndarray:
    return np.arange(first, first + frames)


def test_what_was_given_is_heard_in_order() -> None:
    sink = started(Reader())
    parts = [sink.pull(frames) for frames in (1, 5000, 255, 256, 1024)]
    assert [len(part) for part in parts] == [1, 5000, 255, 256, 1024]
    np.testing.assert_array_equal(np.concatenate(parts)[:, 0] * 32768, numbers(1, 6536))
    np.testing.assert_array_equal(sink.heard, np.concatenate(parts))


def test_it_holds_a_buffer_of_two_periods() -> None:
    reader = Reader()
    sink = started(reader)
    assert (sink.period, sink.info.buffer, reader.frames) == (1024, 2048 / RATE, 2048)
    sink.pull(1023)
    assert reader.frames == 2048
    sink.pull(1)
    assert reader.frames == 3072


def test_each_block_is_told_when_it_will_be_heard() -> None:
    reader = Reader()
    sink = started(reader, MockClock(100.0))
    sink.pull(10_000)
    assert [at for _, _, at in reader.blocks] == [
        pytest.approx(100.0 + first / RATE) for first, _, _ in reader.blocks
    ]


def test_what_was_dropped_is_never_heard() -> None:
    reader = Reader()
    sink = started(reader)
    sink.pull(100)
    sink.drop()
    assert len(sink.pull(100)) == 0
    sink.start()
    assert sink.pull(1)[0, 0] * 32768 == 2049


def test_the_level_is_the_peak_of_the_last_tenth_of_a_second() -> None:
    reader = Constant(0.5)
    sink = started(reader)
    sink.pull(2048)
    assert sink.level_dbfs == pytest.approx(-6.02, abs=0.01)
    reader.value = 0.0
    sink.pull(4096)
    assert sink.level_dbfs == pytest.approx(-6.02, abs=0.01)
    sink.pull(6000)
    assert sink.level_dbfs is None


def test_unplugged_it_gives_up_until_it_is_started_anew() -> None:
    sink = started(Reader())
    sink.vanish()
    assert not sink.started
    assert len(sink.pull(100)) == 0
    sink.drop()
    with pytest.raises(NoDevice):
        sink.start()
    sink.plug_in()
    sink.start()
    assert sink.started
    assert len(sink.pull(100)) == 100


def test_hung_it_is_dead_after_a_while() -> None:
    clock = MockClock()
    sink = started(Reader(), clock)
    sink.hang()
    assert len(sink.pull(100)) == 0
    assert sink.started
    clock.step(HANG_SECONDS)
    assert not sink.started


def test_keeping_time_it_keeps_nothing_and_notices_when_it_was_late() -> None:
    clock = LeapingClock()
    reader = Constant(0.5)
    sink = MockSink(clock, RATE, 0.01, keep_time=True)
    sink.open(reader)
    sink.start()
    reader.wait(5000)
    before = sink.underruns
    clock.leap(0.5)
    reader.wait(reader.frames + 5000)
    assert sink.underruns > before
    assert sink.gap_s > 0.5
    assert len(sink.heard) == 0
    assert sink.level_dbfs == pytest.approx(-6.02, abs=0.01)
    sink.close()


def test_keeping_time_a_vanished_device_pulls_no_more() -> None:
    reader = Reader()
    sink = MockSink(SystemClock(), RATE, 0.01, keep_time=True)
    sink.open(reader)
    sink.start()
    sink.vanish()
    assert not sink.started
    sink.drop()
    sink.plug_in()
    sink.start()
    reader.wait(reader.frames + 5000)
    sink.close()


class Waiting(threading.Event):
    """Time that passes only while the thread of a sink waits: as long as it would, and as much more
    as `late` says, turn by turn. After `seconds` it is told to quit.
    """

    def __init__(self, clock: MockClock, seconds: float, late: tuple[float, ...] = ()) -> None:
        super().__init__()
        self.clock = clock
        self.end = clock.now() + seconds
        self.ahead: list[float] = []
        """How many seconds of sound the reader had given beyond what was due, at each turn."""
        self._late = list(late)
        self.reader = Reader()
        self._began = clock.now()

    def wait(self, timeout: float | None = None) -> bool:
        """See `threading.Event`."""
        assert timeout is not None
        self.ahead.append(self.reader.frames / RATE - (self.clock.now() - self._began))
        self.clock.step(timeout + (self._late.pop(0) if self._late else 0.0))
        return self.clock.now() >= self.end


def kept_time(waiting: Waiting) -> MockSink:
    """A sink with a buffer of 2048 frames that has played by itself for as long as that lasts."""
    sink = MockSink(waiting.clock, RATE, 2048 / RATE, keep_time=True)
    sink._quit = waiting
    sink.open(waiting.reader)
    sink.start()
    assert sink._thread is not None
    sink._thread.join()
    return sink


def test_keeping_time_it_pulls_as_many_frames_as_time_has_passed_for() -> None:
    waiting = Waiting(MockClock(100.0), 60.0)
    sink = kept_time(waiting)
    assert waiting.reader.frames == pytest.approx(60 * RATE + 2048, abs=1024)
    assert max(waiting.ahead) == pytest.approx(2048 / RATE)
    assert min(waiting.ahead) >= 1024 / RATE - 1e-9
    for first, frames, heard_at in waiting.reader.blocks:
        assert frames == sink.period
        assert heard_at == pytest.approx(100.0 + first / RATE)
    assert sink.underruns == 0
    sink.close()


def test_keeping_time_it_makes_up_for_what_it_wakes_late() -> None:
    waiting = Waiting(MockClock(), 60.0, late=(0.003, 0.0, 0.02) * 800)
    sink = kept_time(waiting)
    assert waiting.reader.frames == pytest.approx(60 * RATE + 2048, abs=2 * 1024)
    assert sink.underruns == 0
    sink.close()


def test_keeping_time_what_was_missed_is_an_underrun_and_is_not_made_up_for() -> None:
    waiting = Waiting(MockClock(), 60.0, late=(0.0, 0.0, 10.0))
    sink = kept_time(waiting)
    assert waiting.reader.frames == pytest.approx(50 * RATE + 2048, abs=2 * 1024)
    assert sink.underruns == 1
    assert sink.gap_s == pytest.approx(10.0, abs=0.05)
    sink.close()
