"""Each target for a while, always the same way; and everything that was ever found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.findings import kept
from tests.fuzz.hunt import hunt
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

RUNS = 300


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
def test_no_promise_is_broken(target: Target) -> None:
    done = hunt(target, random.Random(target.name), lambda runs: runs >= RUNS)
    assert not done.findings, "\n".join(f"{one.data!r}\n{one.story}" for one in done.findings)


@pytest.mark.parametrize(("target", "file"), kept(), ids=lambda one: getattr(one, "name", ""))
def test_what_was_found_once_is_mended(target: str, file: Path) -> None:
    TARGETS[target].run(file.read_bytes())
