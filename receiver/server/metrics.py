"""Counters and histograms in Prometheus' text format. The one file that knows its library."""

from __future__ import annotations

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from receiver.clock.base import Clock
from receiver.model import reports
from receiver.model.state import Receipt
from receiver.session.observer import Observer

STAGES_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
LAG_EVERY_S = 1.0
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics(Observer):
    """What the receiver counts. Event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._registry = registry = CollectorRegistry()
        self._stages = Histogram(
            "tonearm_play_stage_seconds",
            "From the command being accepted to a stage of the play",
            ["stage"],
            buckets=STAGES_S,
            registry=registry,
        )
        self._refused = Counter(
            "tonearm_commands_refused",
            "Commands answered with an error",
            ["code"],
            registry=registry,
        )
        self._deaths = Counter(
            "tonearm_decoder_deaths", "How often the audio process died", registry=registry
        )
        self._underruns = Gauge(
            "tonearm_underruns", "How often the device ran dry", registry=registry
        )
        self._starvations = Counter(
            "tonearm_starvations", "How often a track ran out of bytes", registry=registry
        )
        self._holes = Counter("tonearm_holes", "Gaps in streams, played over", registry=registry)
        self._fill = Gauge(
            "tonearm_buffer_seconds", "Sound decoded and not yet played", registry=registry
        )
        self._lag = Histogram(
            "tonearm_loop_lag_seconds",
            "How late the event loop of control turns",
            buckets=STAGES_S,
            registry=registry,
        )

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    async def watch_loop(self) -> None:
        """Measure the lag of the event loop until cancelled."""
        while True:
            before = self._clock.now()
            await self._clock.sleep(LAG_EVERY_S)
            self._lag.observe(max(self._clock.now() - before - LAG_EVERY_S, 0.0))

    def played(self, receipt: Receipt) -> None:
        """See `Observer`."""
        for stage, ms in msgspec.structs.asdict(receipt).items():
            if ms is not None and stage != "accepted":
                self._stages.labels(stage).observe(ms / 1000)

    def refused(self, code: str) -> None:
        """See `Observer`."""
        self._refused.labels(code).inc()

    def reported(self, report: reports.Report) -> None:
        """See `Observer`."""
        match report:
            case reports.Died():
                self._deaths.inc()
            case reports.Device(output=output):
                self._underruns.set(output.underruns)
            case reports.Health(buffered_s=buffered_s):
                self._fill.set(buffered_s)
            case reports.Buffering(ran_dry=True):
                self._starvations.inc()
            case reports.Ended(holes=holes):
                self._holes.inc(holes)
