"""Real PortAudio into real ALSA, and what came out at the other end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from receiver.clock.system import SystemClock
from receiver.errors import NoDevice
from receiver.pcm.format import Format
from receiver.pcm.mixer import Mixer
from receiver.pcm.voice import Voice
from receiver.sink import cards
from receiver.sink.alsa import takes_only_int16
from receiver.sink.base import HANG_SECONDS, FrameReader
from receiver.sink.portaudio import PortAudioSink, list_devices
from tests.rig.card import RATE, Card, Recorder
from tests.sink.clocks import LeapingClock
from tests.sink.readers import Constant, Reader

pytestmark = pytest.mark.device

Open = Callable[[FrameReader], PortAudioSink]
STEP = 1 / 64
BUFFER = 0.1
"""Seconds; enough for a busy machine never to run dry."""
LOST_AT_FIRST = RATE // 20
"""Frames after the very first start of a stream that may not reach the recorder."""


@pytest.fixture
def clock() -> LeapingClock:
    return LeapingClock()


@pytest.fixture
def open_sink(card: Card, clock: LeapingClock) -> Iterator[Open]:
    """Opens device `dac`, and lets it be heard once in silence."""
    with card.in_this_process():
        sink = PortAudioSink("dac", RATE, BUFFER, clock)

        def open_it(reader: FrameReader) -> PortAudioSink:
            silence = Constant(0.0)
            sink.open(silence)
            sink.start()
            silence.wait(RATE // 5)
            sink.close()
            sink.open(reader)
            return sink

        yield open_it
        sink.close()


def heard(recorder: Recorder, since: int) -> np.ndarray:
    """What was recorded from frame `since`, without the silence around it; both channels."""
    recorder.wait_frames(recorder.frames + RATE // 10, 5)
    pcm = recorder.pcm(since)
    loud = np.flatnonzero(np.abs(pcm[:, 0]))
    return pcm[loud[0] : loud[-1] + 1]


def test_every_frame_is_heard_once_and_in_order(open_sink: Open, recorder: Recorder) -> None:
    reader = Reader()
    sink = open_sink(reader)
    since = recorder.frames
    sink.start()
    reader.wait(24_000)
    sink.drop()
    got = heard(recorder, since)
    assert len(got) > 15_000
    assert 1 <= got[0, 0] < LOST_AT_FIRST
    np.testing.assert_array_equal(got[:, 0], np.arange(got[0, 0], got[0, 0] + len(got)))
    np.testing.assert_array_equal(got[:, 1], -got[:, 0])


def test_dropped_frames_are_not_heard_after_the_next_start(
    open_sink: Open, recorder: Recorder
) -> None:
    reader = Reader()
    sink = open_sink(reader)
    for _ in range(2):
        since, given = recorder.frames, reader.frames
        sink.start()
        reader.wait(given + 12_000)
        sink.drop()
        got = heard(recorder, since)
        assert got[0, 0] > given
        np.testing.assert_array_equal(np.diff(got[:, 0]), 1)


def test_it_knows_when_a_frame_is_heard(open_sink: Open, recorder: Recorder) -> None:
    reader = Reader()
    sink = open_sink(reader)
    since = recorder.frames
    sink.start()
    reader.wait(RATE)
    sink.drop()
    got = heard(recorder, since)
    start = since + np.flatnonzero(recorder.pcm(since)[:, 0])[0] - int(got[0, 0]) + 1
    when = recorder.clock()
    errors = [at - when(start + first) for first, _, at in reader.blocks[4:-3]]
    assert abs(np.median(errors)) < 0.01


def test_no_edge_makes_a_step(open_sink: Open, recorder: Recorder) -> None:
    """Full scale through start, pause, resume, mute, volume and running dry."""
    mixer, voice = Mixer(Format(RATE, 2)), Voice(Format(RATE, 2), 1.0)
    mixer.add(voice)
    voice.write(np.ones((voice.writable, 2), np.float32))
    watched = Watched(mixer)
    sink = open_sink(watched)
    since = recorder.frames
    voice.fade_to(1.0)
    sink.start()
    for change in (
        lambda: voice.fade_to(0.0),
        lambda: voice.fade_to(1.0),
        lambda: mixer.set_gain(0.0),
        lambda: mixer.set_gain(0.3),
        lambda: mixer.set_gain(1.0),
        lambda: None,
    ):
        watched.wait(watched.frames + 4000)
        change()
    while not voice.parked:
        watched.wait(watched.frames + 1000)
    assert voice.starved
    watched.wait(watched.frames + 4000)
    sink.drop()
    got = heard(recorder, since)[:, 0] / 32768
    assert got.max() > 0.99
    steps = np.abs(np.diff(got))
    assert steps.max() <= STEP + 1 / 32768


def test_a_pause_loses_and_doubles_nothing(open_sink: Open, recorder: Recorder) -> None:
    """Two levels that take turns every frame would show any frame missing at the seams."""
    form = Format(RATE, 2)
    mixer, voice = Mixer(form), Voice(form, 2.0)
    mixer.add(voice)
    count = np.arange(1, voice.writable + 1)
    left = np.where(count % 2, 0.5, -0.5).astype(np.float32)
    voice.write(np.stack([left, left], axis=1))
    watched = Watched(mixer)
    sink = open_sink(watched)
    since = recorder.frames
    voice.fade_to(1.0)
    sink.start()
    watched.wait(6000)
    voice.fade_to(0.0)
    watched.wait(watched.frames + 6000)
    assert voice.parked
    voice.fade_to(1.0)
    watched.wait(watched.frames + 6000)
    voice.fade_to(0.0)
    watched.wait(watched.frames + 6000)
    sink.drop()
    got = heard(recorder, since)[:, 0]
    sounding = got[got != 0]
    lost_at_first = voice.consumed - len(sounding)
    assert 0 <= lost_at_first < LOST_AT_FIRST
    assert (np.diff(np.sign(sounding)) != 0).all()


def test_a_card_that_hangs_is_not_started_any_more(open_sink: Open, clock: LeapingClock) -> None:
    sink = open_sink(reader := Hanging())
    sink.start()
    reader.wait(4000)
    assert sink.started
    with reader.hung():
        clock.leap(HANG_SECONDS)
        assert not sink.started


def test_it_tells_for_how_long_nothing_came_when_it_ran_dry(
    open_sink: Open, clock: LeapingClock
) -> None:
    sink = open_sink(reader := Reader())
    sink.start()
    reader.wait(RATE // 2)
    before = sink.underruns
    clock.leap(0.4)
    reader.wait(reader.frames + RATE // 4)
    assert sink.underruns == before + 1
    assert 0.4 < sink.gap_s < 0.4 + sink.info.buffer


@pytest.mark.parametrize("granted", [True, False])
def test_it_plays_at_whatever_priority_its_thread_is_granted(
    open_sink: Open, monkeypatch: pytest.MonkeyPatch, granted: bool
) -> None:
    def ask(*_: object) -> None:
        if not granted:
            raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", ask)
    sink = open_sink(reader := Constant(0.5))
    sink.start()
    reader.wait(4000)
    assert sink.realtime == granted


def test_the_default_device(card: Card) -> None:
    with card.in_this_process():
        assert [device.name for device in list_devices()] == ["dac", "dac2", "default"]
        sink = PortAudioSink("", 0, 0.05, SystemClock())
        info = sink.open(Reader())
        sink.close()
    assert (info.device, info.format) == ("default", Format(RATE, 2))
    assert info.card is None, "a plugin is no card, and has no volume of its own"


def test_there_is_no_sound_device(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "CARDS", card.folder)
    empty = card.folder / "empty.conf"
    empty.write_text("pcm.!default { type hw card 99 }")
    monkeypatch.setitem(card.env, "ALSA_CONFIG_PATH", str(empty))
    with card.in_this_process():
        assert list_devices() == []
        with pytest.raises(NoDevice, match="none that can play"):
            PortAudioSink("", 0, 0.05, SystemClock()).open(Reader())


@pytest.fixture
def int16_file(card: Card, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What ALSA device `only16` has played; it takes 16 bits and nothing else, at any pace."""
    path, config = card.folder / "only16.raw", card.folder / "only16.conf"
    config.write_text(f"""
        pcm.raw {{ type file format raw file "{path}" slave.pcm {{ type null }} }}
        pcm.only16 {{ type upmix slave.pcm "raw" hint {{ show on description "16 bits" }} }}
        pcm.!default {{ type null hint {{ show on description "null" }} }}
    """)
    monkeypatch.setitem(card.env, "ALSA_CONFIG_PATH", str(config))
    return path


@pytest.mark.parametrize("level", [0.0, 0.25, -0.5, 1.0, 100.75, -30_000.25])
def test_a_device_of_16_bits_gets_the_mean_of_what_lies_between(
    card: Card, int16_file: Path, level: float
) -> None:
    reader = Constant(level / 32768)
    with card.in_this_process():
        assert takes_only_int16("only16")
        assert not takes_only_int16("default")
        assert not takes_only_int16("no such device")
        sink = PortAudioSink("only16", RATE, 0.05, SystemClock())
        sink.open(reader)
        int16_file.write_bytes(b"")
        sink.start()
        reader.wait(60_000)
        sink.close()
    played = np.fromfile(int16_file, np.int16).reshape(-1, 2)[:50_000]
    played = played[len(played) // 2 :]  # before the first frame there is what ALSA put there
    assert played.mean() == pytest.approx(level, abs=0.02)
    assert np.abs(played - level).max() < 1.5


class Watched(Reader):
    """Another reader, whose pulls can be waited for."""

    def __init__(self, reader: FrameReader) -> None:
        super().__init__()
        self._reader = reader

    def read(self, out: np.ndarray, heard_at: float) -> None:
        """A `FrameReader`."""
        self._reader.read(out, heard_at)
        super().read(out, heard_at)

    def fill(self, out: np.ndarray) -> None:
        """It is filled."""


class Hanging(Reader):
    """A reader that stands in for a device that hangs: the stream makes no progress."""

    def __init__(self) -> None:
        super().__init__()
        self._free = threading.Lock()

    def read(self, out: np.ndarray, heard_at: float) -> None:
        """A `FrameReader`."""
        with self._free:
            super().read(out, heard_at)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """While in it."""
        with self._free:
            yield
