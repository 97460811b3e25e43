"""Ten minutes in a household: what a real receiver loses of the sound, and whether it grows."""

from __future__ import annotations

import asyncio
import time
from operator import attrgetter
from random import Random

from benchmarks.peers.tonearm import Tonearm
from benchmarks.results import Results
from benchmarks.stage import TRACK_S, Stage
from benchmarks.stillness import STEADY_BUFFER_MS, add_counted, add_heard
from tests.rig.soak import Household, Watch, gaps
from tests.rig.stalls import Stalls

SEED = 1
WARM_S = 120.0
"""What is loaded or filled once is there by then."""
COMMANDS = "soak: commands"
CONTROLLERS = "soak: controllers that came and went"
COUNTED = "soak: underruns counted"
HEARD = "soak: gaps heard that nobody asked for (ms)"
PROCESSES = ("control", "audio")
COUNTS = ("threads", "files")


def grows(process: str) -> str:
    """The name of the figure for the memory of a process."""
    return f"soak: memory of {process} grows (KiB/min)"


def more(what: str, process: str) -> str:
    """The name of the figure for what it holds of `COUNTS`."""
    return f"soak: more {what} in {process}"


def soak(stage: Stage, minutes: float, results: Results) -> None:
    """Have a household command our receiver for so many minutes, and listen."""
    if Tonearm.name not in stage.names:
        return
    urls = [stage.url(stage.one), stage.url(stage.two)]
    player = stage.player(Tonearm.name, STEADY_BUFFER_MS)
    with player, stage.recorder(Tonearm.name) as recorder:
        assert isinstance(player, Tonearm)
        household = Household(player.port, urls, TRACK_S, Random(SEED))
        watch = Watch(player.process.pid)
        with Stalls() as stalls:
            underruns = asyncio.run(household.live(60 * minutes, watch))
        heard = gaps(recorder, household.quiet)
    counted = [*household.counted, (time.monotonic(), underruns)]
    add_counted(results, COUNTED, Tonearm.name, counted, stalls)
    add_heard(results, HEARD, Tonearm.name, heard, stalls)
    figures: dict[str, float] = {
        COMMANDS: household.commands,
        CONTROLLERS: household.controllers,
        "soak: seconds listened to": sum(end - start for start, end in household.quiet),
        "soak: the machine stood still, at the most (ms)": 1000 * stalls.longest,
    }
    warm_s = min(WARM_S, 60 * minutes / 3)
    for process in PROCESSES:
        held = watch.held[process]
        figures[f"soak: memory of {process}, at last (MB)"] = held[-1].kib / 1024
        figures[grows(process)] = watch.growth(process, warm_s)
        for what in COUNTS:
            figures[more(what, process)] = watch.more(process, attrgetter(what), warm_s)
    for measure, figure in figures.items():
        results.add(measure, Tonearm.name, figure)
