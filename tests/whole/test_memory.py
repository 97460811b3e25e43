"""What loading took is given back."""

from __future__ import annotations

import subprocess
import sys

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
