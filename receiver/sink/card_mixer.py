"""The promise of a sound card's own volume."""

from __future__ import annotations

from typing import NamedTuple, Protocol

LEAST_RANGE_DB = 40.0
"""A volume with less between its ends cannot be turned down far enough to be worth using."""
FULL_DB = -1.0
"""One that ends below this does not reach what the stream is."""


class Level(NamedTuple):
    """Where the volume of a card stands: its gain in dB, and whether it is switched on."""

    db: float
    on: bool = True


class CardMixer(Protocol):
    """The volume of one sound card. One thread. Each method but `close` raises `NoDevice` when the
    card is gone.
    """

    name: str
    """The card and its control, as people find them in their mixer."""
    range_db: tuple[float, float]
    """Its lowest gain that is not silence, and its highest."""

    def read(self) -> Level:
        """Where it stands, whoever moved it. Cheap: it is called with every turn of a loop."""
        ...

    def step_for(self, db: float) -> float:
        """The lowest step that is not below `db`, or the highest there is, in dB."""
        ...

    def move(self, db: float) -> Level:
        """Go to `step_for(db)` and switch on; where it stands then. All channels alike."""
        ...

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to poll for input: there is some when somebody has moved it, until `read`."""
        ...

    def close(self) -> None:
        """Let go of it; it stays where it is. Harmless twice."""
        ...


def why_unusable(range_db: tuple[float, float]) -> str | None:
    """Why a volume of that range will not do, as the end of a sentence; None if it will."""
    low, high = range_db
    if high - low < LEAST_RANGE_DB:
        return f"has a range of only {high - low:.0f} dB"
    if high < FULL_DB:
        return f"goes no higher than {high:.1f} dB"
    return None
