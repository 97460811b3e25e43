"""The clock of another receiver, estimated from messages that go there and back.

A Kalman filter over offset and drift. What an exchange is worth depends on how much longer it was
under way than the fastest of late: delay that comes on top mostly lies on one of the two ways, and
half of it is error.
"""

from __future__ import annotations

import math
from collections import deque

import msgspec
from msgspec.structs import replace

MAX_RTT_S = 2.0
"""An answer that was under way for longer tells nothing."""
MAX_INSTANT_S = 1e9
"""Thirty years of uptime. Above it the microseconds of a float would run out as well."""

RECENT_S = 60.0
"""The fastest exchange of so many seconds is the measure of the others."""
RECENT_RTTS = 100
"""Exchanges that `rtt_p95` looks at."""

NOISE_S = 100e-6
NOISE_OF_RTT = 0.05
"""What the fastest exchange errs by: both ends stamp late now and then, and no two ways are quite
the same length."""
FLOOR_S = 30e-6
FLOOR_OF_RTT = 0.02
"""What no number of exchanges averages away: delays of neighbours are alike."""

OFFSET_WANDER = 2e-6
"""Seconds per root of a second."""
DRIFT_WANDER = 5e-7
"""Per root of a second: crystals follow the temperature."""
PRIOR_DRIFT = 100e-6
"""Two crystals of 50 ppm each, as they are sold."""

STEP_SIGMAS = 5.0
STEP_EXCHANGES = 5
"""So many exchanges in a row that cannot be true beside the estimate: the clock has stepped."""


class Exchange(msgspec.Struct, frozen=True):
    """A question and its answer, in seconds: asked at `t1` on the own clock, taken at `t2` and
    answered at `t3` on the other, whose boot id is `boot`, and back at `t4` on the own.
    """

    boot: str
    t1: float
    t2: float
    t3: float
    t4: float

    @property
    def rtt(self) -> float:
        """Seconds that both messages were under way, together."""
        return (self.t4 - self.t1) - (self.t3 - self.t2)

    @property
    def middle(self) -> float:
        """The instant on the own clock that `offset` belongs to."""
        return (self.t1 + self.t4) / 2

    @property
    def offset(self) -> float:
        """The other clock minus the own, if both messages took equally long; else wrong by half of
        the difference, and so by `rtt` / 2 at the very most.
        """
        return ((self.t2 - self.t1) + (self.t3 - self.t4)) / 2

    @property
    def possible(self) -> bool:
        """Whether clocks that run forward and messages that take time can give this."""
        instants = (self.t1, self.t2, self.t3, self.t4)
        return (
            all(0 <= instant < MAX_INSTANT_S for instant in instants)
            and self.t2 <= self.t3
            and 0 <= self.rtt <= MAX_RTT_S
        )


class _Belief(msgspec.Struct):
    """Offset and drift (seconds per second) at an instant `at` of the own clock, with the variances
    and the covariance of the two.
    """

    at: float
    offset: float
    offset_variance: float
    drift: float = 0.0
    drift_variance: float = PRIOR_DRIFT**2
    covariance: float = 0.0

    def moved_to(self, at: float) -> _Belief:
        """What is believed of another instant: the longer ago or ahead, the less sure."""
        elapsed = at - self.at
        span = abs(elapsed)
        wander = DRIFT_WANDER**2
        return _Belief(
            at,
            self.offset + self.drift * elapsed,
            self.offset_variance
            + 2 * elapsed * self.covariance
            + elapsed**2 * self.drift_variance
            + OFFSET_WANDER**2 * span
            + wander * span**3 / 3,
            self.drift,
            self.drift_variance + wander * span,
            self.covariance + elapsed * self.drift_variance + wander * elapsed * span / 2,
        )

    def corrected(self, offset: float, variance: float) -> _Belief:
        """What is believed once the offset was measured with that variance."""
        total = self.offset_variance + variance
        offset_gain, drift_gain = self.offset_variance / total, self.covariance / total
        surprise = offset - self.offset
        return _Belief(
            self.at,
            self.offset + offset_gain * surprise,
            (1 - offset_gain) * self.offset_variance,
            self.drift + drift_gain * surprise,
            self.drift_variance - drift_gain * self.covariance,
            (1 - offset_gain) * self.covariance,
        )


class _RoundTrips:
    """How long exchanges were under way of late."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=RECENT_RTTS)
        self._rising: deque[tuple[float, float]] = deque()  # instants; each with less is gone

    def put(self, at: float, rtt: float) -> None:
        """Take the next."""
        self._last.append(rtt)
        while self._rising and self._rising[-1][1] >= rtt:
            self._rising.pop()
        self._rising.append((at, rtt))
        while self._rising[0][0] < at - RECENT_S:
            self._rising.popleft()

    @property
    def fastest(self) -> float:
        """The least of the last `RECENT_S`."""
        return self._rising[0][1]

    @property
    def p95(self) -> float:
        """What 95 of 100 do not exceed."""
        ordered = sorted(self._last)
        return ordered[math.ceil(0.95 * len(ordered)) - 1]

    @property
    def held_up(self) -> float:
        """By how much even the fastest was presumably held up: by some part of what is usual
        here, the smaller the more there are.
        """
        ordered = sorted(self._last)
        return (ordered[len(ordered) // 2] - ordered[0]) / len(ordered)


class RemoteClock:
    """Knows another receiver's clock by the exchanges with it. Pure; one thread at a time.

    Instants are seconds, each on the clock that its name says. Nothing is known before the first
    exchange, and when the other has booted anew.
    """

    def __init__(self) -> None:
        self.refused = 0
        """Exchanges that were not used: impossible, out of order, or at odds with the others."""
        self.steps = 0
        """Times that the clock was found to have jumped."""
        self._boot = ""
        self._belief: _Belief | None = None
        self._round_trips = _RoundTrips()
        self._doubts = 0

    @property
    def known(self) -> bool:
        """Whether the other methods can be asked."""
        return self._belief is not None

    @property
    def rtt_p95(self) -> float:
        """Seconds that 95 of 100 of the last exchanges were under way at most."""
        return self._round_trips.p95

    def exchanged(self, exchange: Exchange) -> bool:
        """Learn from an exchange; False if it was refused."""
        if not exchange.possible:
            return self._refuse()
        if exchange.boot != self._boot:
            self._forget()
            self._boot = exchange.boot
        before = self._belief
        if before is not None and exchange.middle <= before.at:
            return self._refuse()
        self._round_trips.put(exchange.middle, exchange.rtt)
        if before is None:
            self._belief = _first_belief(exchange)
            return True
        expected = before.moved_to(exchange.middle)
        if self._contradicts(exchange, expected):
            return self._doubt(exchange, expected)
        self._doubts = 0
        fastest = self._round_trips.fastest
        noise = exchange.rtt - fastest + NOISE_OF_RTT * fastest + NOISE_S
        self._belief = expected.corrected(exchange.offset, noise**2)
        return True

    def offset_at(self, own: float) -> float:
        """The other clock minus the own, at an instant of the own."""
        return self._at(own).offset

    def to_remote(self, own: float) -> float:
        """What the other clock shows when the own shows `own`."""
        return own + self.offset_at(own)

    def to_own(self, remote: float) -> float:
        """What the own clock shows when the other shows `remote`."""
        assert self._belief is not None
        belief = self._belief
        return belief.at + (remote - belief.at - belief.offset) / (1 + belief.drift)

    def uncertainty_at(self, own: float) -> float:
        """Seconds by which `offset_at` errs, one sigma; infinite while nothing is known.

        It holds where both ways take equally long on average. A path that is always slower one way
        looks just like another offset: half of the difference is error that no one can see from
        here, up to half of the fastest round trip.
        """
        if self._belief is None:
            return math.inf
        return self._sigma(self._at(own))

    def _forget(self) -> None:
        """Begin anew."""
        self._belief = None
        self._round_trips = _RoundTrips()
        self._doubts = 0

    def _at(self, own: float) -> _Belief:
        """What is believed of an instant of the own clock."""
        assert self._belief is not None, "nothing is known yet"
        return self._belief.moved_to(own)

    def _sigma(self, belief: _Belief) -> float:
        """The uncertainty of the offset."""
        trips = self._round_trips
        floor = FLOOR_S + FLOOR_OF_RTT * trips.fastest + trips.held_up
        return math.sqrt(belief.offset_variance + floor**2)

    def _contradicts(self, exchange: Exchange, expected: _Belief) -> bool:
        """Whether what is expected lies where an exchange rules it out: no message arrives before
        it was sent.
        """
        amiss = abs(exchange.offset - expected.offset) - exchange.rtt / 2
        return amiss > STEP_SIGMAS * self._sigma(expected)

    def _doubt(self, exchange: Exchange, expected: _Belief) -> bool:
        """Settle a contradiction: the exchange is refused, unless it is the fastest of late (those
        before were all held up, and alike) or the last of several (the clock has stepped).
        """
        self._doubts += 1
        if exchange.rtt <= self._round_trips.fastest:
            self._belief = _first_belief(exchange)
        elif self._doubts >= STEP_EXCHANGES:
            # A clock that stood still for a while runs no faster or slower than before.
            self._belief = replace(
                _first_belief(exchange),
                drift=expected.drift,
                drift_variance=expected.drift_variance,
            )
            self.steps += 1
        else:
            return self._refuse()
        self._doubts = 0
        return True

    def _refuse(self) -> bool:
        """Count an exchange that is not used."""
        self.refused += 1
        return False


def _first_belief(exchange: Exchange) -> _Belief:
    """What a single exchange tells."""
    return _Belief(exchange.middle, exchange.offset, (exchange.rtt / 2) ** 2)
