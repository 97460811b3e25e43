"""What a handoff must know of the receiver that it runs on. All of it is as of now."""

from __future__ import annotations

from typing import Protocol

from receiver.model.state import Item
from receiver.protocol.peers import Moving


class View(Protocol):
    """The control loop lets a handoff see this much. Instants and durations are seconds on the
    receiver's own clock, positions milliseconds. Nothing here changes anything or raises.
    """

    # --- the session that is here -----------------------------------------------------------

    @property
    def session(self) -> Moving:
        """The session as it is here, with the epoch that it has. `paused`: it is, or will be as
        soon as it is loaded.
        """
        ...

    @property
    def item(self) -> Item | None:
        """What plays or stands at hand; None when idle. What a handoff has opened is none of it
        before `Own`.
        """
        ...

    @property
    def followed(self) -> bool:
        """Whether another item plays after this one by itself."""
        ...

    def position(self, at: float) -> float:
        """The position heard at an instant, now or soon, if nothing comes between."""
        ...

    # --- the sound device -------------------------------------------------------------------

    @property
    def output_delay(self) -> float:
        """How long after the engine has mixed a frame it is heard: the largest of late."""
        ...

    @property
    def lead(self) -> float:
        """How long before an instant the engine must be told, for what was opened to be heard at
        it. Above `output_delay`.
        """
        ...

    @property
    def held(self) -> tuple[float, float]:
        """From where to where what was opened is decoded, once `opened` was said of it."""
        ...

    # --- the other receiver -----------------------------------------------------------------

    def name(self, peer: str) -> str:
        """What people call it."""
        ...

    def rtt95(self, peer: str) -> float:
        """Round trip to it: 95 in 100 are shorter."""
        ...

    def clock_error(self, peer: str) -> float | None:
        """How far `to_own` may be off, either way; None: nobody knows yet."""
        ...

    def to_own(self, peer: str, at_us: int) -> float:
        """An instant of the other's clock, on the own."""
        ...
