"""Everybody who is trusted."""

from __future__ import annotations

from typing import NamedTuple

from receiver.model.trust import Household, Trusted
from receiver.trust.house_keys import HouseKeys
from receiver.trust.pairings import Pairings


class Circle(NamedTuple):
    """The controllers and the receivers; `house`: None for a receiver that is open."""

    pairings: Pairings
    house: HouseKeys | None = None

    @property
    def trusted(self) -> Trusted:
        """All of it, to be kept."""
        house: Household | None = self.house.house if self.house else None
        return Trusted(pairings=self.pairings.all, begun=self.pairings.begun, house=house)
