"""What every sink promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from receiver.clock.system import SystemClock
from receiver.errors import NoDevice
from receiver.sink.base import AudioSink
from receiver.sink.guarded import GuardedSink
from receiver.sink.mock import MockSink
from receiver.sink.portaudio import PortAudioSink
from tests.sink.readers import Reader

RATE = 44100
BUFFER = 0.02

Play = Callable[[Reader, int], None]
"""Let the sink go on until the reader has given so many frames in all."""


@pytest.fixture(
    params=["pulled", "keeping time", "guarded", pytest.param("device", marks=pytest.mark.device)]
)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def sink(kind: str, request: pytest.FixtureRequest) -> Iterator[AudioSink]:
    clock = SystemClock()
    if kind != "device":
        mock = MockSink(clock, RATE, BUFFER, keep_time=kind != "pulled")
        guarded = GuardedSink(lambda: mock, threading.Lock())
        yield guarded if kind == "guarded" else mock
        guarded.close()
        mock.close()
        return
    with request.getfixturevalue("card").in_this_process():
        device = PortAudioSink("dac", RATE, BUFFER, clock)
        yield device
        device.close()


@pytest.fixture
def play(sink: AudioSink, kind: str) -> Play:
    def pull(reader: Reader, frames: int) -> None:
        assert isinstance(sink, MockSink)
        while reader.frames < frames:
            assert len(sink.pull(100)) == 100

    return pull if kind == "pulled" else Reader.wait


def test_open_tells_what_was_opened_and_pulls_nothing(sink: AudioSink) -> None:
    reader = Reader()
    info = sink.open(reader)
    assert info == sink.info
    assert (info.format.rate, info.format.channels) == (RATE, 2)
    assert 0 < info.buffer < 5 * BUFFER
    assert (reader.frames, sink.started, sink.underruns, sink.level_dbfs) == (0, False, 0, None)
    assert sink.gap_s == 0.0


def test_start_pulls_block_after_block(sink: AudioSink, play: Play) -> None:
    reader, before = Reader(), SystemClock().now()
    sink.open(reader)
    sink.start()
    assert sink.started
    play(reader, RATE // 5)
    blocks = list(reader.blocks)
    for (first, frames, heard_at), (after, _, heard_after) in pairwise(blocks):
        assert after == first + frames
        assert heard_after >= heard_at - BUFFER
    assert blocks[0][2] >= before
    assert blocks[-1][2] > blocks[0][2]


def test_the_buffer_is_filled_before_anything_else(sink: AudioSink, play: Play) -> None:
    reader = Reader()
    info = sink.open(reader)
    sink.start()
    held = round(info.buffer * RATE)
    play(reader, held)
    assert reader.blocks[0][0] == 0
    assert all(frames <= held for _, frames, _ in reader.blocks)


def test_a_second_start_changes_nothing(sink: AudioSink, play: Play) -> None:
    reader = Reader()
    sink.open(reader)
    sink.start()
    sink.start()
    play(reader, 5000)
    assert sink.started


def test_after_drop_nothing_is_pulled(sink: AudioSink, play: Play) -> None:
    reader = Reader()
    sink.open(reader)
    sink.drop()
    sink.start()
    play(reader, 5000)
    sink.drop()
    frames = reader.frames
    assert not sink.started
    sink.drop()
    sink.close()
    assert reader.frames == frames


def test_it_starts_again_after_drop(sink: AudioSink, play: Play) -> None:
    reader = Reader()
    sink.open(reader)
    for round_ in range(1, 4):
        sink.start()
        assert sink.started
        play(reader, 5000 * round_)
        sink.drop()
        assert not sink.started


def test_close_is_harmless_twice_and_the_sink_opens_again(sink: AudioSink, play: Play) -> None:
    reader = Reader()
    sink.open(reader)
    sink.start()
    play(reader, 1000)
    sink.close()
    sink.close()
    assert not sink.started
    again = Reader()
    sink.open(again)
    sink.start()
    play(again, 1000)
    assert sink.started


def test_what_cannot_be_opened_is_no_device(kind: str, sink: AudioSink) -> None:
    missing: AudioSink
    if kind == "device":
        missing = PortAudioSink("no such thing", RATE, BUFFER, SystemClock())
    else:
        mock = MockSink(SystemClock())
        mock.vanish()
        guarded = GuardedSink(lambda: mock, threading.Lock())
        missing = guarded if kind == "guarded" else mock
    with pytest.raises(NoDevice):
        missing.open(Reader())
    assert not missing.started
    missing.drop()
    missing.close()
