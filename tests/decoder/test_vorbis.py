"""The decoder against libvorbisfile and oggdec, frame by frame."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from receiver.decoder.link import STRETCH
from receiver.decoder.vorbis import MAX_EMPTY_LINKS, VorbisDecoder
from receiver.errors import Unplayable, UnsupportedFormat
from receiver.model.state import Tags
from receiver.pcm.format import Format
from tests.decoder import driving, pages, reference
from tests.decoder.conftest import RECIPES, Files
from tests.decoder.driving import blocks, decode, ragged, single, whole
from tests.decoder.sndfile import write_with_libsndfile
from tests.rig.tracks import decode as oggdec
from tests.rig.tracks import music

pytestmark = pytest.mark.tools("oggenc", "oggdec", "ffmpeg")

VORBIS = [name for name, recipe in RECIPES.items() if recipe[3].startswith("vorbis")]


def first_audio_page(raw: list[pages.RawPage]) -> int:
    """Index of the first page that completes frames."""
    return next(index for index, page in enumerate(raw) if page.granule > 0)


@pytest.mark.parametrize("name", VORBIS)
def test_every_frame_is_that_of_libvorbisfile(name: str, files: Files) -> None:
    path = files(name)
    (expected,) = reference.decode(path)
    decoder = VorbisDecoder()
    got = list(blocks(decoder, ragged(path.read_bytes())))
    assert np.array_equal(np.concatenate([block.samples for block in got]), expected)
    assert {block.format for block in got} == {Format(RECIPES[name][1], RECIPES[name][2])}
    assert (decoder.holes, decoder.truncated) == (0, False)
    assert decoder.position == len(expected)
    decoder.close()


def test_rounded_to_16_bits_it_is_what_oggdec_gives(files: Files) -> None:
    path = files("stereo")
    rounded = np.rint(decode(path.read_bytes()) * 32768).clip(-32768, 32767)
    assert np.array_equal(rounded, oggdec(path, 2))


@pytest.mark.parametrize("pieces", [whole, ragged, single])
def test_the_size_of_the_pieces_does_not_matter(pieces: driving.Pieces, files: Files) -> None:
    data = files("narrow").read_bytes()
    decoder = VorbisDecoder()
    got = np.concatenate([block.samples for block in blocks(decoder, pieces(data))])
    assert np.array_equal(got, reference.decode(files("narrow"))[0])
    decoder.close()


@pytest.mark.tools("pulseaudio")  # which brings libsndfile
def test_a_file_of_libsndfile(tmp_path: Path) -> None:
    path = tmp_path / "sndfile.ogg"
    write_with_libsndfile(path, music(5, 1.0) / np.float32(32768), 44_100)
    (expected,) = reference.decode(path)
    assert np.array_equal(decode(path.read_bytes()), expected)
    assert len(expected) == 44_100


def test_links_of_a_chain_follow_each_other_in_their_own_formats(
    files: Files, tmp_path: Path
) -> None:
    names = ("stereo", "narrow", "surround", "mono")
    data = b"".join(
        pages.with_serial(files(name).read_bytes(), serial) for serial, name in enumerate(names)
    )
    path = tmp_path / "chain.ogg"
    path.write_bytes(data)
    decoder = VorbisDecoder()
    got: dict[Format, list[reference.Samples]] = {}
    for block in blocks(decoder, ragged(data)):
        assert block.format == decoder.format
        got.setdefault(block.format, []).append(block.samples)
    expected = reference.decode(path)
    for ours, theirs in zip(got.values(), expected, strict=True):
        assert np.array_equal(np.concatenate(ours), theirs)
    assert decoder.position == sum(map(len, expected))
    assert decoder.holes == 0
    decoder.close()


def test_a_first_granule_position_too_low_cuts_the_start(files: Files) -> None:
    data = files("stereo").read_bytes()
    full = decode(data)
    raw = pages.split(data)
    for cut in (1, 1000, raw[first_audio_page(raw)].granule):
        assert np.array_equal(decode(pages.shift_granules(data, -cut)), full[cut:])


def test_a_first_granule_position_too_high_is_where_the_count_begins(files: Files) -> None:
    data = files("stereo").read_bytes()
    decoder = VorbisDecoder()
    got = list(blocks(decoder, whole(pages.shift_granules(data, 10_000_000))))
    assert np.array_equal(np.concatenate([block.samples for block in got]), decode(data))
    assert decoder.position == RECIPES["stereo"][0] * 44_100
    decoder.close()


def test_the_last_granule_position_cuts_the_end(files: Files) -> None:
    raw = pages.split(files("stereo").read_bytes())
    full = decode(pages.join(raw))
    for cut in (1, 100, raw[-1].granule - raw[-2].granule):
        raw_cut = [*raw[:-1], replace(raw[-1], granule=raw[-1].granule - cut)]
        assert np.array_equal(decode(pages.join(raw_cut)), full[:-cut])


def test_when_the_first_page_is_the_last_its_granule_position_cuts_the_end(files: Files) -> None:
    raw = pages.split(files("short").read_bytes())
    full = decode(pages.join(raw))
    assert raw[-1].flags & pages.LAST
    cut = [*raw[:-1], replace(raw[-1], granule=raw[-1].granule - 10)]
    assert np.array_equal(decode(pages.join(cut)), full[:-10])


def test_a_lost_page_is_a_hole_that_is_played_over(files: Files, tmp_path: Path) -> None:
    raw = pages.split(files("stereo").read_bytes())
    del raw[6]
    path = tmp_path / "lost.ogg"
    path.write_bytes(pages.join(raw))
    decoder = VorbisDecoder()
    got = [block.samples for block in blocks(decoder, whole(path.read_bytes()))]
    assert decoder.holes == 1
    assert np.array_equal(np.concatenate(got), reference.decode(path)[0])
    assert decoder.position == RECIPES["stereo"][0] * 44_100  # positions count what was lost
    decoder.close()


def test_a_flipped_bit_costs_its_page(files: Files) -> None:
    data = bytearray(files("stereo").read_bytes())
    data[len(data) // 2] ^= 1
    decoder = VorbisDecoder()
    got = sum(len(block.samples) for block in blocks(decoder, ragged(bytes(data))))
    assert decoder.holes == 1
    assert 0 < RECIPES["stereo"][0] * 44_100 - got < 44_100
    decoder.close()


def test_a_file_cut_short_is_played_as_far_as_it_goes(files: Files, tmp_path: Path) -> None:
    data = files("stereo").read_bytes()
    path = tmp_path / "cut.ogg"
    path.write_bytes(data[: len(data) // 2])
    decoder = VorbisDecoder()
    got = [block.samples for block in blocks(decoder, ragged(path.read_bytes()))]
    assert np.array_equal(np.concatenate(got), reference.decode(path)[0])
    assert decoder.truncated
    decoder.close()


def test_a_stream_joined_in_the_middle_waits_for_the_next_link(files: Files) -> None:
    data = files("stereo").read_bytes()
    joined = pages.with_serial(data, 7)[len(data) // 2 :] + data
    assert np.array_equal(decode(joined), decode(data))


def test_the_first_vorbis_stream_of_several_is_played(files: Files) -> None:
    raw = pages.split(files("stereo").read_bytes())
    beside = [
        pages.RawPage(head, bytes([len(head)]), pages.FIRST, serial=serial)
        for serial, head in ((50, b"fishead\0" + bytes(56)), (60, b"\x80theora" + bytes(30)))
    ]
    second = pages.split(pages.with_serial(files("narrow").read_bytes(), 70))
    mixed = [*beside, raw[0], second[0]]
    for number, page in enumerate(raw[1:], 1):
        video = pages.RawPage(bytes(200), b"\xc8", serial=60, number=number, granule=number)
        mixed += [video, page, *second[number : number + 1]]
    assert np.array_equal(decode(pages.join(mixed)), decode(pages.join(raw)))


def test_the_first_block_comes_with_the_first_page_of_audio(files: Files) -> None:
    data = files("stereo").read_bytes()
    raw = pages.split(data)
    index = first_audio_page(raw)
    decoder = VorbisDecoder()
    decoder.feed(pages.join(raw[: index + 1])[:-1])
    assert decoder.read() is None
    assert decoder.format == Format(44_100, 2)
    decoder.feed(raw[index].body[-1:])
    block = decoder.read()
    assert block is not None
    whole = len(block.samples)
    assert 0.05 * 44_100 <= whole <= 0.05 * 44_100 + 1024, "no more than makes a start"
    while (block := decoder.read()) is not None:
        whole += len(block.samples)
    assert whole == raw[index].granule
    decoder.close()


def test_the_tags_of_each_link_are_told(files: Files) -> None:
    plain = files("mono").read_bytes()
    raw = pages.split(plain)
    comments = b"\x03vorbis" + bytes(4) + b"\1\0\0\0" + b"\x0b\0\0\0TITLE=Night" + b"\1"
    rest = b"".join(_packets_of(raw[1])[1:])
    assert len(raw[1].lacing) < 200
    lacing = bytes([len(comments)]) + raw[1].lacing[_lacing_of_first(raw[1]) :]
    raw[1] = replace(raw[1], body=comments + rest, lacing=lacing)
    decoder = VorbisDecoder()
    assert decoder.tags is None
    seen = [
        decoder.tags for _ in blocks(decoder, whole(plain + pages.with_serial(pages.join(raw), 9)))
    ]
    assert seen[0] == Tags()
    assert seen[-1] == Tags(title="Night")
    decoder.close()


def _lacing_of_first(page: pages.RawPage) -> int:
    return next(index for index, value in enumerate(page.lacing) if value < 255) + 1


def _packets_of(page: pages.RawPage) -> list[bytes]:
    size = sum(page.lacing[: _lacing_of_first(page)])
    return [page.body[:size], page.body[size:]]


def test_another_codec_in_a_later_link_is_refused_by_name(files: Files) -> None:
    decoder = VorbisDecoder()
    decoder.feed(files("short").read_bytes() + files("opus").read_bytes())
    assert decoder.read() is not None
    with pytest.raises(UnsupportedFormat, match="This is Opus") as refused:
        decoder.read()
    assert refused.value.detail == {"found": "opus"}
    decoder.close()


def endless(good: bytes, page: pages.RawPage, count: int) -> Iterator[bytes]:
    """The first page of a file, and `page` again and again, numbered on."""
    yield pages.split(good)[0].to_bytes()
    for number in range(1, count):
        yield replace(page, number=number, flags=page.flags * (number > 1)).to_bytes()


def test_comments_without_an_end_are_given_up_and_never_held(files: Files) -> None:
    body = b"\x03vorbis".ljust(255 * 255, b"\xff")
    page = pages.RawPage(body, b"\xff" * 255, pages.CONTINUED, -1)
    good = pages.with_serial(files("stereo").read_bytes(), page.serial)
    decoder = VorbisDecoder()
    tracemalloc.start()
    with pytest.raises(Unplayable, match="no music in 64 MiB"):
        list(blocks(decoder, endless(good, page, 1100)))
    assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()
    decoder.close()


def test_pages_of_no_stream_are_given_up_soon(files: Files) -> None:
    raw = pages.split(files("stereo").read_bytes())[2:]
    decoder = VorbisDecoder()
    with pytest.raises(Unplayable, match="no music in 1 MiB"):
        list(blocks(decoder, [pages.join(raw)] * 100))
    decoder.close()


def test_false_page_heads_cost_what_they_make_us_check(files: Files) -> None:
    """Each claims the largest page there is, so each has to be checked as one."""
    mine = b"OggS" + bytes(22) + b"\xff\xff"
    decoder = VorbisDecoder()
    pieces = [files("stereo").read_bytes(), *[mine * 200] * 100]
    with pytest.raises(Unplayable, match="no music in 64 MiB"):
        list(blocks(decoder, pieces))
    decoder.close()


def test_a_page_of_very_many_frames_comes_in_stretches(files: Files) -> None:
    raw = pages.split(files("stereo").read_bytes())
    last = raw.pop()
    silence = pages.RawPage(
        b"\x0e" * 255, b"\1" * 255, 0, raw[-1].granule + 250 * 1024, last.serial, last.number
    )
    data = pages.join([*raw, silence])
    got = [block.samples for block in blocks(VorbisDecoder(), ragged(data))]
    assert max(map(len, got)) <= STRETCH
    full = np.concatenate(got)
    assert len(full) > raw[-1].granule + 200 * 1024
    listener = driving.Listener(VorbisDecoder(), data)
    assert listener.next() is not None
    for frame in range(raw[-1].granule - 5000, raw[-1].granule + 250 * 1024, 40_001):
        block = listener.seek(frame)
        assert block is not None
        assert np.array_equal(block.samples, full[frame : frame + len(block.samples)])


def test_a_chain_of_headers_is_given_up(files: Files) -> None:
    headers = pages.join(pages.split(files("stereo").read_bytes())[:2])
    good = files("narrow").read_bytes()
    assert len(decode(headers * MAX_EMPTY_LINKS + good)) == len(decode(good))
    with pytest.raises(Unplayable, match="time and again"):
        decode(headers * (MAX_EMPTY_LINKS + 2))


@pytest.mark.parametrize("ended", [True, False])
def test_headers_alone_are_a_track_without_length_or_a_damaged_one(
    files: Files, ended: bool
) -> None:
    raw = pages.split(files("stereo").read_bytes())[:2]
    end = pages.RawPage(b"", b"", pages.LAST, 0, raw[0].serial, 2)
    if ended:
        assert list(blocks(VorbisDecoder(), whole(pages.join([*raw, end])))) == []
    else:
        with pytest.raises(Unplayable, match="before its music"):
            list(blocks(VorbisDecoder(), whole(pages.join(raw))))


def test_what_is_longer_than_a_week_has_no_length(files: Files) -> None:
    data = files("stereo").read_bytes()
    raw = pages.split(data)
    for length, known in ((6 * 24 * 3600, True), (8 * 24 * 3600, False), (2**46, False)):
        claims = pages.join([*raw[:-1], replace(raw[-1], granule=length * 44_100)])
        listener = driving.Listener(VorbisDecoder(), claims)
        assert listener.next() is not None
        assert (listener.decoder.total_frames is not None) == known
        listener.decoder.close()


def test_a_stream_that_ends_in_its_headers_cannot_be_played(files: Files) -> None:
    decoder = VorbisDecoder()
    decoder.feed(files("stereo").read_bytes()[:200])
    decoder.finish()
    with pytest.raises(Unplayable, match="ends before"):
        decoder.read()
    decoder.close()
