"""The files of what is said, and a code as it is heard."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from receiver.decoder.vorbis import VorbisDecoder
from receiver.engine.speech import SPOKEN, script
from receiver.model import orders as o
from receiver.pcm.convert import Converter
from receiver.pcm.format import Block, Format
from receiver.pcm.volume import gain_of
from tests.engine.stage import RATE, Stage

CODE = "204681"
NAMES = [*"0123456789", "again", "code", "rest"]
WORDS = NAMES[:-1]


@cache
def spoken(name: str) -> Block:
    """One of the files, decoded."""
    decoder = VorbisDecoder()
    decoder.feed((SPOKEN / f"{name}.ogg").read_bytes())
    decoder.finish()
    blocks = []
    while not decoder.finished:
        if (block := decoder.read()) is not None:
            blocks.append(block)
    assert not decoder.holes
    assert not decoder.truncated
    return Block(np.concatenate([block.samples for block in blocks]), blocks[0].format)


def said(code: str, rate: int) -> np.ndarray:
    """What is said of a code, at full gain, by a device of this rate: its left channel."""
    blocks = [spoken(name) for name in script(code)]
    converter = Converter(blocks[0].format, Format(rate, 2))
    whole = np.concatenate([block.samples for block in blocks])
    return np.concatenate([converter.convert(whole), converter.flush()])[:, 0]


def level_db(name: str) -> float:
    return float(10 * np.log10(np.mean(spoken(name).samples.astype(np.float64) ** 2)))


def spectrum(name: str) -> np.ndarray:
    """How loud a word is over time and frequency, in dB: ten slices of sixteen bands."""
    slices = np.array_split(spoken(name).samples[:, 0], 10)
    power = [np.abs(np.fft.rfft(part * np.hanning(len(part)), 4096)) ** 2 for part in slices]
    edges = np.geomspace(20, 2048, 17).astype(int)
    bands = [[row[low:high].sum() for low, high in itertools.pairwise(edges)] for row in power]
    return 10 * np.log10(np.maximum(bands, 1e-3))


def test_there_is_a_file_for_each_word_and_they_are_small() -> None:
    files = sorted(SPOKEN.glob("*.ogg"))
    assert [file.stem for file in files] == NAMES
    assert sum(file.stat().st_size for file in files) < 100_000


@pytest.mark.parametrize("name", NAMES)
def test_each_is_decoded_and_begins_and_ends_in_silence(name: str) -> None:
    block = spoken(name)
    assert block.format == spoken("rest").format
    assert block.samples.shape[1] == 1
    assert 0.2 < len(block.samples) / block.format.rate < 1.5
    assert np.abs(block.samples[[0, -1]]).max() < 0.01


def test_the_words_are_equally_loud_and_not_clipped() -> None:
    levels = [level_db(word) for word in WORDS]
    assert max(levels) - min(levels) < 1.0
    assert -24.0 < np.mean(levels) < -12.0
    assert all(np.abs(spoken(word).samples).max() < 1.0 for word in WORDS)


def test_no_two_words_sound_alike() -> None:
    for one, other in itertools.combinations(WORDS, 2):
        assert np.sqrt(np.mean((spectrum(one) - spectrum(other)) ** 2)) > 6.0, (one, other)


def test_the_digits_are_said_twice_in_groups_of_three() -> None:
    words = [name for name in script(CODE) if name != "rest"]
    assert words == ["code", *CODE, "again", *CODE]
    rests = "".join("-" if name == "rest" else name for name in script(CODE))
    assert rests.count("--2-0-4--6-8-1") == 2


def test_a_code_is_heard_as_it_was_spoken() -> None:
    stage = Stage()
    stage.give(o.SetGain(gain_of(30)))
    stage.give(o.Speak(CODE))
    expected = said(CODE, RATE) * np.float32(gain_of(30))
    stage.run(len(expected) / RATE + 0.5)
    heard = stage.heard[:, 0]
    begins, due = (np.argmax(np.abs(sound) > 1e-4) for sound in (heard, expected))
    whole = heard[begins - due :]
    np.testing.assert_allclose(whole[: len(expected)], expected, atol=2e-4)
    assert not np.any(whole[len(expected) :])
