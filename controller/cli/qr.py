"""A QR code on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

QUIET = 4
"""Light modules around it, which a camera needs."""
_BLOCKS = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
"""Two modules, one above the other, by which of them is dark. Most terminals are dark themselves.
"""


def drawn(rows: Sequence[str]) -> Iterator[str]:
    """Lines that show it, from its rows of 0 (light) and 1 (dark)."""
    width = max(map(len, rows), default=0)
    light = [False] * (width + 2 * QUIET)
    side = [False] * QUIET
    modules = [light] * QUIET
    modules += [
        [*side, *(module == "1" for module in row.ljust(width, "0")), *side] for row in rows
    ]
    modules += [light] * (QUIET + len(rows) % 2)
    for above, below in zip(modules[::2], modules[1::2], strict=True):
        yield "".join(_BLOCKS[pair] for pair in zip(above, below, strict=True))
