"""The audio process that is killed is there again within a second."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from controller.client import Client
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess, children
from tests.rig.stalls import Stalls
from tests.rig.tracks import Tracks
from tests.whole.test_process import until

pytestmark = pytest.mark.tools("oggenc", "oggdec")

WITHIN_S = 1.0


async def test_killed_it_is_ready_again_within_a_second(
    receiver: ReceiverProcess, client: Client, server: HttpServer, tracks: Tracks
) -> None:
    """Ready is who plays."""
    url = server.serve("/t.ogg", Serving(tracks.get(1, 20).path.read_bytes()))
    await client.play(url)
    before = receiver.audio_pid
    with Stalls() as stalls:
        killed = time.monotonic()
        os.kill(before, signal.SIGKILL)
        state = await until(client, lambda s: s.problem is not None)
        born = time.monotonic()
        await client.play(url)
        ready = time.monotonic()
        assert (state.session.playback, client.state.session.playback) == ("idle", "playing")
    (now,) = children(receiver.process.pid)
    assert now != before
    assert not Path(f"/proc/{before}").exists()
    assert born - killed - stalls.excuse(killed, born, late=0.0) < WITHIN_S
    assert ready - killed - stalls.excuse(killed, ready, late=0.0) < WITHIN_S
