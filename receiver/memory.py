"""What a process gives back once it has loaded what it needs, or has nothing to do."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from collections.abc import Callable
from pathlib import Path

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""From glibc's malloc.h."""
_DONTNEED = 4
"""From Linux's mman.h."""
LARGE = 32 << 10
"""Bytes: what is larger goes back to the system as soon as it is free."""
IDLE_S = 6.0
"""After so long a process that did nothing is likely to do nothing for longer."""


class Thrift:
    """Has `rest` called once each time that there has been nothing to do for `IDLE_S`. Pure."""

    def __init__(self, rest: Callable[[], None]) -> None:
        self._rest = rest
        self._since: float | None = None
        self._rested = False

    def look(self, now: float, *, idle: bool) -> None:
        """Ask about once a second, or more often."""
        if not idle:
            self._since, self._rested = None, False
        elif self._since is None:
            self._since = now
        elif not self._rested and now - self._since >= IDLE_S:
            self._rested = True
            self._rest()


def settle() -> None:
    """Give back what loading took and has no use for any more, and keep the collector away from
    the rest: it stays, so looking at it again and again while music plays is in vain.
    """
    gc.collect()
    gc.freeze()
    _trim()


def rest() -> None:
    """Give back what playing took, code included: some milliseconds, for who has nothing to do."""
    gc.collect()
    _trim()
    forget_code()


def _trim() -> None:
    with contextlib.suppress(OSError, AttributeError):  # not with every C library
        ctypes.CDLL(None).malloc_trim(0)


def forget_code() -> None:
    """Let go of the code that was needed to load and is not to run, megabytes of it: what is called
    again is mapped again, out of the system's own memory.
    """
    with contextlib.suppress(OSError, AttributeError):  # not with every system
        madvise = ctypes.CDLL(None).madvise
        # A library that another thread loads may be mapped as code from end to end at first. By
        # the second look it is loaded: that was done without letting go of the interpreter.
        for start, end in _code() & _code():
            madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONTNEED)


def _code() -> set[tuple[int, int]]:
    """Where files are mapped to be executed (proc(5)): nobody writes there, so nothing is lost."""
    found = set()
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, access, *_, name = line.split(maxsplit=5)
        if access == "r-xp" and name.startswith("/"):
            start, _, end = place.partition("-")
            found.add((int(start, 16), int(end, 16)))
    return found


def give_back_early() -> None:
    """For the process that holds streams: the bytes of those that are over go back to the system
    soon. Among small things that stay they would leave holes, and in rings of objects they would
    wait for a collector that seldom comes; the process would grow by both. After `settle` what the
    collector has to look at is little.
    """
    gc.set_threshold(700, 5, 2)
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        for option, value in ((_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE), (_ARENA_MAX, 1)):
            libc.mallopt(option, value)
