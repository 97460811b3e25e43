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
from collections.abc import Generator
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


class MachineStoodStill(Exception):
    """A test failed, and what it heard is no evidence."""


class Stalls(Scoped):
    """Watches every processor from `__enter__` to `__exit__`, each by a process of its own. Then
    `longest` is for how long one of them stood still at the most, in seconds, or 0.
    """

    def __init__(self, least_s: float = STALL_S) -> None:
        self.longest = 0.0
        self._least_s = least_s
        self._pulses: list[subprocess.Popen[bytes]] = []

    def _make(self) -> None:
        for processor in os.sched_getaffinity(0):
            command = [sys.executable, "-IS", str(PULSE), str(processor), str(self._least_s)]
            self._pulses.append(subprocess.Popen(command, stdout=subprocess.PIPE))

    def _remove(self) -> None:
        for pulse in self._pulses:
            pulse.terminate()
            lines, _ = pulse.communicate()
            self.longest = max([self.longest, *map(float, lines.split())])


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
