"""What is heard while the control process hardly gets to run."""

from __future__ import annotations

import os
import signal
import time
from itertools import pairwise

from benchmarks.peers.tonearm import Tonearm
from benchmarks.results import Results
from benchmarks.stage import Stage, serving
from tests.rig.card import RATE
from tests.rig.heard import sounding

STOPPED_S = 1.0
EVERY_S = 5.0
COUNTED = "underruns counted, control stopped 1 s of 5"
HEARD = "silence heard, control stopped 1 s of 5 (ms)"


class Storming(Tonearm):
    """Our receiver, with a storm of garbage collections in control."""

    module = "benchmarks.storm"


def underruns(stage: Stage, minutes: float, results: Results) -> None:
    """Underruns that ours counts, and gaps that are heard, while control is stopped for 1 s of
    every 5 s and collects garbage for the rest.
    """
    rounds = max(1, round(60 * minutes / EVERY_S))
    path = stage.folder / "long.ogg"
    # A chained stream: as long as it takes, and loud at every joint.
    path.write_bytes(stage.one.path.read_bytes() * (rounds * round(EVERY_S) // 60 + 1))
    with (
        serving([path]) as (url,),
        Storming(stage.card, Tonearm.name, stage.folder / "storm") as player,
        stage.recorder(Tonearm.name) as recorder,
    ):
        player.play(url)
        time.sleep(EVERY_S)
        for _ in range(rounds):
            os.kill(player.process.pid, signal.SIGSTOP)
            time.sleep(STOPPED_S)
            os.kill(player.process.pid, signal.SIGCONT)
            time.sleep(EVERY_S - STOPPED_S)
        counted = player.says_of_itself()["underruns counted"]
        spans = sounding(recorder.pcm())
    gaps = [after - before for (_, before), (after, _) in pairwise(spans)]
    results.add(COUNTED, Tonearm.name, counted)
    results.add(HEARD, Tonearm.name, 1000 * sum(gaps) / RATE)
