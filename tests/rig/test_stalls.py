"""A machine that stands still is told from one that runs."""

from __future__ import annotations

import contextlib
import time

import pytest

from tests.rig import stalls
from tests.rig.stalls import MachineStoodStill, Stalls, watched


class Stood(Stalls):
    """As on a machine that stood still for so long, in seconds."""

    def __init__(self, longest: float) -> None:
        super().__init__()
        self.spans = [(5.0, 5.0 + longest)] if longest else []

    def _make(self) -> None:
        pass


def fail(longest: float) -> None:
    """A test failed, meanwhile the machine stood still for so long."""
    taking = watched(Stood(longest))
    next(taking)
    taking.throw(AssertionError("heard a gap"))


def test_a_processor_that_does_not_come_is_seen() -> None:
    processor = Stalls(least_s=0.0)
    with processor:
        for pulse in processor._pulses:
            assert pulse.stdout is not None
            start, end = map(float, pulse.stdout.readline().split())
            assert start <= end <= time.monotonic()
    assert all(pulse.returncode is not None for pulse in processor._pulses)


def test_a_failure_while_the_machine_ran_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="heard a gap"):
        fail(stalls.STALL_S / 2)


def test_a_failure_while_it_stood_still_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalls, "CALM_DEADLINE_S", 0.0)
    with pytest.raises(MachineStoodStill, match="for 300 ms") as raised:
        fail(0.3)
    assert isinstance(raised.value.__cause__, AssertionError), "what was heard is still told"


def test_of_a_gap_no_more_is_excused_than_was_stood_still() -> None:
    stood = Stood(0.1)
    stood.spans += [(5.05, 5.2), (9.0, 9.1)]
    assert stood.excuse(4.0, 8.0, late=0.0) == pytest.approx(0.2), "two processors, one time"
    assert stood.excuse(4.0, 8.0, late=0.3) == pytest.approx(0.5)
    assert stood.excuse(5.1, 5.15, late=0.3) == pytest.approx(0.05)
    assert stood.excuse(6.0, 7.0, late=0.3) == 0.0


def test_what_passed_has_passed_however_it_ran() -> None:
    taking = watched(Stood(0.3))
    next(taking)
    with contextlib.suppress(StopIteration):
        taking.send("passed")


def test_what_came_while_it_stood_still_is_counted_apart() -> None:
    stood = Stood(0.3)
    assert stood.came([(0.0, 1), (4.0, 3), (6.0, 7), (8.0, 8)]) == 4
    assert stood.meanwhile(5.2, 9.0)
    assert not stood.meanwhile(5.4, 9.0)
    assert Stood(0.0).came([(0.0, 1), (8.0, 8)]) == 0
