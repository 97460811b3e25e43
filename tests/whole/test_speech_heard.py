"""The pairing code as it comes out of the sound card."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest

from receiver.engine.card_volume import LOUDEST_WORDS
from tests.engine.test_spoken import said
from tests.rig.card import RATE, Card, Recorder
from tests.rig.receiver_process import ReceiverProcess

pytestmark = pytest.mark.device

SECONDS = 4
FLAGS = ["--audio", "portaudio", "--device", "dac", "--buffer-ms", "200", "--auth", "pair"]


def test_the_code_of_the_first_start_is_heard(
    tmp_path: Path, card: Card, recorder: Recorder
) -> None:
    with ReceiverProcess(tmp_path, *FLAGS, environ=card.env) as speaker:
        while not (code := re.search(r"Code: (\d{6})", "".join(speaker.log))):
            time.sleep(0.01)
        recorder.wait_frames(recorder.frames + (SECONDS + 1) * RATE, 20.0)
        heard = recorder.pcm()[:, 0].astype(np.float64) / 32768
    expected = said(code[1], RATE)[: SECONDS * RATE] * LOUDEST_WORDS
    # By the second, since a machine that is busy with the start may stall in between.
    errors = [error(part, heard) for part in np.split(expected, SECONDS)]
    assert np.median(errors) < 0.01


def error(what: np.ndarray, heard: np.ndarray) -> float:
    """How far the place of a recording that is most like it is from it, as a share."""
    size = len(heard) + len(what)
    spectra = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(what, size))
    place = int(np.argmax(np.fft.irfft(spectra, size)[: len(heard) - len(what)]))
    difference = heard[place : place + len(what)] - what
    return float(np.sqrt(np.mean(difference**2) / np.mean(what**2)))
