"""Everybody who is trusted."""

from __future__ import annotations

from typing import NamedTuple

from receiver.model.trust import Trusted
from receiver.trust.house_keys import HouseKeys
from receiver.trust.pairings import Pairings


class Circle(NamedTuple):
    """The controllers and the receivers."""

    pairings: Pairings
    house: HouseKeys

    @property
    def trusted(self) -> Trusted:
        """All of it, to be kept."""
        return Trusted(
            pairings=self.pairings.all, begun=self.pairings.begun, house=self.house.house
        )
