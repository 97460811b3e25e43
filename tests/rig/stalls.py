"""Whether the machine stood still while a test listened.

A machine that is shared may stop for longer than a sound device has frames for: then a test hears
a silence that is nobody's fault. A test of a sound card that fails on such a machine is taken
again; one that fails on a machine that ran is not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.rig.scoped import Scoped

STALL_S = 0.01
"""A sink takes 5 ms at a time. One block that comes so late is not missed; more may be."""
RETAKES = 7
CALM_S, CALM_DEADLINE_S = 2.0, 30.0
TIMEOUT_S = 900
"""For all takes of a test together."""
PULSE = Path(__file__).with_name("pulse.py")


Span = tuple[float, float]


class MachineStoodStill(Exception):
    """A test failed, and what it heard is no evidence."""


class Stalls(Scoped):
    """Watches every processor from `__enter__` to `__exit__`, each by a process of its own. Then
    `spans` are those of time.monotonic() in which one of them stood still.
    """

    def __init__(self, least_s: float = STALL_S) -> None:
        self.spans: list[Span] = []
        self._least_s = least_s
        self._pulses: list[subprocess.Popen[bytes]] = []

    @property
    def longest(self) -> float:
        """Seconds; 0 when none stood still."""
        return max((end - start for start, end in self.spans), default=0.0)

    def meanwhile(self, start: float, end: float) -> bool:
        """Whether one stood still at some time of a span."""
        return any(first <= end and start <= last for first, last in self.spans)

    def excuse(self, start: float, end: float, late: float) -> float:
        """Seconds of a span that passed while one stood still, or at most `late` seconds after."""
        excused, until = 0.0, start
        for first, last in sorted(self.spans):
            begin, stop = max(first, until), min(last + late, end)
            excused += max(0.0, stop - begin)
            until = max(until, stop)
        return excused

    def came(self, counted: Sequence[tuple[float, float]]) -> float:
        """How much of a count that was looked at now and then, (instant, count), came between two
        looks of which one stood still.
        """
        return sum(
            more - less
            for (start, less), (end, more) in pairwise(counted)
            if self.meanwhile(start, end)
        )

    def _make(self) -> None:
        for processor in os.sched_getaffinity(0):
            command = [sys.executable, "-IS", str(PULSE), str(processor), str(self._least_s)]
            self._pulses.append(subprocess.Popen(command, stdout=subprocess.PIPE))

    def _remove(self) -> None:
        for pulse in self._pulses:
            pulse.terminate()
            lines, _ = pulse.communicate()
            for line in lines.splitlines():
                start, end = map(float, line.split())
                self.spans.append((start, end))


def mark(item: pytest.Item) -> None:
    """Let this test be taken again after `MachineStoodStill`."""
    item.add_marker(pytest.mark.flaky(reruns=RETAKES, only_rerun=[MachineStoodStill.__name__]))
    item.add_marker(pytest.mark.timeout(TIMEOUT_S))


def watched(stalls: Stalls) -> Generator[None, object, object]:
    """The body of a wrapper of `pytest_runtest_call`. Raises `MachineStoodStill`, once the machine
    runs again, instead of what a test raised while it did not.
    """
    with stalls:
        try:
            return (yield)
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - it is raised again
            failure = error
    if stalls.longest < STALL_S:
        raise failure
    await_calm()
    raise MachineStoodStill(f"for {1000 * stalls.longest:.0f} ms") from failure


def await_calm() -> None:
    """Wait until the machine runs for a while, as long as there is hope."""
    deadline = time.monotonic() + CALM_DEADLINE_S
    while time.monotonic() < deadline:
        with Stalls() as stalls:
            time.sleep(CALM_S)
        if stalls.longest < STALL_S:
            break
