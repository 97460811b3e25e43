"""What Tonearm promises, against the peers of the same run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from benchmarks.attack import ATTACKS, answered, answered_anew
from benchmarks.attack import grows as grows_under
from benchmarks.attack import underruns as underruns_under
from benchmarks.handoff import FAILED, GAP, HEARD, SKIPPED
from benchmarks.handoff import measure as handoff_measure
from benchmarks.joints import BROKEN
from benchmarks.latency import EDGES
from benchmarks.page import COST, FIRST_BYTE, PAINT, TABS_COST, USEFUL, WATCHED
from benchmarks.peers import OURS
from benchmarks.peers.mpd import Mpd
from benchmarks.queue import EDIT, SEEN, UNDERRUNS
from benchmarks.resources import BUFFERS_MS, buffer_name
from benchmarks.results import Budget, Results
from benchmarks.soak import COUNTS, PROCESSES, grows, more
from benchmarks.soak import counted as soak_counted
from benchmarks.soak import heard as soak_heard
from benchmarks.stage import DELAYS_MS
from benchmarks.stillness import BUFFERS_MS as STILL_BUFFERS_MS
from benchmarks.underruns import counted, heard

BLOCK_MS = 5.0
"""What the card takes at a time: no figure is better known."""
FLOOR_MARGIN_MS = 10.0
FLAT_KIB = 30.0
"""Per minute. A page or two now and then is the allocator's; a leak in what happens all the time is
far more.
"""
ATTACK_GROWS_MB = 2.0
"""What is filled once was filled by the first time."""
QUIET_MS = 1.0
"""The ends of a fade are too quiet to be told from silence."""

Limit = Callable[[Results], float | None]


def budgets(peers: Sequence[str]) -> list[Budget]:
    """All promises, for a run beside `peers`."""
    return [*_start(), *_edges(peers), *_page(), *_handoff(), *_attack(), *_resources(), *_soak()]


def fixed(limit: float) -> Limit:
    """A limit that does not depend on the run."""
    return lambda _: limit


def times(factor: float, measure: str, player: str, plus: float = 0.0) -> Limit:
    """`factor` times the median of a player in this run, and `plus`."""

    def limit(results: Results) -> float | None:
        median = results.median(measure, player)
        return None if median is None else factor * median + plus

    return limit


def _start() -> list[Budget]:
    def measure(delay: int) -> str:
        return f"start, server {delay} ms (ms)"

    at_once, *late = (measure(delay) for delay in DELAYS_MS)
    found = [
        Budget(at_once, times(1, at_once, Mpd.name), "mpd's median"),
        Budget(
            at_once,
            times(2, at_once, OURS),
            "p95 twice the median",
            figure=lambda results: results.p95(at_once, OURS),
        ),
    ]
    for name, delay in zip(late, DELAYS_MS[1:], strict=True):
        found.append(Budget(name, times(1, at_once, OURS, plus=delay + BLOCK_MS), "one delay more"))
    return found


def _edges(peers: Sequence[str]) -> list[Budget]:
    def limit_of(measure: str) -> Limit:
        def limit(results: Results) -> float | None:
            floor = results.median("floor (ms)", "floor")
            best = results.best(measure, peers)
            known = [best] if best is not None else []
            known += [floor + FLOOR_MARGIN_MS] if floor is not None else []
            return max(known, default=None)

        return limit

    return [
        *(
            Budget(f"{edge} (ms)", limit_of(f"{edge} (ms)"), "best peer or floor + 10 ms")
            for edge in EDGES
        ),
        Budget("seek lands beside (ms)", fixed(QUIET_MS), "the frame"),
        Budget("pause and resume lose (ms)", fixed(QUIET_MS), "nothing"),
    ]


def _page() -> list[Budget]:
    return [
        Budget(FIRST_BYTE, fixed(100), "at most"),
        *(Budget(PAINT + name, fixed(100), "at most") for name in ("", WATCHED)),
        *(Budget(USEFUL + name, fixed(300), "at most") for name in ("", WATCHED)),
        Budget(COST, fixed(2), "at most"),
        Budget(TABS_COST, fixed(2), "at most"),
    ]


def _handoff() -> list[Budget]:
    gap, failed = handoff_measure(GAP, 50), handoff_measure(FAILED, 50)
    return [
        Budget(handoff_measure(HEARD, 50), fixed(150), "at most"),
        Budget(gap, fixed(1), "at most"),
        Budget(gap, fixed(3), "p95 at most", figure=lambda results: results.p95(gap, OURS)),
        Budget(handoff_measure(SKIPPED, 50), fixed(2), "at most"),
        Budget(failed, fixed(0), "none"),
    ]


def _attack() -> list[Budget]:
    def p95_of(measure: str) -> Limit:
        return lambda results: results.p95(measure, OURS)

    commands = [name(attack) for attack in ATTACKS for name in (answered, answered_anew)]
    return [
        *(
            Budget(command, fixed(100), "p95 at most", figure=p95_of(command))
            for command in commands
        ),
        *(Budget(underruns_under(attack), fixed(0), "none") for attack in ATTACKS),
        *(Budget(grows_under(attack), fixed(ATTACK_GROWS_MB), "at most") for attack in ATTACKS),
    ]


def _resources() -> list[Budget]:
    cpu = [
        f"CPU playing, {buffer_name(buffer_ms)} (s/min)" for buffer_ms in BUFFERS_MS if buffer_ms
    ]
    return [
        *(Budget(name, times(1.2, name, Mpd.name), "1.2 x mpd") for name in cpu),
        Budget("CPU idle (% of a core)", fixed(0.3), "at most"),
        Budget("memory playing, PSS (MB)", fixed(65), "at most"),
        Budget("memory idle, PSS (MB)", fixed(60), "at most"),
        Budget("daemon start (ms)", fixed(700), "at most"),
        Budget("audio process restarts (ms)", fixed(1000), "at most"),
        Budget(BROKEN, fixed(0), "none"),
        Budget(EDIT, fixed(20), "at most"),
        Budget(SEEN, fixed(50), "p95 at most", figure=lambda results: results.p95(SEEN, OURS)),
        Budget(UNDERRUNS, fixed(0), "none"),
        *(Budget(counted(buffer_ms), fixed(0), "none") for buffer_ms in STILL_BUFFERS_MS),
        *(Budget(heard(buffer_ms), fixed(0), "none") for buffer_ms in STILL_BUFFERS_MS),
    ]


def _soak() -> list[Budget]:
    held = list(itertools.product(PROCESSES, STILL_BUFFERS_MS))
    return [
        *(Budget(soak_counted(buffer_ms), fixed(0), "none") for buffer_ms in STILL_BUFFERS_MS),
        *(Budget(soak_heard(buffer_ms), fixed(0), "none") for buffer_ms in STILL_BUFFERS_MS),
        *(Budget(grows(*one), fixed(FLAT_KIB), "at most") for one in held),
        *(Budget(more(what, *one), fixed(0), "none") for what in COUNTS for one in held),
    ]
