"""What a process does once it has loaded what it needs."""

from __future__ import annotations

import contextlib
import ctypes
import gc

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""From glibc's malloc.h."""
LARGE = 32 << 10
"""Bytes: what is larger goes back to the system as soon as it is free."""


def settle() -> None:
    """Give back what loading took and has no use for any more, and keep the collector away from
    the rest: it stays, so looking at it again and again while music plays is in vain.
    """
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # not with every C library
        ctypes.CDLL(None).malloc_trim(0)


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
