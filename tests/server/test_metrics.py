"""What is counted, and how Prometheus reads it."""

from __future__ import annotations

import asyncio

from prometheus_client.parser import text_string_to_metric_families

from receiver.clock.mock import MockClock
from receiver.model import reports as r
from receiver.model.state import Output, Receipt
from receiver.server.exposition import exposition
from receiver.server.metrics import LAG_EVERY_S, Metrics


def read(metrics: Metrics) -> dict[str, float]:
    """All samples by name and labels, as Prometheus' own parser finds them."""
    return {
        sample.name
        + "".join(f",{key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(exposition(metrics).decode())
        for sample in family.samples
    }


def test_stages_are_a_histogram() -> None:
    metrics = Metrics(MockClock())
    for ms in (1.0, 8.0, 9000.0):
        metrics.played(Receipt(first_frame=ms))
    found = read(metrics)
    name = "tonearm_play_stage_seconds"
    assert found[f"{name}_bucket,le=0.001,stage=first_frame"] == 1
    assert found[f"{name}_bucket,le=0.005,stage=first_frame"] == 1
    assert found[f"{name}_bucket,le=0.01,stage=first_frame"] == 2
    assert found[f"{name}_bucket,le=5.0,stage=first_frame"] == 2
    assert found[f"{name}_bucket,le=+Inf,stage=first_frame"] == 3
    assert found[f"{name}_count,stage=first_frame"] == 3
    assert abs(found[f"{name}_sum,stage=first_frame"] - 9.009) < 1e-9
    assert not any("connected" in sample for sample in found), "a stage that was not reached"


def test_underruns_count_on_when_the_audio_process_has_died() -> None:
    metrics = Metrics(MockClock())
    for underruns in (2, 3):
        metrics.reported(r.Device(Output(backend="mock", device="mock", underruns=underruns), None))
    metrics.reported(r.Died("SIGKILL"))
    assert metrics.underruns == 3
    for underruns in (0, 1):
        metrics.reported(r.Device(Output(backend="mock", device="mock", underruns=underruns), None))
    assert metrics.underruns == 4


def test_what_the_engine_reports_is_counted() -> None:
    metrics = Metrics(MockClock())
    output = Output(backend="mock", device="mock", underruns=4)
    for report in (
        r.Died("SIGKILL"),
        r.Device(output, None),
        r.Health(1.5),
        r.Buffering(1, 0.0, ran_dry=True),
        r.Buffering(1, 0.0),
        r.Holes(1, 2),
        r.Holes(2, 1),
    ):
        metrics.reported(report)
    metrics.was_refused("busy")
    metrics.was_refused("busy")
    metrics.turned_away = 5
    found = read(metrics)
    assert found["tonearm_decoder_deaths_total"] == 1
    assert found["tonearm_underruns"] == 4
    assert found["tonearm_buffer_seconds"] == 1.5
    assert found["tonearm_connections_refused_total"] == 5
    assert found["tonearm_starvations_total"] == 1
    assert found["tonearm_holes_total"] == 3
    assert found["tonearm_commands_refused_total,code=busy"] == 2
    assert found["tonearm_loop_lag_seconds_count"] == 0


async def test_the_lag_of_the_event_loop_is_how_late_it_wakes() -> None:
    clock = MockClock()
    metrics = Metrics(clock)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(metrics.watch_loop())
        await clock.advance(3 * LAG_EVERY_S)
        for late in (0.004, 0.25):
            clock.step(LAG_EVERY_S + late)  # nobody gets a turn meanwhile
            await clock.advance(0.0)
        watching.cancel()
    found = read(metrics)
    name = "tonearm_loop_lag_seconds"
    assert found[f"{name}_count"] == 5
    assert found[f"{name}_bucket,le=0.001"] == 3
    assert found[f"{name}_bucket,le=0.005"] == 4
    assert found[f"{name}_bucket,le=0.2"] == 4
    assert found[f"{name}_bucket,le=0.5"] == 5
    assert abs(found[f"{name}_sum"] - 0.254) < 1e-9
