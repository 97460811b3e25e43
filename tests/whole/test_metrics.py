"""`GET /metrics` of a real receiver, as Prometheus reads it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from controller.client import Client
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks
from tests.whole.test_process import until

pytestmark = pytest.mark.tools("oggenc", "oggdec")

STAGES = ("connected", "first_byte", "first_block", "first_frame")
WITHIN_S = 20.0

Numbers = dict[str, float]


async def numbers(receiver: ReceiverProcess) -> Numbers:
    """All samples by name, and stage where there is one."""
    url = f"http://127.0.0.1:{receiver.port}/metrics"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        text = await answer.text()
    return {
        ",".join([sample.name, *(sample.labels[k] for k in ("stage", "le") if k in sample.labels)]):
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip


async def numbers_when(receiver: ReceiverProcess, come: Callable[[Numbers], bool]) -> Numbers:
    """The samples, as soon as they are like that."""
    async with asyncio.timeout(WITHIN_S):
        while not come(found := await numbers(receiver)):
            await asyncio.sleep(0.05)
    return found


async def test_a_play_and_a_death_are_in_them(
    receiver: ReceiverProcess, client: Client, server: HttpServer, tracks: Tracks
) -> None:
    url = server.serve("/t.ogg", Serving(tracks.get(1, 20).path.read_bytes()))
    before = await numbers(receiver)
    assert "tonearm_play_stage_seconds_count,first_frame" not in before
    assert before["tonearm_buffer_seconds"] == 0
    receipt = await client.play(url)
    found = await numbers_when(receiver, lambda n: n["tonearm_buffer_seconds"] > 0.5)
    stages = "tonearm_play_stage_seconds"
    for stage in STAGES:
        assert found[f"{stages}_count,{stage}"] == found[f"{stages}_bucket,{stage},+Inf"] == 1
    assert receipt.first_frame is not None
    assert found[f"{stages}_sum,first_frame"] == pytest.approx(receipt.first_frame / 1000)
    assert found["tonearm_buffer_seconds"] < 3.0
    assert found["tonearm_decoder_deaths_total"] == found["tonearm_holes_total"] == 0
    assert found["tonearm_underruns"] == client.state.output.underruns
    found = await numbers_when(receiver, lambda n: n["tonearm_loop_lag_seconds_count"] > 1)
    assert found["tonearm_loop_lag_seconds_sum"] >= 0
    os.kill(receiver.audio_pid, signal.SIGKILL)
    await until(client, lambda s: s.problem is not None)
    assert (await numbers(receiver))["tonearm_decoder_deaths_total"] == 1
