"""Two scenes that many tests begin with."""

from __future__ import annotations

import pytest

from receiver.model import reports as r
from tests.engine.stage import RATE, Stage, frames


@pytest.fixture
def standing() -> Stage:
    """A track of four seconds stands ready."""
    stage = Stage()
    stage.load(1, frames(4 * RATE), paused=True)
    stage.run(0.05)
    assert stage.all(r.Ready)
    return stage


@pytest.fixture
def playing() -> Stage:
    """A track of four seconds has sounded for half a second."""
    stage = Stage()
    stage.load(1, frames(4 * RATE))
    stage.run(0.5)
    return stage
