"""Damaged packets do not come out louder than the stream, and nothing else is touched."""

from __future__ import annotations

import random
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from receiver.decoder.loudness import ABSURD, DOUBT, LOUDER, STRIDE, Loudness, bounded
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import TonearmError
from receiver.pcm.format import Samples
from tests.decoder import pages
from tests.decoder.conftest import Files
from tests.decoder.driving import blocks, decode, whole
from tests.decoder.mutations import mutate
from tests.rig.tracks import encode, music, write_wav


def test_nothing_comes_out_above_full_scale() -> None:
    wild = np.array([[0.5, 2.0], [np.nan, -np.inf], [-3.0, np.inf]], dtype=np.float32)
    assert bounded(wild).tolist() == [[0.5, 1.0], [0.0, 0.0], [-1.0, 0.0]]


def levels(*peaks: float) -> tuple[Samples, list[int]]:
    """Stereo frames, eight by packet, with these peaks; and where each packet ends."""
    samples = np.zeros((8 * len(peaks), 2), dtype=np.float32)
    samples[3::8, 1] = np.negative(peaks)
    return samples, [8 * (at + 1) for at in range(len(peaks))]


def heard(*peaks: float) -> Loudness:
    """One that has heard sound packets with these peaks."""
    loudness = Loudness()
    for loudest in peaks:
        assert loudness.is_sound(np.full((2 * STRIDE, 2), -loudest, np.float32))
    return loudness


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
    assert heard(0.2, 0.1).too_loud(*levels(*peaks), {0}, silent) == more


@pytest.mark.parametrize(
    ("peaks", "misfits", "silent", "more"),
    [
        ((0.1, 0.5, 0.1, 0.1, 0.1), {0}, set(), {0}),  # whatever its level
        ((0.1, 0.5, 0.1, 0.1, 0.0), {0}, {0}, {1}),  # more than twice as loud as most
        ((0.1, 0.2, 0.1, 0.1, 0.1), {0}, {0}, set()),
        ((0.8, 1.3, 0.9, 0.8, 0.9), {0}, {0}, {1}),  # it may be loud, but not above full scale
        ((0.1, 0.5, 1.1, 0.1, 0.1), {0, 1, 2}, set(), set()),  # its encoder's way
        ((0.1, 0.5, 1.3, 0.1, 0.1), {0, 1, 2}, set(), {2}),
        ((0.1, 0.5, 5.1, 0.1, 0.1), {0, 1, 2}, set(), {0, 1, 2}),  # not anybody's way
    ],
)
def test_which_packets_are_too_loud_before_there_is_a_level(
    peaks: tuple[float, ...], misfits: set[int], silent: set[int], more: set[int]
) -> None:
    assert Loudness().too_loud(*levels(*peaks), misfits, silent) == more


@pytest.mark.parametrize("loudest", [2 * ABSURD, np.inf, np.nan])
def test_what_is_absurdly_loud_is_not_sound_though_it_fits(loudest: float) -> None:
    loudness = heard(0.2)
    assert not loudness.is_sound(np.full((2 * STRIDE, 2), loudest, np.float32))
    assert loudness.too_loud(*levels(0.2, loudest, 0.2), set(), set()) == {1}


def test_what_fits_is_doubted_for_a_while_after_damage_where_it_is_louder() -> None:
    loud = np.full((2 * STRIDE, 2), 0.7, np.float32)
    loudness = heard(0.2)
    assert loudness.is_sound(loud)
    loudness = heard(0.2)
    loudness.doubt()
    for _ in range(DOUBT):
        assert not loudness.is_sound(loud)
        assert loudness.too_loud(*levels(0.7, 0.7, 0.7), set(), set())
    assert loudness.is_sound(loud)


def test_what_comes_first_after_damage_is_believed_where_there_is_nothing_to_measure_by() -> None:
    loudness = Loudness()
    loudness.doubt()
    assert loudness.is_sound(np.full((2 * STRIDE, 2), 0.7, np.float32))


def test_nothing_is_learnt_of_no_frames() -> None:
    loudness = heard(0.5)
    assert loudness.is_sound(np.zeros((0, 2), np.float32))
    assert loudness.too_loud(*levels(0.5, 0.7, 0.5), {0}, set()) == {1}


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


@pytest.mark.tools("oggenc")
def test_music_that_gets_louder_after_damage_is_heard_again_before_long(tmp_path: Path) -> None:
    ogg = tmp_path / "it.ogg"
    encode(np.concatenate([music(5, 2.0) // 50, music(6, 6.0)]), 44100, ogg)
    raw = pages.split(ogg.read_bytes())
    clean = decode(ogg.read_bytes())
    quiet = next(at for at, page in enumerate(raw) if page.granule > 88_200) - 1
    spoilt = replace(raw[quiet], body=raw[quiet].body[:-9] + b"\xff" * 9)
    heard = decode(pages.join([*raw[:quiet], spoilt, *raw[quiet + 1 :]]))
    assert len(heard) == len(clean)
    differs = np.flatnonzero((heard != clean).any(axis=1))
    assert len(differs)
    assert differs[-1] < raw[quiet + DOUBT + 1].granule


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
    assert louder <= 0.01 * played


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
