"""What the audio process may use: it reads bytes from strangers and runs at real-time priority."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

MEMORY = 320 * 1024 * 1024
"""Address space it may take beyond what it has when it starts, in bytes."""
FILES = 128
SPIN_S = 5
"""Seconds of CPU that one turn of its loop may burn, before the kernel ends it."""
NICENESS = -11
REALTIME_SPIN_US = 200_000
"""The same for a real-time thread that never sleeps, which gets SIGXCPU then: without it, it takes
the machine along.
"""


def apply_limits() -> None:
    """Limit this process, for good. What the system does not let us set is left as it is."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY)
    _lower(resource.RLIMIT_NOFILE, FILES)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_RTTIME, REALTIME_SPIN_US, 2 * REALTIME_SPIN_US)


def allow_cpu() -> None:
    """Grant the loop another `SPIN_S` of CPU; called once a second or so."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + SPIN_S
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def raise_priority() -> None:
    """Go before the other processes of the machine, where that is granted."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def _lower(what: int, value: int, last: int | None = None) -> None:
    """Lower a limit, and what it can be raised to: `last`, or the same."""
    _, hard = resource.getrlimit(what)
    last = value if last is None else last
    last = last if hard == resource.RLIM_INFINITY else min(last, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (min(value, last), last))
