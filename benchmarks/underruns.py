"""What is heard while the control process hardly gets to run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from benchmarks.peers.tonearm import Tonearm
from benchmarks.resources import buffer_name
from benchmarks.results import Results
from benchmarks.stage import Stage, serving
from benchmarks.stillness import BUFFERS_MS, add_counted, add_heard
from tests.rig.soak import silences
from tests.rig.stalls import Stalls

STOPPED_S = 1.0
EVERY_S = 5.0


def counted(buffer_ms: int | None) -> str:
    """The name of the figure for a buffer."""
    return f"underruns counted, control stopped 1 s of 5, {buffer_name(buffer_ms)}"


def heard(buffer_ms: int | None) -> str:
    """The name of the figure for a buffer."""
    return f"silence heard, control stopped 1 s of 5, {buffer_name(buffer_ms)} (ms)"


class Storming(Tonearm):
    """Our receiver, with a storm of garbage collections in control."""

    module = "benchmarks.storm"


def underruns(stage: Stage, minutes: float, results: Results) -> None:
    """Underruns that ours counts, and gaps that are heard, while control is stopped for 1 s of
    every 5 s and collects garbage for the rest; so many minutes with each buffer.
    """
    rounds = max(1, round(60 * minutes / EVERY_S))
    path = stage.folder / "long.ogg"
    # A chained stream: as long as it takes, and loud at every joint.
    path.write_bytes(stage.one.path.read_bytes() * (rounds * round(EVERY_S) // 60 + 1))
    for buffer_ms in BUFFERS_MS:
        _underruns(stage, path, rounds, buffer_ms, results)


def _underruns(
    stage: Stage, path: Path, rounds: int, buffer_ms: int | None, results: Results
) -> None:
    folder = stage.folder / f"storm-{buffer_ms}"
    with (
        serving([path]) as (url,),
        Storming(stage.card, Tonearm.name, folder, buffer_ms) as player,
        stage.recorder(Tonearm.name) as recorder,
    ):
        player.play(url)
        time.sleep(EVERY_S)
        count = [(time.monotonic(), 0.0)]
        with Stalls() as stalls:
            for _ in range(rounds):
                os.kill(player.process.pid, signal.SIGSTOP)
                time.sleep(STOPPED_S)
                os.kill(player.process.pid, signal.SIGCONT)
                time.sleep(EVERY_S - STOPPED_S)
                count.append((time.monotonic(), player.says_of_itself()["underruns counted"]))
        gaps = list(silences(recorder))
    add_counted(results, counted(buffer_ms), Tonearm.name, count, stalls)
    add_heard(results, heard(buffer_ms), Tonearm.name, gaps, stalls)
