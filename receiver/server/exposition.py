"""The metrics in Prometheus' text format. The one file that knows its library, which is loaded with
the first request for them: many speakers are never asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from receiver.server.metrics import BOUNDS_S, Metrics, Timings

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition(metrics: Metrics) -> bytes:
    """All of it, as Prometheus reads it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(metrics))
    return generate_latest(registry)


class _Collector(Collector):
    """Our numbers as families of the library."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        m = self._metrics
        stages = HistogramMetricFamily(
            "tonearm_play_stage_seconds",
            "From the command being accepted to a stage of the play",
            labels=["stage"],
        )
        for stage, timings in m.stages.items():
            stages.add_metric([stage], *_buckets(timings))
        yield stages
        lag = HistogramMetricFamily(
            "tonearm_loop_lag_seconds", "How late the event loop of control turns"
        )
        lag.add_metric([], *_buckets(m.lag))
        yield lag
        refused = CounterMetricFamily(
            "tonearm_commands_refused", "Commands answered with an error", labels=["code"]
        )
        for code, count in m.refused.items():
            refused.add_metric([code], count)
        yield refused
        for name, what, count in (
            ("tonearm_connections_refused", "Connections there was no place for", m.turned_away),
            ("tonearm_decoder_deaths", "How often the audio process died", m.deaths),
            ("tonearm_starvations", "How often a track ran out of bytes", m.starvations),
            ("tonearm_holes", "Gaps in streams, played over", m.holes),
        ):
            yield CounterMetricFamily(name, what, value=count)
        for name, what, value in (
            ("tonearm_underruns", "How often the device ran dry", m.underruns),
            ("tonearm_buffer_seconds", "Sound decoded and not yet played", m.buffered_s),
        ):
            yield GaugeMetricFamily(name, what, value=value)


def _buckets(timings: Timings) -> tuple[list[tuple[str, float]], float]:
    """The counts up to each bound, as Prometheus has them, and the sum."""
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    return list(zip(bounds, accumulate(map(float, timings.counts)), strict=True)), timings.sum_s
