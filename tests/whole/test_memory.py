"""What loading took is given back."""

from __future__ import annotations

import subprocess
import sys

from receiver.memory import IDLE_S, Thrift

SCRIPT = """
import re
import numpy
from receiver.memory import forget_code

def held():
    "Kilobytes of code in memory."
    maps = open("/proc/self/smaps").read()
    return sum(map(int, re.findall(r" r-xp .*/[^]]*?\\nRss: +(\\d+)", maps)))

before = held()
forget_code()
after = held()
print(before, after, numpy.arange(4).sum())
"""


def test_the_code_that_was_needed_to_load_is_let_go_of_and_all_of_it_runs_on() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True
    )
    before, after, total = map(int, said.stdout.split())
    assert after < before / 2
    assert total == 6


def test_a_rest_is_taken_once_each_time_that_there_is_nothing_to_do() -> None:
    rests: list[float] = []
    now = 100.0
    thrift = Thrift(lambda: rests.append(now))

    def pass_time(seconds: float, *, idle: bool) -> None:
        nonlocal now
        for _ in range(round(seconds)):
            now += 1.0
            thrift.look(now, idle=idle)

    pass_time(100, idle=False)
    pass_time(IDLE_S, idle=True)
    assert rests == []
    pass_time(100, idle=True)
    assert rests == [201.0 + IDLE_S]
    pass_time(1, idle=False)
    pass_time(IDLE_S, idle=True)
    assert len(rests) == 1
    pass_time(1, idle=True)
    assert len(rests) == 2
