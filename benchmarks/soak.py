"""Ten minutes in a household: what a real receiver loses of the sound, and whether it grows."""

from __future__ import annotations

import asyncio
import time
from operator import attrgetter
from random import Random

from benchmarks.peers.tonearm import Tonearm
from benchmarks.resources import buffer_name
from benchmarks.results import Results
from benchmarks.stage import TRACK_S, Stage
from benchmarks.stillness import BUFFERS_MS, add_counted, add_heard
from tests.rig.soak import Household, Watch, gaps
from tests.rig.stalls import Stalls

SEED = 1
WARM_S = 120.0
"""What is loaded or filled once is there by then."""
PROCESSES = ("control", "audio")
COUNTS = ("threads", "files")


def named(what: str, buffer_ms: int | None) -> str:
    """The name of a figure with a device buffer."""
    return f"soak, {buffer_name(buffer_ms)}: {what}"


def counted(buffer_ms: int | None) -> str:
    """The name of the figure for underruns."""
    return named("underruns counted", buffer_ms)


def heard(buffer_ms: int | None) -> str:
    """The name of the figure for silences."""
    return named("gaps heard that nobody asked for (ms)", buffer_ms)


def grows(process: str, buffer_ms: int | None) -> str:
    """The name of the figure for the memory of a process."""
    return named(f"memory of {process} grows (KiB/min)", buffer_ms)


def more(what: str, process: str, buffer_ms: int | None) -> str:
    """The name of the figure for what it holds of `COUNTS`."""
    return named(f"more {what} in {process}", buffer_ms)


def soak(stage: Stage, minutes: float, results: Results) -> None:
    """Have a household command our receiver for so many minutes with each buffer, and listen."""
    if Tonearm.name not in stage.names:
        return
    for buffer_ms in BUFFERS_MS:
        _soak(stage, minutes, buffer_ms, results)


def _soak(stage: Stage, minutes: float, buffer_ms: int | None, results: Results) -> None:
    urls = [stage.url(stage.one), stage.url(stage.two)]
    player = stage.player(Tonearm.name, buffer_ms)
    with player, stage.recorder(Tonearm.name) as recorder:
        assert isinstance(player, Tonearm)
        household = Household(player.port, urls, TRACK_S, Random(SEED))
        watch = Watch(player.process.pid)
        with Stalls() as stalls:
            underruns = asyncio.run(household.live(60 * minutes, watch))
        silent = gaps(recorder, household.quiet)
    counts = [*household.counted, (time.monotonic(), underruns)]
    add_counted(results, counted(buffer_ms), Tonearm.name, counts, stalls)
    add_heard(results, heard(buffer_ms), Tonearm.name, silent, stalls)
    figures: dict[str, float] = {
        named("commands", buffer_ms): household.commands,
        named("controllers that came and went", buffer_ms): household.controllers,
        named("seconds listened to", buffer_ms): sum(b - a for a, b in household.quiet),
        named("the machine stood still, at the most (ms)", buffer_ms): 1000 * stalls.longest,
    }
    warm_s = min(WARM_S, 60 * minutes / 3)
    for process in PROCESSES:
        held = watch.held[process]
        figures[named(f"memory of {process}, at last (MB)", buffer_ms)] = held[-1].kib / 1024
        figures[grows(process, buffer_ms)] = watch.growth(process, warm_s)
        for what in COUNTS:
            grown = watch.more(process, attrgetter(what), warm_s)
            figures[more(what, process, buffer_ms)] = grown
    for measure, figure in figures.items():
        results.add(measure, Tonearm.name, figure)
