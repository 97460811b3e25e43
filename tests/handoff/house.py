"""Two receivers, each with a session, a speaker and a clock of its own, and the link between them,
in virtual time. What goes wrong is scripted by the test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from receiver.protocol import peers as m
from tests.handoff.receiver import Receiver
from tests.handoff.world import World

MOST_EVENTS = 200_000


class Link:
    """Carries messages, or not. `trip` gives the seconds of each, one list entry per copy."""

    def __init__(self, world: World, trip: Callable[[m.HandoffMessage], list[float]]) -> None:
        self.world = world
        self.trip = trip
        self.cut = False
        self.log: list[tuple[float, str, m.HandoffMessage]] = []
        self.on_send: Callable[[int], None] = lambda _count: None

    def send(self, sender: Receiver, to: Receiver, message: m.HandoffMessage) -> None:
        """Take a message on its way."""
        self.log.append((self.world.now, sender.id, message))
        self.on_send(len(self.log))
        if self.cut or not sender.linked:
            return
        for trip in self.trip(message):
            self.world.after(trip, lambda: self._arrive(to, message))

    def _arrive(self, to: Receiver, message: m.HandoffMessage) -> None:
        if to.alive and to.linked and not self.cut:
            to.hear(message)


class House:
    """Two receivers, kitchen and bedroom, and whoever watches them."""

    def __init__(
        self,
        trip: Callable[[m.HandoffMessage], list[float]] = lambda _message: [0.001],
        rtt95: float = 0.003,
        clock_error: float | None = 0.0002,
    ) -> None:
        self.world = World()
        self.link = Link(self.world, trip)
        self.kitchen = Receiver("kitchen", self.world, offset=1000.0)
        self.bedroom = Receiver("bedroom", self.world, offset=-77.0)
        self.both = (self.kitchen, self.bedroom)
        self.watch: Callable[[], None] = lambda: None
        for one, other in (self.both, self.both[::-1]):
            one.meet(other, self.link.send, rtt95, clock_error)

    @property
    def now(self) -> float:
        """The world's time."""
        return self.world.now

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        for _ in range(MOST_EVENTS):
            due = [(one.wakes_at, one) for one in self.both if one.alive]
            wake, who = min(due, key=lambda pair: pair[0], default=(math.inf, None))
            if min(wake, self.world.next_at) > end:
                self.world.now = end
                return
            if wake < self.world.next_at:
                self.world.now = max(wake, self.now)
                assert who is not None
                who.tick()
            else:
                self.world.step()
            self.watch()
        raise AssertionError("It never comes to rest.")

    def run_until(self, met: Callable[[], bool], within: float = 60.0) -> None:
        """Let time pass until something holds."""
        end = self.now + within
        while not met():
            assert self.now < end, "It does not come to that."
            self.run(0.001)

    def owners(self, session: str = "s") -> list[str]:
        """Who has the session, among the living."""
        return [one.id for one in self.both if one.alive and one.session.id == session]

    def kill(
        self, who: Receiver, noticed_after: float = 0.002, first_as_lost: bool = False
    ) -> None:
        """The process dies; its kernel closes the connection, or says so when asked again."""
        if not who.alive:
            return
        who.die()
        other = who.other
        if first_as_lost:
            self.world.after(noticed_after, lambda: other.lose(dead=False))
            noticed_after += 0.8
        self.world.after(noticed_after, lambda: other.lose(dead=True))

    def cut(self, back_after: float | None, random: Random) -> None:
        """The link breaks: each side sees it after a while, and when it is there again."""
        if self.link.cut:
            return
        self.link.cut = True
        for one in self.both:
            seen = random.uniform(0.0, 0.6)
            self.world.after(seen, lambda one=one: one.lose(dead=False))  # type: ignore[misc]
            if back_after is not None:
                found = max(back_after, seen) + random.uniform(0.001, 0.1)
                self.world.after(found, one.find)
        if back_after is not None:
            self.world.after(back_after, self._mend)

    def _mend(self) -> None:
        self.link.cut = False

    @property
    def at_rest(self) -> bool:
        """Whether no living receiver has anything left to do."""
        return all(one.handoffs.wake_at == math.inf for one in self.both if one.alive)


def told(house: House, kind: type) -> int:
    """How many messages of a kind were sent."""
    return sum(isinstance(message, kind) for _, _, message in house.link.log)
