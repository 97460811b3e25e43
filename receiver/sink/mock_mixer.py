"""A card's volume without a card: steps, a switch, and somebody else's hand on both."""

from __future__ import annotations

import bisect
import contextlib
import os

from receiver.errors import NoDevice
from receiver.sink.card_mixer import Level


class MockMixer:
    """A control with a step every `step_db` from `low_db` to `high_db`.

    What somebody does to it in another program: `turn`, `switch`; `vanish` pulls the plug.
    `moves` counts how often it was moved by its owner.
    """

    def __init__(
        self, low_db: float = -60.0, high_db: float = 0.0, step_db: float = 0.5, name: str = "mock"
    ) -> None:
        self.name = name
        count = round((high_db - low_db) / step_db)
        self.steps = [high_db - step_db * (count - n) for n in range(count + 1)]
        self.range_db = (self.steps[0], self.steps[-1])
        self.moves = 0
        self.level = Level(self.steps[0])
        self._plugged = True
        self._bell: int | None = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def read(self) -> Level:
        """See `CardMixer.read`."""
        self._check()
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.descriptors[0])
        return self.level

    def step_for(self, db: float) -> float:
        """See `CardMixer.step_for`."""
        place = bisect.bisect_left(self.steps, db - 1e-9)
        return self.steps[min(place, len(self.steps) - 1)]

    def move(self, db: float) -> Level:
        """See `CardMixer.move`."""
        self._check()
        self.moves += 1
        self.turn(db)
        self.switch(on=True)
        return self.level

    @property
    def descriptors(self) -> tuple[int, ...]:
        """See `CardMixer.descriptors`."""
        return () if self._bell is None else (self._bell,)

    def close(self) -> None:
        """See `CardMixer.close`."""
        bell, self._bell = self._bell, None
        if bell is not None:
            os.close(bell)

    # --- somebody else's hand ---------------------------------------------------------------

    def turn(self, db: float) -> None:
        """Turn it to the lowest step that is not below `db`."""
        self.level = self.level._replace(db=self.step_for(db))
        self._ring()

    def switch(self, *, on: bool) -> None:
        """Switch it on or off."""
        self.level = self.level._replace(on=on)
        self._ring()

    def vanish(self) -> None:
        """Pull the plug."""
        self._plugged = False
        self._ring()

    def _ring(self) -> None:
        for descriptor in self.descriptors:
            os.eventfd_write(descriptor, 1)

    def _check(self) -> None:
        if not self._plugged or self._bell is None:
            raise NoDevice("The mock card is unplugged.")
