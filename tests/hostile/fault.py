"""The words of the catalogue: a fault, what it is made of, and what becomes of it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.decoder import pages
from tests.rig.http_server import Serving
from tests.rig.tracks import encode, music

PLAYS = ("plays",)
BROKEN = ("unplayable",)
FOREIGN = ("unsupported_format",)
EITHER = ("plays", "unplayable")
"""Which of the two depends on where the damage falls."""
UNREACHABLE = ("unreachable",)
WAITS = ("waits",)
"""It may still become something: it neither plays nor fails, and makes room for the next."""

USUAL_S = 3.0
"""Within which it is clear what becomes of a play."""
LONG_S = 15.0
"""The same where tens of megabytes are to be gone through."""


class Row(NamedTuple):
    """A line of the table of faults."""

    fault: str
    expected: str
    seen: str
    ok: bool


class Material:
    """Sound files of our own, which the faults are made of."""

    def __init__(self, folder: Path) -> None:
        """Made in `folder`, by oggenc."""
        self.good = _encoded(folder / "good.ogg", 1, 2.0, 44_100, 2)
        """Two seconds of stereo at 44.1 kHz; its serial number is 1."""
        self.other = _encoded(folder / "other.ogg", 2, 0.5, 22_050, 1)
        """Half a second of mono, of another serial number."""
        self.long = _encoded(folder / "long.ogg", 3, 6.0, 44_100, 2)
        """Six seconds, of the kind of `good`."""

    @property
    def pages(self) -> list[pages.RawPage]:
        """Those of `good`: the identification header, the two other headers, and audio."""
        return pages.split(self.good)


def _encoded(path: Path, serial: int, seconds: float, rate: int, channels: int) -> bytes:
    encode(music(serial, seconds, rate, channels), rate, path)
    return pages.with_serial(path.read_bytes(), serial)


Make = Callable[[Material, random.Random], bytes | Serving]


@dataclass(frozen=True)
class Fault:
    """Something that a stranger serves in the place of music.

    `expected`: what may become of a play of it, `within_s` seconds: "plays", "waits", or the code
    of an error. `make` gives a file, or the way in which one is served; what it draws at random
    depends on nothing but the name.
    """

    kind: str
    name: str
    expected: tuple[str, ...]
    make: Make = field(repr=False)
    within_s: float = USUAL_S

    @property
    def expectation(self) -> str:
        """What is expected, in words."""
        outcome = " or ".join(self.expected)
        return outcome if self.expected == WAITS else f"{outcome} within {self.within_s:g} s"

    def served(self, material: Material) -> Serving:
        """What the server is to answer."""
        made = self.make(material, random.Random(zlib.crc32(self.name.encode())))
        return made if isinstance(made, Serving) else Serving(made)
