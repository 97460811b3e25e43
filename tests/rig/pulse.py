"""Prints from when to when one processor stood still, on time.monotonic(): `pulse.py PROCESSOR
SECONDS`, of those times that are at least so long, until it is ended.

It goes before all other processes where that is allowed, so that what they compute does not count.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time

BEAT_S = 0.002


def main(processor: int, least_s: float) -> None:
    """Beat for ever."""
    os.sched_setaffinity(0, {processor})
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    before = time.monotonic()
    while True:
        time.sleep(BEAT_S)
        now = time.monotonic()
        if now - before - BEAT_S >= least_s:
            sys.stdout.write(f"{before + BEAT_S} {now}\n")
            sys.stdout.flush()
        before = now


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
