"""The stand-in sound card and the recorder, with tones of our own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import sounddevice

from tests.rig.card import RATE, Card, CardError, Recorder

pytestmark = pytest.mark.device


def play(card: Card, sink: str, pcm: np.ndarray) -> None:
    with (
        card.in_this_process(),
        sounddevice.RawOutputStream(RATE, device=sink, channels=2, dtype="int16") as stream,
    ):
        # PortAudio drops what is in the buffer when it stops: let that be silence.
        stream.write(np.concatenate([pcm, np.zeros((RATE // 4, 2), np.int16)]).tobytes())


def ramp(frames: int) -> np.ndarray:
    """Frames that are all different, so that a lost or doubled one is seen."""
    left = np.arange(1, frames + 1, dtype=np.int16)
    return np.stack([left, -left], axis=1)


def test_what_is_played_is_recorded_frame_by_frame(card: Card, recorder: Recorder) -> None:
    tone = ramp(20000)
    play(card, "dac", tone)
    assert recorder.wait_frames(recorder.frames + RATE // 10, 5)
    heard = recorder.pcm()
    loud = np.flatnonzero(heard[:, 0])
    assert np.array_equal(heard[loud[0] : loud[0] + len(tone)], tone)
    assert loud[-1] == loud[0] + len(tone) - 1


def test_sinks_are_apart(card: Card, recorder: Recorder) -> None:
    play(card, "dac2", ramp(2000))
    assert recorder.wait_frames(recorder.frames + RATE // 10, 5)
    assert not recorder.pcm().any()


@pytest.mark.parametrize(("side", "channel"), [("left", 0), ("right", 1)])
def test_a_side_is_one_channel_of_the_first_sink(tmp_path: Path, side: str, channel: int) -> None:
    tone = ramp(20000)
    with Card(tmp_path / "card", sides=True) as card, Recorder(card) as recorder:
        play(card, side, tone)
        assert recorder.wait_frames(recorder.frames + RATE // 10, 5)
        heard = recorder.pcm()
    loud = np.flatnonzero(heard[:, channel])
    assert np.array_equal(heard[loud[0] : loud[-1] + 1, channel], tone[:, 0])
    assert not heard[:, 1 - channel].any()


def test_every_frame_has_a_time(recorder: Recorder) -> None:
    assert recorder.wait_frames(recorder.frames + RATE // 4, 5)
    clock = recorder.clock()
    instants = [clock(frame) for frame in range(0, recorder.frames, 1000)]
    assert instants == sorted(instants)
    assert recorder.frame_at(clock(5000)) == pytest.approx(5000, abs=1)
    assert clock(recorder.frames) <= time.monotonic() + 0.02


def test_in_this_process_sets_and_restores_the_environment(card: Card) -> None:
    before = dict(os.environ)
    with card.in_this_process():
        assert os.environ["ALSA_CONFIG_PATH"] == card.env["ALSA_CONFIG_PATH"]
        assert os.environ["PULSE_SERVER"] == card.env["PULSE_SERVER"]
    assert dict(os.environ) == before


def test_portaudio_in_this_process_lists_our_devices_only(card: Card) -> None:
    with card.in_this_process():
        names = {device["name"] for device in sounddevice.query_devices()}
    assert names == {"dac", "dac2", "default"}


def test_the_daemon_ends_with_the_block(tmp_path: Path) -> None:
    with Card(tmp_path) as card:
        pid, socket = card.pid, card.socket
        assert socket.exists()
    assert not psutil.pid_exists(pid)
    assert not socket.parent.exists()


def test_a_daemon_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / "pulseaudio"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho no sound today >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=os.pathsep)
    card = Card(tmp_path / "card")
    with pytest.raises(CardError, match="no sound today"), card:
        pass
    assert not card.socket.parent.exists()
