"""What is fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_BYTES = 16 * 1024
"""Of an input: long enough to nest and repeat each structure, short enough to be fast."""


@dataclass(frozen=True)
class Target:
    """`run` takes any bytes: it returns, or it raises because a promise was broken. `seeds` are
    where to begin, `words` what is put in to be understood.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Sequence[bytes]
    words: Sequence[bytes] = ()


def require(condition: object, what: str) -> None:
    """Raises when a promise is broken: `what` says which."""
    if not condition:
        raise AssertionError(what)
