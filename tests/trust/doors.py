"""Doorkeepers for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from receiver.clock.base import Clock
from receiver.model.trust import Member, Trusted
from receiver.trust.circle import Circle
from receiver.trust.doorkeeper import AuthMode, Doorkeeper, Drawn
from receiver.trust.house_keys import HouseKeys
from receiver.trust.house_rules import HouseRules, Limits
from receiver.trust.pairings import Pairings
from receiver.trust.window import Opened, Window

CODE = "123456"
NOON = time(12)


class MockHerald:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def opened(self, opened: Opened, seconds: float) -> None:
        """See `Herald`."""
        self.told.append(f"open for {seconds:g} s: {opened.code}")

    def closed(self, why: str) -> None:
        """See `Herald`."""
        self.told.append(f"closed: {why}")

    def draw(self, opened: Opened, host: str, tell: Drawn) -> None:
        """See `Herald`."""
        tell(f"http://{host}/#pair={opened.code}", ["10", "01"])


def doorkeeper(
    clock: Clock,
    mode: AuthMode = "open",
    trusted: Trusted | None = None,
    limits: Limits | None = None,
    *,
    herald: MockHerald | None = None,
    local_time: Callable[[], time] = lambda: NOON,
    unix_time: Callable[[], float] = lambda: 1.7e9,
) -> Doorkeeper:
    """One that has let in whoever is `trusted`; its codes are `CODE`."""
    me = Member("kitchen-id", "Kitchen", "")
    house = HouseKeys(None, me, lambda: None)
    pairings = Pairings(trusted or Trusted(), unix_time, lambda: None)
    rules = HouseRules(limits or Limits(), local_time)
    window = Window(lambda: CODE)
    return Doorkeeper(
        me,
        mode,
        Circle(pairings, house),
        rules,
        herald or MockHerald(),
        clock,
        window,
    )
