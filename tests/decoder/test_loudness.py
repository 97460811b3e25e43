"""Damaged packets do not come out louder than the stream, and nothing else is touched."""

from __future__ import annotations

import random
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from receiver.decoder.loudness import LOUDER, STRIDE, Loudness, bounded
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import TonearmError
from receiver.pcm.format import Samples
from tests.decoder import pages
from tests.decoder.conftest import Files
from tests.decoder.driving import blocks, decode, whole
from tests.decoder.mutations import mutate
from tests.rig.tracks import music, write_wav


def test_nothing_comes_out_above_full_scale() -> None:
    wild = np.array([[0.5, 2.0], [np.nan, -np.inf], [-3.0, np.inf]], dtype=np.float32)
    assert bounded(wild).tolist() == [[0.5, 1.0], [0.0, 0.0], [-1.0, 0.0]]


def levels(*peaks: float) -> tuple[Samples, list[int]]:
    """Stereo frames, eight by packet, with these peaks; and where each packet ends."""
    samples = np.zeros((8 * len(peaks), 2), dtype=np.float32)
    samples[3::8, 1] = np.negative(peaks)
    return samples, [8 * (at + 1) for at in range(len(peaks))]


@pytest.mark.parametrize(
    ("peaks", "silent", "more"),
    [
        ((0.2, 0.2, 0.8, 0.7, 0.2), set(), {2}),  # and its second half
        ((0.2, 0.8, 0.8, 0.8, 0.2), set(), {1, 3}),
        ((0.2, 0.2, 0.2, 0.7, 0.2), {2}, {3}),  # that half was not it
        ((0.2, 0.2, 0.2, 0.7, 0.2), {3}, {2}),  # the second half of the packet before it
        ((0.7, 0.2), {0}, {-1}),
        ((0.7, 0.7), {-1, 0, 1}, set()),
        ((0.2, 0.2, np.nan, np.inf, 0.2), set(), {2}),
        ((0.2, 0.2, 0.2, 0.2, 0.8), set(), {4}),
        ((0.2, 0.21, 0.2, 0.22, 0.2), set(), set()),
    ],
)
def test_which_packets_are_too_loud_near_damage(
    peaks: tuple[float, ...], silent: set[int], more: set[int]
) -> None:
    loudness = Loudness()
    loudness.note(levels(0.2)[0].repeat(STRIDE, axis=0))
    assert loudness.too_loud(*levels(*peaks), silent) == more


def test_what_a_stream_has_shown_is_remembered_and_nothing_else() -> None:
    loudness = Loudness()
    assert loudness.too_loud(*levels(0.5, 1.1, 1.5), set()) == {2}, "nothing to measure by"
    loudness.note(np.full((2 * STRIDE, 2), -0.5, np.float32))
    loudness.note(np.full((2 * STRIDE, 2), 0.1, np.float32))
    loudness.note(np.zeros((0, 2), np.float32))
    for wild in (np.nan, np.inf, -np.inf):
        loudness.note(np.full((2 * STRIDE, 2), wild, np.float32))
    assert loudness.too_loud(*levels(0.5, 0.7, 0.5), set()) == {1}
    assert loudness.too_loud(*levels(0.5, 0.7, 0.5), set()) == {1}


LONG_BLOCK = 2048
"""Frames that a packet of oggenc's has a part in."""


def with_a_spoilt_packet(data: bytes) -> bytes:
    """The stream with one bit changed, in a packet that gets too loud by it, and is silenced."""
    clean = decode(data)
    loudest = float(np.abs(clean).max())
    raw = pages.split(data)
    for seed in range(500):
        rng = random.Random(seed)
        body = bytearray(raw[-2].body)
        at = rng.randrange(len(body) // 3, len(body) // 2)
        body[at] ^= 1 << rng.randrange(8)
        spoilt = pages.join([*raw[:-2], replace(raw[-2], body=bytes(body)), raw[-1]])
        decoder = VorbisDecoder()
        heard = np.concatenate([block.samples for block in blocks(decoder, whole(spoilt))])
        decoder.close()
        if decoder.holes != 1 or np.abs(heard).max() > loudest * LOUDER:
            continue
        if np.ptp(np.flatnonzero((heard != clean).any(axis=1))) < LONG_BLOCK:  # no other is touched
            return spoilt
    raise AssertionError("no such stream")


@pytest.mark.tools("oggenc", "ffmpeg")
def test_a_loud_damaged_packet_becomes_silence_between_slopes(files: Files) -> None:
    data = files("brief").read_bytes()
    clean = decode(data)
    heard = decode(with_a_spoilt_packet(data))
    assert len(heard) == len(clean)
    other = np.flatnonzero((heard != clean).any(axis=1))
    middle = (other[0] + other[-1]) // 2
    assert np.abs(heard[middle - 2 : middle + 2]).max() < 0.01
    steps = [float(np.abs(np.diff(it, axis=0)).max()) for it in (heard, clean)]
    assert steps[0] <= steps[1]


@pytest.mark.tools("oggenc", "ffmpeg")
def test_few_mutated_files_are_louder_than_the_good_one(files: Files) -> None:
    """Those few have changed packets that end where they should, and none near that does not: no
    bit tells them from music.
    """
    data = files("brief").read_bytes()
    limit = LOUDER * float(np.abs(decode(data)).max())
    played = louder = 0
    for seed in range(500):
        peak = peak_of(mutate(data, random.Random(seed)))
        played += peak > 0
        louder += peak > limit
    assert played > 100
    assert louder <= 0.02 * played


def peak_of(data: bytes) -> float:
    """The loudest that comes of a stream before its end, or an error."""
    decoder, peak = VorbisDecoder(), 0.0
    try:
        for block in blocks(decoder, whole(data)):
            peak = max(peak, float(np.abs(block.samples).max()))
    except TonearmError:
        pass  # the rest is not played
    finally:
        decoder.close()
    return peak


ENCODERS = {
    "quality": "-q 4",
    "padded": "--managed -b 128 -m 128 -M 128",
    "at most": "--managed -b 48 -M 48",
}


@pytest.mark.tools("oggenc")
@pytest.mark.parametrize("options", ENCODERS.values(), ids=ENCODERS)
def test_music_may_get_louder_as_far_as_it_likes(
    options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks whether it is too loud, as all of its packets fit."""
    quiet = music(3, 2.0) // 100
    beeps = np.sign(np.sin(np.arange(88_200) / 50))[:, None] * np.full(2, 32_767)
    pcm = np.concatenate([np.zeros_like(quiet), quiet, beeps.astype(np.int16), quiet])
    wav, ogg = tmp_path / "it.wav", tmp_path / "it.ogg"
    write_wav(wav, pcm)
    subprocess.run(["oggenc", "-Q", *options.split(), "-o", ogg, wav], check=True)
    monkeypatch.delattr(Loudness, "too_loud")
    assert np.abs(decode(ogg.read_bytes())).max() == 1.0
