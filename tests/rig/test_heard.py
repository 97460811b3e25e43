"""The ears, on recordings put together here."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rig.heard import (
    STEP,
    Dropout,
    Ears,
    Stretch,
    dropouts,
    gains,
    largest_step,
    mixture,
    sounding,
)
from tests.rig.tracks import RATE, Pcm, Track, Tracks, tone

pytestmark = pytest.mark.tools("oggenc", "oggdec", "ffmpeg")


@pytest.fixture(scope="module")
def one(tracks: Tracks) -> Track:
    return tracks.get(1, 6)


@pytest.fixture(scope="module")
def two(tracks: Tracks) -> Track:
    return tracks.get(2, 3.3)


def silence(frames: int) -> Pcm:
    return np.zeros((frames, 2), np.int16)


def faded(pcm: Pcm, start: float, end: float) -> Pcm:
    return (pcm * np.linspace(start, end, len(pcm))[:, None]).astype(np.int16)


def places(stretches: list[Stretch]) -> list[tuple[str, int, int, int]]:
    return [(s.track or s.kind, s.start, s.end, s.position) for s in stretches]


def test_a_track_between_silences(one: Track) -> None:
    recording = np.concatenate([silence(5000), one.heard, silence(3000)])
    end = 5000 + one.frames
    assert places(Ears([one]).listen(recording)) == [
        ("silence", 0, 5000, 0),
        (one.name, 5000, end, 0),
        ("silence", end, end + 3000, 0),
    ]


def test_silence_only(one: Track) -> None:
    assert places(Ears([one]).listen(silence(9000))) == [("silence", 0, 9000, 0)]


@pytest.mark.parametrize("position", [0, 1, 777, 44100, 131072 - 4096, 200000])
@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_position_and_gain(one: Track, two: Track, position: int, gain: float) -> None:
    sound = np.round(one.heard[position : position + 20000] * gain).astype(np.int16)
    (_, found) = Ears([two, one]).listen(np.concatenate([silence(100), sound]))
    assert (found.track, found.start, found.position) == (one.name, 100, position)
    assert found.gain == pytest.approx(gain, rel=0.01)


@pytest.mark.parametrize("cut", [20000, 20001, 20200])
def test_a_hard_jump_is_found_to_the_frame(one: Track, two: Track, cut: int) -> None:
    recording = np.concatenate([one.heard[3000 : 3000 + cut], two.heard[70000:90000]])
    first, second = Ears([one, two]).listen(recording)
    assert (first.track, first.start, first.position) == (one.name, 0, 3000)
    assert (second.track, second.offset) == (two.name, 70000 - cut)
    # Frames of both that happen to be the same may go to either.
    assert first.end == second.start == pytest.approx(cut, abs=2)


@pytest.mark.parametrize("lost", [1, 50, 3000, -1, -500])
def test_frames_lost_and_doubled_are_counted(one: Track, lost: int) -> None:
    recording = np.concatenate([one.heard[:50000], one.heard[50000 + lost : 90000]])
    (found,) = dropouts(Ears([one]).listen(recording))
    assert (found.silent, found.lost) == (0, lost)
    assert found.start == pytest.approx(50000, abs=5)


def test_a_pause_without_loss(one: Track) -> None:
    out, back = faded(one.heard[30000:30240], 1, 0), faded(one.heard[30240:30480], 0, 1)
    parts = [one.heard[:30000], out, silence(7000), back, one.heard[30480:60000]]
    stretches = Ears([one]).listen(np.concatenate(parts))
    (found,) = dropouts(stretches)
    # The ends of the fades are too quiet to be heard.
    assert found.lost == pytest.approx(0, abs=5)
    assert found.silent == pytest.approx(7000, abs=5)
    assert [s.kind for s in stretches] == ["track", "silence", "track"]


def test_an_underrun_filled_with_silence(one: Track) -> None:
    parts = [one.heard[:30000], silence(441), one.heard[30000:60000]]
    assert dropouts(Ears([one]).listen(np.concatenate(parts))) == [Dropout(30000, 441, 0)]


def test_a_seek_with_ramps(one: Track) -> None:
    old, new = one.heard[:20000], one.heard[150000:190000]
    parts = [old[:19800], faded(old[19800:], 1, 0), faded(new[:200], 0, 1), new[200:]]
    before, after = Ears([one]).listen(np.concatenate(parts))
    assert (before.position, after.offset) == (0, 130000)
    assert after.start == pytest.approx(20000, abs=STEP)


def test_a_cross_fade_is_taken_apart(one: Track, two: Track) -> None:
    fade = faded(one.heard[32000:32640], 1, 0) + faded(two.heard[5000:5640], 0, 1)
    recording = np.concatenate([one.heard[:32000], fade, two.heard[5640:9000]])
    weights = mixture(recording, 31680, 33280, [(one, 0), (two, 5000 - 32000)])
    middle = np.linspace(0, 1, 41)[1::2]
    expected = np.concatenate([np.zeros(10), middle, np.ones(20)])
    assert weights[:, 1] == pytest.approx(expected, abs=0.1)
    assert weights[:, 0] == pytest.approx(1 - expected, abs=0.1)


def test_the_change_of_volume_is_seen_where_it_begins(one: Track) -> None:
    parts = [one.heard[:32000], faded(one.heard[32000:32640], 1, 0.25)]
    parts.append((one.heard[32640:60000] * 0.25).astype(np.int16))
    recording = np.concatenate(parts)
    (found,) = Ears([one]).listen(recording)
    heard = gains(recording, found, one)
    assert np.flatnonzero(heard < 0.99)[0] * 64 == pytest.approx(32000, abs=64)
    assert heard[-1] == pytest.approx(0.25, rel=0.01)


def test_noise_is_unknown(one: Track) -> None:
    noise = np.random.default_rng(9).integers(-5000, 5000, (9000, 2)).astype(np.int16)
    recording = np.concatenate([one.heard[:20480], noise, silence(100)])
    kinds = [(s.kind, s.frames) for s in Ears([one]).listen(recording)]
    assert kinds == [("track", 20480), ("unknown", 9000), ("silence", 100)]


def test_a_resampled_track_is_recognised(tracks: Tracks) -> None:
    track = tracks.get(3, 3, rate=48000)
    assert len(track.heard) == pytest.approx(3 * RATE, abs=2)
    (found,) = Ears([track]).listen(track.heard[10000:40000])
    assert found.position == 10000


def test_sounding_joins_what_only_crosses_zero() -> None:
    beep = np.full((100, 2), 1000, np.int16)
    recording = np.concatenate([silence(10), beep, silence(20), beep, silence(60), beep])
    assert sounding(recording) == [(10, 230), (290, 390)]


def test_steps_of_ramped_and_unramped_edges() -> None:
    steady = tone(50, 1)
    assert largest_step(steady) < 1 / 200
    assert largest_step(np.concatenate([silence(9), steady[220:]])) > 1 / 64
    assert largest_step(np.concatenate([silence(9), faded(steady[220:660], 0, 1)])) < 1 / 64


def test_no_25_ms_occur_twice(one: Track, two: Track) -> None:
    ears = Ears([one, two])
    window = RATE // 40
    for start in range(0, two.frames - window, 9001):
        (found,) = ears.listen(two.heard[start : start + window])
        assert (found.track, found.position) == (two.name, start)
