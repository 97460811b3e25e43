"""What is told of crossings, of such as were made up."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rig.card import RATE
from tests.rig.crossing import NoCrossing, crossing
from tests.rig.heard import Ears
from tests.rig.tracks import Pcm, Track, Tracks

pytestmark = pytest.mark.tools("oggenc", "oggdec")

FADE = 1323
LEFT_AT, FRAMES = RATE // 2, RATE


@pytest.fixture(scope="module")
def track(tracks: Tracks) -> Track:
    return tracks.get(5, 4)


def crossed(track: Track, late: int, skipped: int) -> Pcm:
    """A recording of a crossing from left to right."""
    at = np.arange(FRAMES)
    out = np.clip(1 - (at - LEFT_AT) / FADE, 0, 1)
    into = np.clip((at - LEFT_AT - late) / FADE, 0, 1)
    heard = track.heard[:, 0].astype(float)
    start = 2 * RATE
    sides = (out * heard[start : start + FRAMES], into * heard[start + skipped :][:FRAMES])
    return np.round(np.stack(sides, axis=1)).astype(np.int16)


@pytest.mark.parametrize(("late", "skipped"), [(0, 0), (100, 0), (-441, 13), (2000, -88)])
def test_gap_and_place_are_told(track: Track, late: int, skipped: int) -> None:
    recording = crossed(track, late, skipped)
    found = crossing(Ears([track]), recording, track, (0, 1), FADE / RATE)
    assert found.left_at == pytest.approx(LEFT_AT, abs=10)
    assert found.gap_ms == pytest.approx(1000 * late / RATE, abs=0.2)
    assert found.skipped == skipped


def test_a_hole_is_none_of_it(track: Track) -> None:
    recording = crossed(track, 0, 0)
    recording[10000:10300, 0] = 0
    with pytest.raises(NoCrossing, match="2 stretches"):
        crossing(Ears([track]), recording, track, (0, 1), FADE / RATE)


def test_the_other_way_round_is_another_crossing(track: Track) -> None:
    with pytest.raises(NoCrossing, match="does not end"):
        crossing(Ears([track]), crossed(track, 0, 0), track, (1, 0), FADE / RATE)
