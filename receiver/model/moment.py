"""What of a receiver changes all the time: as little as it takes to go on from after a restart."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
MOST_MS = 10**12
"""Thirty years: nothing plays for longer."""
Doing = Literal["idle", "paused", "playing"]
"""`playing` stands for all that is heard, or is about to be."""


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """How loud it is, what it does, and where in the queue it is: `position_ms` into the item with
    the id `item`. An item may be current though nothing is played; a live one has no position.
    """

    volume_percent: Percent = 50
    muted: bool = False
    doing: Doing = "idle"
    item: str | None = None
    position_ms: Annotated[int, msgspec.Meta(ge=0, le=MOST_MS)] = 0
