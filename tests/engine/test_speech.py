"""Pairing codes are said: how loud, over what, and that the music does not mind. Each word is at
full scale here, and so is the music, so that every edge would be heard.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.engine.card_volume import LOUDEST_WORDS, QUIETEST_WORDS
from receiver.engine.rest import LINGER_S, RELEASE_S
from receiver.engine.speech import script
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.pcm.overlay import DUCK, DUCK_S
from receiver.pcm.volume import gain_of
from receiver.sink.mock_mixer import MockMixer
from tests.engine.stage import RATE, WORD, Stage, frames, mock_words
from tests.engine.test_card_volume import Speaker
from tests.engine.test_engine import SECOND, constant

CODE, OTHER = "204681", "975313"
FRAMES = WORD * len(script(CODE))
WORDS_S = FRAMES / RATE
SOME_S = 0.5
"""Well within the words, and the music has made room."""
QUIET = gain_of(30)
STEP = 1 / 64
SHORT = 400
"""Frames of the ramps on both ends, at most."""


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mock_words(tmp_path_factory.mktemp("words"))


@pytest.fixture
def stage(words: Path) -> Stage:
    stage = Stage(words=words)
    stage.give(o.SetGain(QUIET))
    return stage


def at(sound: np.ndarray, level: float) -> int:
    """How many frames are at this level."""
    return int(np.sum(np.abs(sound - level) < 1e-6))


def steps(sound: np.ndarray) -> float:
    """The largest, from silence on."""
    return float(np.abs(np.diff(sound, prepend=0.0)).max(initial=0.0))


# --- into the silence ---------------------------------------------------------------------------


def test_a_code_is_said_and_the_device_rests_again(stage: Stage) -> None:
    stage.give(o.Speak(CODE))
    stage.run(WORDS_S + 0.5)
    assert FRAMES - SHORT < at(stage.heard[:, 0], QUIET) <= FRAMES
    assert np.count_nonzero(stage.heard[:, 0]) == FRAMES
    stage.run(LINGER_S)
    assert not stage.sink.started
    stage.run(RELEASE_S)
    assert stage.sink._reader is None, "let go of"
    stage.give(o.Speak(OTHER))
    stage.run(WORDS_S + 0.5)
    assert len(stage.sinks) == 2, "opened again"
    assert np.count_nonzero(stage.heard[:, 0]) == FRAMES
    assert all(isinstance(report, r.Device) for report in stage.reports)


@pytest.mark.parametrize("muted", [False, True])
@pytest.mark.parametrize(
    ("percent", "gain"),
    [
        (0, QUIETEST_WORDS),
        (5, QUIETEST_WORDS),
        (35, gain_of(35)),
        (100, LOUDEST_WORDS),
    ],
)
def test_it_is_heard_whatever_the_volume_and_is_no_blast(
    stage: Stage, percent: int, gain: float, muted: bool
) -> None:
    stage.give(o.SetGain(gain_of(percent), muted))
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    assert stage.heard[-1, 0] == pytest.approx(gain)


def test_no_cap_on_the_volume_is_exceeded(stage: Stage) -> None:
    stage.give(o.SetGain(gain_of(10)))
    stage.give(o.Speak(CODE, gain_of(10)))
    stage.run(SOME_S)
    assert stage.heard[-1, 0] == pytest.approx(gain_of(10))


def test_the_volume_is_followed_while_it_is_said(stage: Stage) -> None:
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    stage.give(o.SetGain(gain_of(25)))
    stage.run(0.1)
    assert stage.heard[-1, 0] == pytest.approx(gain_of(25))


# --- one after the other ------------------------------------------------------------------------


def test_another_code_takes_the_place_of_the_first(stage: Stage) -> None:
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    before = len(stage.heard)
    stage.give(o.Speak(OTHER))
    stage.run(WORDS_S + 0.5)
    assert FRAMES <= np.count_nonzero(stage.heard[before:, 0]) < FRAMES + SECOND // 10
    assert steps(stage.heard[:before, 0]) <= STEP


@pytest.mark.parametrize("after_s", [0.0, 0.002, SOME_S])
def test_it_falls_silent_when_it_is_told_to(stage: Stage, after_s: float) -> None:
    stage.give(o.Speak(CODE))
    stage.run(after_s)
    stage.give(o.Speak(""))
    stage.run(0.1)
    silent = len(stage.heard)
    stage.run(WORDS_S)
    assert not np.any(stage.heard[silent:])
    assert steps(stage.heard[:, 0]) <= STEP
    stage.give(o.Speak(CODE))
    stage.run(WORDS_S + 0.5)
    assert np.count_nonzero(stage.heard[silent:, 0]) == FRAMES


def test_nothing_to_be_silenced_does_nothing(stage: Stage) -> None:
    stage.give(o.Speak(""))
    stage.run(0.5)
    assert not stage.sink.started


def test_without_the_files_it_says_nothing_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage(words=tmp_path)
    stage.load(1, constant(SECOND, 0.5))
    stage.give(o.Speak(CODE))
    stage.run(0.5)
    assert stage.heard[-1, 0] == 0.5
    assert "cannot be said" in caplog.text


# --- over the music -----------------------------------------------------------------------------


def test_the_music_makes_room_and_comes_back(stage: Stage) -> None:
    stage.load(1, constant(10 * SECOND))
    stage.run(0.5)
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    assert stage.heard[-1, 0] == pytest.approx(QUIET + DUCK * QUIET)
    stage.give(o.Speak(""))
    stage.run(0.02)
    assert stage.heard[-1, 0] == pytest.approx(DUCK * QUIET, rel=0.1)
    stage.run(DUCK_S)
    assert stage.heard[-1, 0] == pytest.approx(QUIET)
    assert steps(stage.heard[:, 0]) <= STEP


def test_words_are_over_music_that_is_louder_too(stage: Stage) -> None:
    stage.give(o.SetGain(1.0))
    stage.load(1, constant(10 * SECOND))
    stage.run(0.5)
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    assert stage.heard[-1, 0] == pytest.approx(LOUDEST_WORDS * (1 + DUCK))
    stage.give(o.Speak(""))
    stage.run(0.5)
    assert stage.heard[-1, 0] == 1.0
    assert steps(stage.heard[:, 0]) <= STEP


def test_nobody_is_told_and_no_place_is_another(words: Path) -> None:
    told = []
    for code in ("", CODE):
        stage = Stage(words=words)
        stage.load(1, frames(2 * SECOND))
        stage.prepare(2, frames(SECOND))
        stage.run(0.3)
        stage.give(o.Speak(code))
        stage.run(0.3)
        stage.give(o.Seek(1, 1, 1000.0))
        stage.run(3.0)
        told.append([report for report in stage.reports if not isinstance(report, r.Device)])
        assert stage.last(r.Device).output.underruns == 0
    assert told[0] == told[1]
    assert isinstance(told[0][-1], r.Ended)


def test_music_that_begins_under_the_words_is_heard_at_once(stage: Stage) -> None:
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    stage.load(1, constant(5 * SECOND))
    began = stage.clock.now()
    stage.run(0.1)
    assert stage.last(r.Sounding).heard_at - began < 0.02
    assert stage.heard[-1, 0] == pytest.approx(QUIET + DUCK * QUIET)


def test_the_end_of_the_music_does_not_end_the_words(stage: Stage) -> None:
    stage.load(1, constant(5 * SECOND))
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    stage.give(o.Stop())
    stage.run(WORDS_S)
    assert at(stage.heard[:, 0], QUIET) > FRAMES - round(SOME_S * RATE) - 2 * SHORT
    stage.run(LINGER_S + 0.5)
    assert not stage.sink.started


@settings(max_examples=25)
@given(data=st.data())
def test_whatever_is_asked_for_there_is_no_edge_and_silence_in_the_end(
    words: Path, data: st.DataObject
) -> None:
    stage = Stage(words=words)
    stage.give(o.SetGain(QUIET))
    stage.load(1, constant(2 * SECOND))
    asked = [o.Speak(CODE), o.Speak(OTHER), o.Speak(""), o.Pause(), o.Resume(), o.Seek(1, 1, 900.0)]
    asked += [o.SetGain(1.0), o.SetGain(0.0), o.SetGain(QUIET, muted=True)]
    for order in data.draw(st.lists(st.sampled_from(asked), min_size=1, max_size=5)):
        stage.give(order)
        stage.run(data.draw(st.sampled_from([0.0, 0.003, 0.05, 0.3])))
    stage.give(o.Speak(""))
    stage.give(o.Stop())
    stage.run(0.5)
    assert steps(stage.heard[:, 0]) <= STEP
    assert stage.engine.quiet


# --- the device ---------------------------------------------------------------------------------


def test_a_buffer_that_grows_loses_no_frame_of_the_words(stage: Stage) -> None:
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    for _ in range(2):
        stage.sink.run_dry(100)
        stage.run(0.1)
    stage.run(WORDS_S)
    assert len(stage.sinks) == 2, "it has a larger buffer"
    heard = np.concatenate([sink.heard[:, 0] for sink in stage.sinks])
    assert FRAMES - SHORT < np.count_nonzero(heard) <= FRAMES
    assert stage.last(r.Device).output.underruns == 2


@pytest.mark.parametrize("rate", [RATE, 44100])
def test_a_device_that_comes_back_goes_on_with_the_words(stage: Stage, rate: int) -> None:
    stage.give(o.Speak(CODE))
    stage.run(SOME_S)
    stage.device.break_("vanish")
    stage.run(2.0)
    stage.device.rate = rate
    stage.device.mend()
    stage.run(WORDS_S)
    heard_s = [np.count_nonzero(sink.heard[:, 0]) / sink.info.format.rate for sink in stage.sinks]
    assert sum(heard_s) == pytest.approx(WORDS_S, abs=0.02), "but for what the device held"
    ended = np.flatnonzero(stage.heard[:, 0])[-1]
    assert steps(stage.heard[:ended, 0]) <= STEP
    stage.run(LINGER_S)
    assert not stage.sink.started


def test_without_a_device_it_is_said_when_there_is_one(words: Path) -> None:
    stage = Stage(fault="vanish", words=words)
    stage.give(o.SetGain(QUIET))
    stage.give(o.Speak(CODE))
    stage.run(2.0)
    stage.device.mend()
    stage.run(WORDS_S + 2.0)
    assert np.count_nonzero(stage.heard[:, 0]) == FRAMES


@pytest.mark.parametrize(("percent", "muted"), [(0, False), (5, True), (35, False), (100, True)])
def test_behind_the_volume_of_a_card_it_is_as_loud(words: Path, percent: int, muted: bool) -> None:
    card = MockMixer(step_db=1.5)
    speaker = Speaker(card, words=words)
    speaker.volume(percent, muted=muted)
    speaker.run(1.5)
    begun = len(speaker.sound)
    speaker.give(o.Speak(CODE))
    speaker.run(SOME_S)
    said = min(max(gain_of(percent), QUIETEST_WORDS), LOUDEST_WORDS)
    music = 0.0 if muted else gain_of(percent)
    assert speaker.sound[-1] == pytest.approx(said + DUCK * min(music, said), rel=1e-4)
    speaker.give(o.Speak(""))
    speaker.run(2.5)
    assert speaker.sound[-1] == pytest.approx(music, rel=1e-4)
    assert np.abs(np.diff(speaker.sound[begun:])).max() <= STEP
    card.close()
