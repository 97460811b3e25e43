"""Fuzzes for as long as one likes, and prints a table. Ends with 1 when something was found."""

from __future__ import annotations

import argparse
import logging
import random
import resource
import sys
import time
from collections.abc import Sequence

from tests.fuzz.findings import keep
from tests.fuzz.hunt import hunt
from tests.fuzz.machines import MACHINES, drive
from tests.fuzz.targets import TARGETS

MOST_MEMORY = 2 << 30
"""Bytes of address space: a run that would fill the machine is a finding instead."""


def main(arguments: Sequence[str]) -> int:
    """Share the time among all that is named. Returns the status to exit with."""
    names = [*TARGETS, *MACHINES]
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--minutes", type=float, default=1.0, help="for all together")
    parser.add_argument("--seed", type=int, default=None, help="to do the same again")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(names)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    seed = random.SystemRandom().randrange(1 << 32) if asked.seed is None else asked.seed
    chosen = asked.names or names
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    logging.disable()
    _say(f"seed {seed}\n{'name':<22}{'runs':>10}{'kept':>8}{'findings':>10}")
    found = [_fuzz(name, seed, 60 * asked.minutes / len(chosen)) for name in chosen]
    return 1 if any(found) else 0


def _fuzz(name: str, seed: int, seconds: float) -> int:
    """Fuzz one for so long; how much was found."""
    end = time.monotonic() + seconds
    if name in MACHINES:
        runs, stories = drive(MACHINES[name], seed, lambda: time.monotonic() >= end)
        kept = "-"
    else:
        target = TARGETS[name]
        done = hunt(target, random.Random(f"{name} {seed}"), lambda _: time.monotonic() >= end)
        runs, kept = done.runs, str(done.kept)
        stories = [f"{keep(target, one)}\n{one.data[:200]!r}\n{one.story}" for one in done.findings]
    _say(f"{name:<22}{runs:>10}{kept:>8}{len(stories):>10}")
    for story in stories:
        _say(story)
    return len(stories)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
