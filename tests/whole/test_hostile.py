"""Mutated streams, played by a whole receiver."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from controller.client import Client
from receiver.errors import TonearmError
from tests.decoder.mutations import mutate
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks

pytestmark = pytest.mark.tools("oggenc", "oggdec")

REFUSALS = {"unplayable", "unsupported_format"}


@pytest.mark.parametrize(
    ("first", "count"),
    [(0, 150), pytest.param(150, 1500, marks=pytest.mark.slow)],
    ids=["some", "many"],
)
async def test_mutated_streams_leave_both_processes_alive(
    receiver: ReceiverProcess,
    client: Client,
    server: HttpServer,
    tracks: Tracks,
    first: int,
    count: int,
) -> None:
    """Each plays or is refused by name, and a good stream plays after it."""
    track = tracks.get(2, 5)
    good = track.path.read_bytes()
    own_dbfs = 20 * np.log10(np.abs(track.heard).max() / 32_768)
    louder = 0
    await client.set_volume(100)
    url = server.serve("/good.ogg", Serving(good))
    audio = receiver.audio_pid
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + count):
        rng = random.Random(seed)
        bad = server.serve(f"/{seed}.ogg", Serving(mutate(good, rng)))
        try:
            await client.play(bad, position_ms=rng.choice([0.0, 0.0, 1500.0]))
            outcomes["played"] += 1
            if rng.random() < 0.3:
                await client.seek(rng.uniform(0.0, 5000.0))
        except TonearmError as error:
            outcomes[error.code] += 1
        louder += (client.state.output.level_dbfs or -99.0) > own_dbfs + 1.0
    await client.play(url)
    assert receiver.audio_pid == audio
    assert not any("Traceback" in line for line in receiver.log), receiver.log
    assert louder <= 0.02 * count
    assert set(outcomes) <= {"played", "nothing_playing", "not_seekable", *REFUSALS}
    assert min(outcomes["played"], outcomes["unplayable"]) > count // 10, outcomes
