"""Damaged packets do not come out louder than the stream, and nothing else is touched."""

from __future__ import annotations

import random
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from receiver.decoder.loudness import (
    ABSURD,
    DOUBT,
    LOUDER,
    OWN_WAY,
    STRIDE,
    Loudness,
    bounded,
)
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import TonearmError
from receiver.pcm.format import Samples
from tests.decoder import pages
from tests.decoder.conftest import Files
from tests.decoder.driving import blocks, decode, whole
from tests.decoder.mutations import mutate
from tests.decoder.pages import RawPage
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
        ((0.1, 0.2, 0.2, 0.1, 0.1), {0, 1, 2}, set(), set()),  # most are
        ((0.1, 0.5, 0.1, 0.1, 0.1), {0, 1, 2}, set(), {1}),
    ],
)
def test_which_packets_are_too_loud_before_there_is_a_level(
    peaks: tuple[float, ...], misfits: set[int], silent: set[int], more: set[int]
) -> None:
    loudness = Loudness()
    loudness.doubt()
    assert loudness.too_loud(*levels(*peaks), misfits, silent) == more


def test_where_nothing_ever_fits_it_is_the_encoders_way() -> None:
    loudness = Loudness()
    for _ in range(OWN_WAY + 1):
        loudness.doubt()
    assert loudness.too_loud(*levels(0.1, 1.0, 0.1), {0}, set()) == set()
    assert loudness.too_loud(*levels(0.1, 1.2, 0.1), {0}, set()) == {1}


@pytest.mark.parametrize("loudest", [2 * ABSURD, np.inf, np.nan])
def test_what_is_absurdly_loud_is_not_sound_though_it_fits(loudest: float) -> None:
    loudness = heard(0.2)
    assert not loudness.is_sound(np.full((2 * STRIDE, 2), loudest, np.float32))
    assert loudness.too_loud(*levels(0.2, loudest, 0.2), set(), set()) == {1}


def test_what_stays_absurdly_loud_is_believed() -> None:
    loudness, tone = heard(0.2), np.full((2 * STRIDE, 2), 2 * ABSURD, np.float32)
    assert [loudness.is_sound(tone) for _ in range(10)] == [False] * DOUBT + [True] * (10 - DOUBT)


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


def test_music_that_gets_louder_is_believed_also_where_damage_does_not_end() -> None:
    loudness, loud = heard(0.2), np.full((2 * STRIDE, 2), 0.7, np.float32)
    believed = []
    for page in range(10):
        if page % 2 == 0:
            loudness.doubt()
        else:
            believed.append(loudness.is_sound(loud))
    assert believed == [False] * DOUBT + [True] * 2


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
    assert raw[quiet].granule + LONG_BLOCK < differs[-1] < raw[quiet + DOUBT].granule + LONG_BLOCK


def with_something_behind(raw: list[RawPage], every: int) -> list[RawPage]:
    """The pages of a stream with a byte more behind one of so many packets."""
    out = raw[:2]
    for page in raw[2:]:
        packets, at, size = [], 0, 0
        for segment in page.lacing:
            size += segment
            if segment < 255:
                packets.append(page.body[at : at + size])
                at, size = at + size, 0
        whole = not size and not page.flags & pages.CONTINUED
        longer = [data + b"\xff" * (at % every == 0) for at, data in enumerate(packets)]
        lacing = b"".join(
            b"\xff" * (len(data) // 255) + bytes([len(data) % 255]) for data in longer
        )
        out.append(replace(page, body=b"".join(longer), lacing=lacing) if whole else page)
    return out


@pytest.mark.tools("oggenc")
@pytest.mark.parametrize("every", [1, 2, 3])
def test_an_encoder_that_leaves_something_behind_is_heard(every: int, tmp_path: Path) -> None:
    ogg = tmp_path / "it.ogg"
    encode(music(5, 4.0), 44_100, ogg)
    clean = decode(ogg.read_bytes())
    heard = decode(pages.join(with_something_behind(pages.split(ogg.read_bytes()), every)))
    assert len(heard) == len(clean)
    differs = np.flatnonzero((heard != clean).any(axis=1))
    assert not len(differs) or differs[-1] < 44_100, "only while it is not known"


@pytest.mark.slow
@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize(
    ("name", "play"), [("short", 150), ("brief", 300), ("brief-mono", 150), ("brief-surround", 150)]
)
def test_few_mutated_files_are_louder_than_the_good_one(name: str, play: int, files: Files) -> None:
    """Those few have changed packets that end where they should, and none near that does not, or
    changed headers: no bit tells them from music.
    """
    data = files(name).read_bytes()
    limit = LOUDER * float(np.abs(decode(data)).max())
    peaks = [peak_of(mutate(data, random.Random(seed))) for seed in range(1500)]
    played = sum(peak > 0 for peak in peaks)
    assert played > play
    assert sum(peak > limit for peak in peaks) <= 0.01 * played
    assert sum(peak >= 1.0 > limit for peak in peaks) <= 0.005 * played


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
