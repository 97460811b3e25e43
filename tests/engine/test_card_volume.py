"""The volume between the card and our mixer: exact, never louder, and without a click."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.engine.card_volume import STILL_S, CardVolume
from receiver.engine.output import Output
from receiver.engine.rest import LINGER_S
from receiver.engine.speech import SPOKEN
from receiver.errors import NoDevice
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.pcm.format import Format
from receiver.pcm.mixer import Mixer
from receiver.pcm.volume import gain_of
from receiver.sink.base import FrameReader, SinkInfo
from receiver.sink.mock import MockSink
from receiver.sink.mock_mixer import MockMixer
from tests.engine.stage import BUFFER_S, RATE, STEP_S, Stage
from tests.engine.test_engine import constant

STEP = 1 / 64
SHORT = 2 * RATE // 50
"""Frames of a dip, at most."""


class Speaker(Stage):
    """Plays full scale, and hears it behind the volume of the card."""

    def __init__(self, card: MockMixer, buffer_s: float = BUFFER_S, words: Path = SPOKEN) -> None:
        super().__init__(card=card, buffer_s=buffer_s, words=words)
        self.card = card
        self._parts: list[np.ndarray] = []
        self.give(o.SetGain(1.0))
        self.load(1, constant(20 * RATE))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / STEP_S)):
            before = len(self.sink._heard)
            super().run(STEP_S)
            gain = 10 ** (self.card.level.db / 20) if self.card.level.on else 0.0
            self._parts += [part[:, 0] * gain for part in self.sink._heard[before:]]

    def volume(self, percent: int, *, muted: bool = False) -> None:
        self.give(o.SetGain(gain_of(percent), muted))

    @property
    def sound(self) -> np.ndarray:
        """What came out of the speaker."""
        return np.concatenate(self._parts)


@pytest.fixture
def card() -> Iterator[MockMixer]:
    card = MockMixer(step_db=1.5)
    yield card
    card.close()


@pytest.fixture
def speaker(card: MockMixer) -> Speaker:
    speaker = Speaker(card)
    speaker.run(0.5)
    return speaker


def dips(sound: np.ndarray) -> list[int]:
    """The lengths of the silences in the middle."""
    silent = np.concatenate([[0], (sound == 0).astype(int), [0]])
    edges = np.flatnonzero(np.diff(silent)).reshape(-1, 2)
    return [int(end - start) for start, end in edges if start > 0 and end < len(sound)]


def test_it_is_exact_and_the_card_does_what_it_can(speaker: Speaker) -> None:
    for percent in (80, 33, 50, 5, 1, 100):
        speaker.volume(percent)
        speaker.run(STILL_S + 0.3)
        assert speaker.sound[-1] == pytest.approx(gain_of(percent), rel=1e-4)
        software = speaker.heard[-1, 0]
        assert -1.5 <= 20 * np.log10(software) <= 0.001 or percent == 1


def test_a_lower_volume_is_heard_at_once_and_the_card_follows_behind_one_dip(
    speaker: Speaker,
) -> None:
    moved = speaker.card.moves
    speaker.volume(40)
    speaker.run(0.03)
    assert speaker.sound[-1] == pytest.approx(gain_of(40), rel=1e-4)
    assert speaker.card.moves == moved
    speaker.run(STILL_S + 0.2)
    assert speaker.card.moves == moved + 1
    (dip,) = dips(speaker.sound)
    assert dip < SHORT
    assert np.abs(np.diff(speaker.sound)).max() <= STEP


def test_a_higher_volume_than_the_card_lets_through_dips_at_once(speaker: Speaker) -> None:
    speaker.volume(40)
    speaker.run(STILL_S + 0.3)
    before = len(speaker.sound)
    speaker.volume(45)
    speaker.run(0.06)
    assert speaker.sound[-1] == pytest.approx(gain_of(45), rel=1e-4)
    for percent in range(46, 52):  # covered by the headroom
        speaker.volume(percent)
        speaker.run(0.02)
    assert len(dips(speaker.sound[before:])) == 1
    speaker.run(STILL_S + 0.3)
    assert len(dips(speaker.sound[before:])) == 2
    assert speaker.sound[-1] == pytest.approx(gain_of(51), rel=1e-4)
    assert np.abs(np.diff(speaker.sound)).max() <= STEP


def test_in_silence_the_card_follows_without_a_dip(speaker: Speaker) -> None:
    speaker.give(o.Pause())
    speaker.run(0.1)
    speaker.volume(30)
    speaker.run(0.05)
    expected = 20 * np.log10(gain_of(30))
    assert expected <= speaker.card.level.db < expected + 1.5
    speaker.give(o.Resume())
    speaker.run(0.2)
    assert speaker.sound[-1] == pytest.approx(gain_of(30), rel=1e-4)
    assert np.abs(np.diff(speaker.sound)).max() <= STEP


def test_with_a_long_buffer_the_card_waits_for_silence(card: MockMixer) -> None:
    speaker = Speaker(card, buffer_s=0.2)
    speaker.run(0.5)
    speaker.volume(30)
    speaker.run(3 * STILL_S)
    assert not dips(speaker.sound)
    assert speaker.sound[-1] == pytest.approx(gain_of(30), rel=1e-4)
    assert card.level.db == 0.0
    speaker.give(o.Pause())
    speaker.run(0.5)
    assert card.level.db < -20


def test_mute_leaves_the_card_alone(speaker: Speaker) -> None:
    moved = speaker.card.moves
    speaker.volume(100, muted=True)
    speaker.run(STILL_S + 0.3)
    assert speaker.sound[-1] == 0.0
    assert (speaker.card.moves, speaker.card.level.on) == (moved, True)


def test_somebody_else_moves_it(speaker: Speaker) -> None:
    speaker.volume(50)
    speaker.run(STILL_S + 0.3)
    moved, software = speaker.card.moves, speaker.heard[-1, 0]
    speaker.card.turn(speaker.card.level.db - 6.0)
    speaker.run(0.1)
    told = speaker.last(r.VolumeMoved)
    assert told.gain == pytest.approx(gain_of(50) * 10 ** (-6 / 20), rel=1e-4)
    assert not told.muted
    speaker.card.switch(on=False)
    speaker.run(0.1)
    assert speaker.last(r.VolumeMoved).muted
    speaker.run(STILL_S + 0.3)
    assert speaker.card.moves == moved, "nobody fights over it"
    speaker.card.switch(on=True)
    speaker.run(0.1)
    assert not speaker.last(r.VolumeMoved).muted
    assert speaker.heard[-1, 0] == pytest.approx(software)
    assert len(speaker.all(r.VolumeMoved)) == 3


def test_somebody_else_moves_it_and_it_is_pulled_back(speaker: Speaker) -> None:
    speaker.volume(30)
    speaker.run(STILL_S + 0.3)
    stood = speaker.card.level
    speaker.card.turn(0.0)
    speaker.run(0.05)
    assert speaker.last(r.VolumeMoved).gain > gain_of(30)
    speaker.volume(30)
    speaker.run(0.05)
    assert speaker.sound[-1] == pytest.approx(gain_of(30), rel=1e-4), "at once, by our mixer"
    speaker.run(STILL_S + 0.3)
    assert speaker.card.level == stood, "and then by the card"
    assert speaker.sound[-1] == pytest.approx(gain_of(30), rel=1e-4)
    assert len(speaker.all(r.VolumeMoved)) == 1


def test_who_lifts_mute_switches_the_card_on(speaker: Speaker) -> None:
    speaker.card.switch(on=False)
    speaker.run(0.1)
    speaker.volume(60)
    speaker.run(0.2)
    assert speaker.card.level.on
    assert speaker.sound[-1] == pytest.approx(gain_of(60), rel=1e-4)


def test_a_card_that_is_gone_leaves_the_volume_to_software(speaker: Speaker) -> None:
    speaker.volume(50)
    speaker.run(STILL_S + 0.3)
    assert speaker.last(r.Device).output.mixer == "mock"
    speaker.card.vanish()
    speaker.run(3.0)
    assert speaker.heard[-1, 0] == pytest.approx(gain_of(50), rel=1e-4)
    assert speaker.last(r.Device).output.mixer is None
    assert speaker.engine.descriptors == ()


def test_what_begins_is_never_louder_for_a_ramp() -> None:
    stage = Stage()
    stage.give(o.SetGain(0.1))
    stage.load(1, constant(20 * RATE))
    stage.run(0.1)
    assert stage.heard.max() == pytest.approx(0.1)
    stage.give(o.Pause())
    stage.run(LINGER_S + 0.5)
    assert not stage.sink.started
    before = len(stage.heard)
    stage.give(o.SetGain(0.02))
    stage.give(o.Resume())
    stage.run(0.1)
    assert stage.heard[before:].max() == pytest.approx(0.02)


def test_what_it_is_before_anybody_says_how_loud(card: MockMixer) -> None:
    card.turn(-20.0)
    stage = Stage(card=card)
    stage.run(0.1)
    assert (card.level.db, card.moves) == (-19.5, 0)
    assert not stage.all(r.VolumeMoved)


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.booleans(), st.sampled_from([0.003, 0.05, 0.4, 1.4])),
        max_size=8,
    ),
    st.sampled_from([(-60.0, 0.0, 0.5), (-100.5, 4.0, 1.5), (-48.0, 0.0, 3.0)]),
)
def test_whatever_is_done_there_is_no_click_and_it_is_never_louder(
    script: list[tuple[int, bool, float]], scale: tuple[float, float, float]
) -> None:
    speaker = Speaker(MockMixer(*scale))
    speaker.run(0.3)
    loudest = 1.0
    for (percent, muted, seconds), before in zip(
        script, itertools.chain([100], (p for p, _, _ in script)), strict=False
    ):
        start = len(speaker.sound)
        speaker.volume(percent, muted=muted)
        speaker.run(seconds)
        loudest = max(gain_of(percent), gain_of(before))
        assert speaker.sound[start + 700 :].max(initial=0.0) <= loudest + 1e-4
    speaker.volume(70)
    speaker.run(STILL_S + 0.3)
    assert speaker.sound[-1] == pytest.approx(gain_of(70), rel=1e-4)
    assert np.abs(np.diff(speaker.sound)).max() <= STEP
    speaker.card.close()


@pytest.mark.parametrize(
    ("maker", "card", "opened"),
    [
        ("auto", "hw:1", ["hw:1"]),
        ("auto", None, []),
        ("hardware", None, ["default"]),
        ("hardware", "hw:1", ["hw:1"]),
        ("software", "hw:1", []),
    ],
)
def test_which_card_is_asked(maker: str, card: str | None, opened: list[str]) -> None:
    asked = []

    def refuse(name: str) -> MockMixer:
        asked.append(name)
        raise NoDevice("It has a range of only 3 dB.")

    mixer = Mixer(Format(RATE, 2))
    volume = CardVolume(maker, refuse, MockClock(), lambda _: None)  # type: ignore[arg-type]
    volume.attach(card, mixer)
    volume.set(0.25, muted=False)
    assert asked == opened
    assert (volume.name, volume.descriptors) == (None, ())
    assert mixer._gain == 0.25


class OnCard(MockSink):
    """A device of the third card."""

    def open(self, reader: FrameReader) -> SinkInfo:
        self.info = replace(super().open(reader), card="hw:3")
        return self.info


def test_it_is_the_card_of_the_device_that_is_asked(card: MockMixer) -> None:
    asked: list[str] = []

    def open_mixer(name: str) -> MockMixer:
        asked.append(name)
        return card

    clock = MockClock()
    volume = CardVolume("auto", open_mixer, clock, lambda _: None)
    output = Output(
        lambda buffer_s: OnCard(clock, RATE, buffer_s),
        BUFFER_S, 0.25, clock, lambda _: None, volume=volume,
    )  # fmt: skip
    assert output.open()
    assert (asked, volume.name) == (["hw:3"], card.name)
    output.close()
