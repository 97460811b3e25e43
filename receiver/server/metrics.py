"""What the receiver counts and times, for `GET /metrics`."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict

import msgspec

from receiver.clock.base import Clock
from receiver.model import reports
from receiver.model.state import Receipt
from receiver.session.observer import Observer

BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
LAG_EVERY_S = 1.0


class Timings(msgspec.Struct):
    """A histogram: how many times lay at or below each of `BOUNDS_S` and above the one before,
    those above the last, and the sum of all, in seconds.
    """

    counts: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    sum_s: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.sum_s += seconds


class Metrics(Observer):
    """Plain numbers, cheap to keep; `exposition` puts them into words. Event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.stages: dict[str, Timings] = defaultdict(Timings)
        """From the command being accepted to each stage of the play, by its name."""
        self.lag = Timings()
        """How late the event loop of control turns."""
        self.refused: Counter[str] = Counter()
        """Commands answered with an error, by its code."""
        self.turned_away = 0
        """Connections closed at once, for want of a place."""
        self.deaths = 0
        self.underruns = 0
        """Since the start, of all audio processes that there were."""
        self._underruns_before = 0
        """Those of the audio processes that have died."""
        self.starvations = 0
        self.holes = 0
        self.buffered_s = 0.0

    async def watch_loop(self) -> None:
        """Measure the lag of the event loop until cancelled."""
        while True:
            before = self._clock.now()
            await self._clock.sleep(LAG_EVERY_S)
            self.lag.add(max(self._clock.now() - before - LAG_EVERY_S, 0.0))

    def played(self, receipt: Receipt) -> None:
        """See `Observer`."""
        for stage, ms in msgspec.structs.asdict(receipt).items():
            if ms is not None and stage != "accepted":
                self.stages[stage].add(ms / 1000)

    def was_refused(self, code: str) -> None:
        """See `Observer`."""
        self.refused[code] += 1

    def reported(self, report: reports.Report) -> None:
        """See `Observer`."""
        match report:
            case reports.Died():
                self.deaths += 1
                self._underruns_before = self.underruns
            case reports.Device(output=output):
                self.underruns = self._underruns_before + output.underruns
            case reports.Health(buffered_s=buffered_s):
                self.buffered_s = buffered_s
            case reports.Buffering(ran_dry=True):
                self.starvations += 1
            case reports.Holes(more=more):
                self.holes += more
