"""Some seconds of what `make soak` does for minutes: a household and a real receiver, heard."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.rig.card import Card, Recorder
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.soak import Household, Watch, gaps
from tests.rig.tracks import Tracks

pytestmark = [pytest.mark.device, pytest.mark.slow, pytest.mark.tools("oggenc", "oggdec")]

SECONDS = 20.0
TRACK_S = 20
BUFFER_MS = "100"
"""Large, since a shared machine stalls now and then, and that is not what is looked for."""


async def test_nothing_is_lost_and_nothing_is_left(
    tmp_path: Path, card: Card, recorder: Recorder, tracks: Tracks
) -> None:
    flags = ["--audio", "portaudio", "--device", "dac", "--buffer-ms", BUFFER_MS]
    with ReceiverProcess(tmp_path, *flags, environ=card.env) as process:
        async with HttpServer() as server:
            urls = [
                server.serve(f"/{track.name}.ogg", Serving(track.path.read_bytes()))
                for track in (tracks.get(41, TRACK_S), tracks.get(42, TRACK_S))
            ]
            household, watch = (
                Household(process.port, urls, TRACK_S, Random(5)),
                Watch(process.process.pid),
            )
            underruns = await household.live(SECONDS, watch)
            assert underruns == 0
            assert not household.refused
            assert sum(end - start for start, end in household.quiet) > SECONDS / 4
            assert gaps(recorder, household.quiet) == []
            for name in ("control", "audio"):
                assert watch.more(name, lambda held: held.threads, 5.0) <= 0
            assert watch.more("audio", lambda held: held.files, 5.0) <= 0
    assert not [line for line in process.log if "Traceback" in line]
