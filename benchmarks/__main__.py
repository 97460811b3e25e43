"""`python -m benchmarks`: measure Tonearm beside other players, and print one Markdown table.

Every player plays to a sink of the stand-in sound card; what comes out is recorded, and the
recording tells when a command was heard. Players take turns within each round, so that a busy
machine is unfair to none.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.attack import attack
from benchmarks.budgets import budgets
from benchmarks.handoff import handoff
from benchmarks.joints import joints
from benchmarks.latency import edges, floor, start
from benchmarks.page import page
from benchmarks.peers import OURS, PLAYERS
from benchmarks.queue import queue
from benchmarks.resources import cpu, daemon_start, restart
from benchmarks.results import Results, all_kept, table
from benchmarks.soak import soak
from benchmarks.stage import Stage, stage
from benchmarks.underruns import underruns

Benchmark = Callable[[Stage, argparse.Namespace, Results], None]

BENCHMARKS: dict[str, Benchmark] = {
    "floor": lambda place, asked, results: floor(place, asked.runs, results),
    "start": lambda place, asked, results: start(place, asked.runs, results),
    "edges": lambda place, asked, results: edges(place, asked.runs, results),
    "daemon_start": lambda place, asked, results: daemon_start(place, asked.runs, results),
    "restart": lambda place, asked, results: restart(place, asked.runs, results),
    "joints": lambda place, asked, results: joints(place, asked.joints, results),
    "queue": lambda place, asked, results: queue(place, asked.runs, results),
    "page": lambda place, asked, results: page(place, asked.runs, asked.seconds, results),
    "handoff": lambda place, asked, results: handoff(place, asked.transfers, results),
    "attack": lambda place, asked, results: attack(place, asked.attack, results),
    "cpu": lambda place, asked, results: cpu(place, asked.seconds, results),
    "underruns": lambda place, asked, results: underruns(place, asked.minutes, results),
    "soak": lambda place, asked, results: soak(place, asked.soak, results),
}
ON_DEMAND = ("soak",)
"""Takes ten minutes, and has a verb of its own: `make soak`."""


def main() -> int:
    """Run what was asked for; returns the exit code: 1 where a budget was not kept."""
    asked = _options()
    missing = [name for name in asked.players if shutil.which(PLAYERS[name].program) is None]
    if missing:
        print(f"Not installed: {', '.join(missing)} (apt install {' '.join(missing)}).")
    names = [name for name in asked.players if name not in missing]
    results = Results()
    with (
        tempfile.TemporaryDirectory(prefix="benchmarks-") as folder,
        stage(Path(folder), names) as place,
    ):
        for name in asked.benchmarks or [n for n in BENCHMARKS if n not in ON_DEMAND]:
            began = time.monotonic()
            BENCHMARKS[name](place, asked, results)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    peers = [name for name in names if name != OURS]
    promised = budgets(peers) if OURS in names else []
    print(table(results, [*names, "floor"], promised, OURS))
    return 0 if all_kept(results, promised, OURS) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "benchmarks",
        nargs="*",
        metavar="BENCHMARK",
        help=f"of {', '.join(BENCHMARKS)}; or all but {', '.join(ON_DEMAND)}",
    )
    parser.add_argument("--players", nargs="+", choices=list(PLAYERS), default=list(PLAYERS))
    parser.add_argument("--runs", type=int, default=10, help="rounds of start and edges")
    parser.add_argument("--seconds", type=float, default=30, help="of playing, for CPU time")
    parser.add_argument("--joints", type=int, default=100, help="between parts of a recording")
    parser.add_argument("--transfers", type=int, default=100, help="between two receivers")
    parser.add_argument("--attack", type=float, default=10, help="seconds of each attack")
    parser.add_argument("--minutes", type=float, default=1, help="of playing, for underruns")
    parser.add_argument("--soak", type=float, default=10, help="minutes of it")
    asked = parser.parse_args()
    for name in asked.benchmarks:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name}; choose of {', '.join(BENCHMARKS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
