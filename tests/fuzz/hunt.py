"""Looks for bytes that break a promise of a target."""

from __future__ import annotations

import contextlib
import random
import signal
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NamedTuple, NoReturn

from tests.fuzz.mutate import mutate
from tests.fuzz.reach import Reach, is_ours
from tests.fuzz.target import Target

CPU_S = 10.0
"""Of the processor, for one run, which takes a few ms: more is as good as for ever."""
MOST_HEAP = 16 << 20
"""Bytes that one run may take at its peak."""
MOST_TRIES = 2000
"""To make a finding shorter."""


class TooSlow(BaseException):
    """A run was given up. Nobody handles that."""


class Finding(NamedTuple):
    """Bytes that break a promise. `kind` is the same for those that break it alike; `story` is what
    was raised.
    """

    kind: str
    story: str
    data: bytes


class Hunt(NamedTuple):
    """What came of it: how often the target was run, how many inputs reached something new."""

    runs: int
    kept: int
    findings: list[Finding]


def hunt(target: Target, rng: random.Random, enough: Callable[[int], bool]) -> Hunt:
    """Run the target on its seeds, then on what comes of changing those that reach new lines, until
    it was run `enough` times. Main thread only.
    """
    findings: dict[str, Finding] = {}
    pool: list[bytes] = []
    seeds = list(target.seeds)
    runs = 0
    with Reach() as reach:
        while seeds or not enough(runs):
            is_seed = bool(seeds)
            data = seeds.pop() if is_seed else mutate(rng.choice(pool), pool, target.words, rng)
            runs += 1
            finding = attempt(target, data)
            if reach.grew() or is_seed:
                pool.append(data)
                finding = finding or weigh(target, data)
            if finding is not None:
                findings.setdefault(finding.kind, finding)
    return Hunt(runs, len(pool), [shorter(target, finding) for finding in findings.values()])


def attempt(target: Target, data: bytes) -> Finding | None:
    """Run the target once; what it broke, if anything."""
    try:
        with _within(CPU_S):
            target.run(data)
    except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever is raised breaks a promise
        return Finding(_kind(error), "".join(traceback.format_exception(error)), data)
    return None


def weigh(target: Target, data: bytes) -> Finding | None:
    """Run the target once more, and see how much memory it takes."""
    tracemalloc.start()
    try:
        finding = attempt(target, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if finding is None and peak > MOST_HEAP:
        return Finding("too much memory", f"{peak} bytes at its peak\n", data)
    return finding


def shorter(target: Target, finding: Finding) -> Finding:
    """The same finding, with as little as can be left of its bytes."""
    look = weigh if finding.kind == "too much memory" else attempt
    size = len(finding.data) // 2
    tries = 0
    while size and tries < MOST_TRIES:
        at = 0
        while at < len(finding.data) and tries < MOST_TRIES:
            tries += 1
            found = look(target, finding.data[:at] + finding.data[at + size :])
            if found is not None and found.kind == finding.kind:
                finding = found
            else:
                at += size
        size //= 2
    return finding


def _kind(error: BaseException) -> str:
    """What was raised, and where in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if is_ours(frame.filename)] or frames
    broken = f": {error}" if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} in {ours[-1].name}{broken}"


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raises `TooSlow` when what is inside takes more of the processor."""
    before = signal.signal(signal.SIGPROF, _give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def _give_up(number: int, frame: FrameType | None) -> NoReturn:
    raise TooSlow
