"""Two clocks and a network between them, all of whose truth is known.

Time runs in true seconds. A message takes as long as its condition says, but never overtakes the
one before it on the same way, as on one TCP connection.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from receiver.clock.remote import Exchange, RemoteClock
from receiver.clock.schedule import Schedule

Delay = Callable[[random.Random, float], float]
"""Seconds that a message sent at a true instant is under way."""


def wake_up(rng: random.Random) -> float:
    """Seconds until a process has seen that a message came: an event loop is busy now and then."""
    busy = rng.random() < 0.02
    return 30e-6 + rng.expovariate(1 / 40e-6) + (rng.uniform(0, 3e-3) if busy else 0.0)


def wired(rng: random.Random, at: float) -> float:
    """A switch, and seldom another packet before ours."""
    queued = rng.expovariate(1 / 300e-6) if rng.random() < 0.05 else 0.0
    return 120e-6 + rng.expovariate(1 / 25e-6) + queued


def wifi(rng: random.Random, at: float) -> float:
    """Contention for the air, and retries of 2 to 20 ms."""
    retries = rng.uniform(2e-3, 20e-3) if rng.random() < 0.05 else 0.0
    return 0.7e-3 + rng.expovariate(1 / 0.6e-3) + retries


def bad_wifi(rng: random.Random, at: float) -> float:
    """The edge of the range: long retries, and losses that TCP repairs after 0.2 s."""
    if rng.random() < 0.02:
        return 0.2 + rng.expovariate(1 / 20e-3)
    retries = rng.expovariate(1 / 15e-3) if rng.random() < 0.4 else 0.0
    return 1.5e-3 + rng.expovariate(1 / 2e-3) + retries


BEACON_S = 0.1024


def dozing(rng: random.Random, at: float) -> float:
    """To a station that mostly sleeps: its access point keeps the message until a beacon."""
    asleep = rng.random() < 0.7
    return wifi(rng, at) + (BEACON_S - at % BEACON_S if asleep else 0.0)


@dataclass(frozen=True)
class Condition:
    """The delays to the other receiver and back."""

    there: Delay
    back: Delay


CONDITIONS = {
    "wired": Condition(wired, wired),
    "Wi-Fi": Condition(wifi, wifi),
    "power save": Condition(dozing, wifi),
    "bad Wi-Fi": Condition(bad_wifi, bad_wifi),
}


class WanderingClock:
    """A crystal: off by up to 50 ppm, and wandering by `WANDER` per root of a second."""

    WANDER = 1e-7
    STEP_S = 0.1

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._rate = 1 + rng.uniform(-50e-6, 50e-6)
        self._shown = [rng.uniform(10.0, 1e6)]

    def shows(self, true: float) -> float:
        """Its seconds at a true instant (from 0 on)."""
        whole = int(true / self.STEP_S)
        while len(self._shown) < whole + 2:
            self._shown.append(self._shown[-1] + self._rate * self.STEP_S)
            self._rate += self._rng.gauss(0.0, self.WANDER * self.STEP_S**0.5)
        low, high = self._shown[whole : whole + 2]
        return low + (high - low) * (true / self.STEP_S - whole)

    def jump(self, true: float, seconds: float) -> None:
        """Stand still (below zero), or leap, from about the instant `true` on."""
        self.shows(true)
        self._shown[-1] += seconds


class Network:
    """Two receivers and the way between them. Same seed, same course."""

    def __init__(self, condition: Condition, seed: int) -> None:
        self.rng = random.Random(seed)
        self.own = WanderingClock(random.Random(seed + 1_000_003))
        self.remote = WanderingClock(random.Random(seed + 2_000_003))
        self._condition = condition
        self._arrived_there = self._arrived_back = 0.0

    def exchange(self, at: float) -> tuple[Exchange, float]:
        """Ask at a true instant; the exchange, and the instant at which it is complete."""
        rng, way = self.rng, self._condition
        there = self._arrived_there = max(self._arrived_there, at + way.there(rng, at))
        taken = there + wake_up(rng)
        answered = taken + 20e-6 + rng.expovariate(1 / 20e-6)
        back = self._arrived_back = max(self._arrived_back, answered + way.back(rng, answered))
        done = back + wake_up(rng)
        stamps = self.own.shows(at), self.remote.shows(taken), self.remote.shows(answered)
        return Exchange("boot", *stamps, self.own.shows(done)), done

    def error(self, clock: RemoteClock, at: float) -> float:
        """Seconds by which an estimate errs at a true instant."""
        return clock.to_remote(self.own.shows(at)) - self.remote.shows(at)


def course(
    network: Network, clock: RemoteClock, seconds: float, *, every: float | None = None
) -> Iterator[float]:
    """Let `clock` learn for so long; the true instants after each exchange.

    By the `Schedule` of an active session, or `every` so many seconds.
    """
    at, schedule = 0.0, Schedule()
    while at < seconds:
        exchange, done = network.exchange(at)
        clock.exchanged(exchange)
        yield done
        unsure = clock.uncertainty_at(exchange.t4)
        wait = schedule.next_in(active=True, uncertainty_s=unsure, peers=1)
        at = done + (every or wait)


def position_error(
    condition: Condition,
    seed: int,
    *,
    learn_s: float,
    lead_s: float = 0.2,
    delay_error_s: float = 0.0,
) -> float:
    """Seconds between the same frame as the source of a handoff sounds it at the agreed instant
    and as the target does.

    What is in it: the target's estimate of the source's clock after `learn_s` of exchanges, used
    for an instant `lead_s` later; and, at each end, an error of what that end knows of its sound
    device, normal with `delay_error_s` (0: the clocks alone). What is not: the reading of the
    agreed instant from whole microseconds, and anything behind the devices.
    """
    network, clock = Network(condition, seed), RemoteClock()
    agreed = list(course(network, clock, learn_s))[-1] + lead_s
    at_target = clock.to_own(network.remote.shows(agreed))
    late = at_target - network.own.shows(agreed)
    noise = random.Random(seed + 3_000_003)
    return late + noise.gauss(0.0, delay_error_s) - noise.gauss(0.0, delay_error_s)
