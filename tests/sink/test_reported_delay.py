"""What is made of the delay that a device reports, without a device."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from receiver.clock.mock import MockClock
from receiver.pcm.format import Format, Samples
from receiver.sink.base import SinkInfo
from receiver.sink.device_clock import DeviceClock
from receiver.sink.portaudio import PortAudioSink


class Status:
    """What PortAudio says of a pull."""

    output_underflow = False


class Ears:
    """Notes for when the frames are that are pulled."""

    def __init__(self) -> None:
        self.heard_at = 0.0

    def read(self, out: Samples, heard_at: float) -> None:
        self.heard_at = heard_at


def test_a_device_that_ran_dry_plays_at_once() -> None:
    """It reports no delay then, as it does before it plays, when that means a full buffer."""
    clock, ears = MockClock(), Ears()
    sink = PortAudioSink("", 44100, 0.05, clock)
    sink.info = SinkInfo("portaudio", "x", Format(44100, 2), 0.07)
    sink._reader, sink._device_clock, sink._lasts_s = ears, DeviceClock(44100), 0.07
    sink._make_room(512)  # and then it gives less
    for delay, expected in ((0.0, 0.0), (0.05, 0.05), (0.0, 0.0), (0.002, 0.002)):
        time = SimpleNamespace(outputBufferDacTime=9.0 + delay, currentTime=9.0)
        sink._callback(memoryview(bytearray(8 * 256)), 256, time, Status())
        assert ears.heard_at - clock.now() == pytest.approx(expected, abs=1e-3)
        clock.step(0.001)
