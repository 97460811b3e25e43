"""A track that starts or stops with the frame heard at an instant, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.model import orders as o
from receiver.model import reports as r
from receiver.pcm.format import Samples
from tests.engine.stage import RATE, Stage, frames, numbers
from tests.engine.test_engine import SECOND

FADE_S = 0.03
FADE = round(FADE_S * RATE)


class Ears:
    """Tells what a stage plays at an instant: its sink must run from `begin` on without a stop."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.began = stage.sink._began

    def at(self, instant: float) -> int:
        """Index into what was heard."""
        return round((instant - self.began) * RATE)

    def gain(self, start: float, end: float, full: Samples) -> np.ndarray:
        """The gain of each frame between two instants, where `full` holds the same at gain 1."""
        window = slice(self.at(start), self.at(end))
        return self.stage.heard[window, 0] / full


@pytest.fixture
def stage() -> Stage:
    return Stage()


def stand(stage: Stage, stream: bytes, **fields: object) -> None:
    """Load a track that stands ready."""
    stage.load(1, stream, paused=True, **fields)
    stage.run(0.05)
    assert stage.last(r.Ready).track == 1


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize("position_ms", [0.0, 700.0, None])
def test_it_is_heard_at_the_instant_from_the_position(
    stage: Stage, warm: bool, position_ms: float | None
) -> None:
    stand(stage, frames(3 * SECOND))
    if warm:
        stage.give(o.Warm())
        stage.run(0.3)
    at = stage.clock.now() + 0.2
    stage.give(o.FadeIn(1, position_ms, at, FADE_S))
    stage.run(0.6)
    begins = Ears(stage).at(at)
    place = round((position_ms or 0.0) * RATE / 1000)
    heard = stage.heard[:, 0]
    assert not heard[:begins].any()
    expected = np.arange(place + 1, place + 1 + FADE) / 2**20 * np.arange(1, FADE + 1) / FADE
    np.testing.assert_allclose(heard[begins : begins + FADE], expected, rtol=1e-5)
    after = numbers(stage.heard[begins + FADE :])
    assert after == list(range(place + FADE + 1, place + FADE + 1 + len(after)))
    sounding = stage.last(r.Sounding)
    assert sounding.position_ms - place * 1000 / RATE == pytest.approx(
        (sounding.heard_at - at) * 1000, abs=0.02
    )
