"""A thousand handoffs at which things go wrong. `outcomes` shows how they end."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.handoff.faults import FAULTS, begin, check, outcome, play

RUNS = 1000
STEP = 50


@pytest.mark.parametrize("first", range(0, RUNS, STEP))
def test_whatever_goes_wrong_one_room_has_the_music(first: int) -> None:
    for seed in range(first, first + STEP):
        check(play(begin(seed)))


def outcomes(runs: int) -> dict[str, Counter[str]]:
    """What became of the first transfer of each run, by what went wrong."""
    table = {fault: Counter[str]() for fault in FAULTS}
    for seed in range(runs):
        run = play(begin(seed))
        table[run.fault][outcome(run)] += 1
    return table


def test_the_runs_are_of_all_kinds() -> None:
    table = outcomes(RUNS // 4)
    for fault, counts in table.items():
        print(f"{fault}: {dict(counts.most_common())}")  # noqa: T201 - for pytest -s
    whole = table["none"]
    assert whole["transferred"] + whole["transferred, not tight"] > whole.total() / 2
    assert {
        "target_lost",
        "handoff_failed",
        "target_not_ready",
        "superseded",
        "busy",
    } <= set().union(*table.values())
