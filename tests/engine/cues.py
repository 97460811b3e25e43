"""For tests of what happens at an instant."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.model import reports as r
from tests.engine.stage import RATE, Stage, numbers

FADE_S = 0.03
FADE = round(FADE_S * RATE)
UP = np.arange(1, FADE + 1) / FADE
"""The gain of each frame of a fade in."""


def in_s(stage: Stage, seconds: float) -> float:
    """An instant."""
    return stage.clock.now() + seconds


def assert_true(stage: Stage, at: float, position_ms: float, track: int = 1) -> None:
    """What was heard last, and what was told of it, is what is due if `position_ms` is at `at`."""
    heard = numbers(stage.heard)
    first = stage.index(at) - round(position_ms * RATE / 1000)  # index of frame 1
    assert all(heard[-1000:]), "it sounds"
    assert heard[-1000:] == list(range(len(heard) - 999 - first, len(heard) + 1 - first))
    sounding = stage.last(r.Sounding)
    assert sounding.track == track
    assert sounding.position_ms - position_ms == pytest.approx(
        (sounding.heard_at - at) * 1000, abs=0.02
    )
