"""What a process does once it has loaded what it needs."""

from __future__ import annotations

import contextlib
import ctypes
import gc


def settle() -> None:
    """Give back what loading took and has no use for any more, and keep the collector away from
    the rest: it stays, so looking at it again and again while music plays is in vain.
    """
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # not with every C library
        ctypes.CDLL(None).malloc_trim(0)
