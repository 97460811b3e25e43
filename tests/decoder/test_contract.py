"""What every decoder promises, over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from receiver.decoder import mock
from receiver.decoder.base import Decoder
from receiver.decoder.mock import MockDecoder
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import NotSeekable, UnsupportedFormat
from receiver.pcm.format import Block, Format, Samples
from tests.covers.pictures import comment, png
from tests.decoder import pages
from tests.decoder.conftest import Files
from tests.decoder.driving import Listener, Pieces, blocks, ragged, single, whole
from tests.hostile.header_packets import with_comments

pytestmark = pytest.mark.tools("oggenc")

COVER = comment(png() + bytes(200_000))


@dataclass
class Case:
    """A decoder and streams for it."""

    make: Callable[[], Decoder]
    stream: bytes
    other: bytes
    """In another format, and short."""
    covered: bytes
    """With the cover `COVER`."""
    decoder: Decoder

    def decode(self, data: bytes) -> Samples:
        """All frames of a stream of one format, by a decoder of its own."""
        decoder = self.make()
        samples = np.concatenate([block.samples for block in blocks(decoder, whole(data))])
        decoder.close()
        return samples


@pytest.fixture(params=["vorbis", "mock", "mock-of-two-requests"])
def case(request: pytest.FixtureRequest, files: Files) -> Iterator[Case]:
    make: Callable[[], Decoder]
    if request.param == "vorbis":
        make = VorbisDecoder
        stream = files("stereo").read_bytes()
        other = pages.with_serial(files("narrow").read_bytes(), 2)
        covered = with_comments(stream, b"TITLE=x", COVER)
    else:
        make = lambda: MockDecoder(2 if "two" in request.param else 1)  # noqa: E731 - one of two
        rng = np.random.default_rng(1)
        sound = rng.uniform(-1, 1, (50_000, 2)).astype(np.float32)
        stream = mock.encode(Block(sound, Format(44_100, 2)))
        other = mock.encode(Block(sound[:3000, :1], Format(8_000, 1)))
        covered = mock.encode(Block(sound, Format(44_100, 2)), cover=COVER)
    found = Case(make, stream, other, covered, make())
    yield found
    found.decoder.close()
    found.decoder.close()


def test_nothing_is_known_before_the_first_bytes(case: Case) -> None:
    decoder = case.decoder
    assert decoder.read() is None
    assert (decoder.format, decoder.tags, decoder.total_frames) == (None, None, None)
    assert (decoder.position, decoder.holes, decoder.wants) == (0, 0, None)
    assert not decoder.finished
    assert not decoder.truncated


@pytest.mark.parametrize("pieces", [whole, ragged, single])
def test_the_pieces_do_not_matter(case: Case, pieces: Pieces) -> None:
    position = 0
    got = []
    for block in blocks(case.decoder, pieces(case.other)):
        assert block.format == case.decoder.format == Format(8_000, 1)
        assert block.samples.dtype == np.float32
        assert block.samples.shape[1] == 1
        assert len(block.samples) > 0
        position += len(block.samples)
        assert case.decoder.position == position
        got.append(block.samples)
    assert np.array_equal(np.concatenate(got), case.decode(case.other))
    assert not case.decoder.truncated
    assert case.decoder.tags is not None
    assert case.decoder.read() is None


def test_a_block_belongs_to_whoever_gets_it(case: Case) -> None:
    got = []
    for block in blocks(case.decoder, whole(case.stream)):
        got.append(block.samples.copy())
        block.samples[:] = 7
    assert np.array_equal(np.concatenate(got), case.decode(case.stream))


def test_it_is_finished_only_when_all_was_read(case: Case) -> None:
    case.decoder.feed(case.stream)
    case.decoder.finish()
    assert not case.decoder.finished
    while case.decoder.read() is not None:
        pass
    assert case.decoder.finished


def test_a_stream_cut_short_is_played_as_far_as_it_goes(case: Case) -> None:
    got = [block.samples for block in blocks(case.decoder, whole(case.stream[:-5000]))]
    full = case.decode(case.stream)
    frames = sum(map(len, got))
    assert len(full) * 0.8 < frames < len(full)
    assert np.array_equal(np.concatenate(got), full[:frames])
    assert case.decoder.truncated


def test_a_chain_changes_its_format_between_blocks(case: Case) -> None:
    formats = []
    for block in blocks(case.decoder, ragged(case.stream + case.other)):
        formats.append(block.format)
        assert block.format == case.decoder.format
    assert sum(before != after for before, after in pairwise(formats)) == 1
    frames = len(case.decode(case.stream)) + len(case.decode(case.other))
    assert case.decoder.position == frames


def test_the_tail_tells_the_length(case: Case) -> None:
    listener = Listener(case.decoder, case.stream)
    assert listener.next() is not None
    assert case.decoder.total_frames == len(case.decode(case.stream))


def test_a_tail_that_comes_late_does_as_well(case: Case) -> None:
    case.decoder.feed(case.stream)
    assert case.decoder.read() is not None
    size = len(case.stream)
    case.decoder.set_tail(size - 10, bytes(10), size + 1)  # cannot be true
    assert case.decoder.total_frames is None
    case.decoder.set_tail(max(0, size - 50_000), case.stream[-50_000:], size)
    assert case.decoder.total_frames == len(case.decode(case.stream))


@pytest.mark.parametrize("pieces", [whole, ragged])
def test_the_cover_is_given_once(case: Case, pieces: Pieces) -> None:
    decoder = case.decoder
    assert decoder.take_cover() is None
    for _ in blocks(decoder, pieces(case.covered)):
        break
    assert decoder.take_cover() == COVER
    assert decoder.take_cover() is None


def test_a_chain_goes_on_without_the_cover(case: Case) -> None:
    played = blocks(case.decoder, ragged(case.covered + case.other))
    covers = [case.decoder.take_cover() for _ in played]
    assert [cover for cover in covers if cover is not None] == [COVER, b""]


def test_a_seek_lands_on_the_frame(case: Case) -> None:
    full = case.decode(case.stream)
    listener = Listener(case.decoder, case.stream)
    assert listener.next() is not None
    rng = np.random.default_rng(2)
    for frame in [0, 1, len(full) - 1, *rng.integers(0, len(full), 20).tolist()]:
        case.decoder.seek(frame)
        assert case.decoder.wants is not None
        assert case.decoder.position == frame
        at = frame
        for _ in range(3):
            block = listener.next()
            if block is None:
                break
            end = at + len(block.samples)
            assert np.array_equal(block.samples, full[at:end])
            assert case.decoder.position == end
            at = end
        assert at > frame
        assert case.decoder.wants is None


def test_a_seek_costs_two_requests_at_most(case: Case) -> None:
    listener = Listener(case.decoder, case.stream)
    assert listener.next() is not None
    for frame in range(0, case.decoder.total_frames or 0, 9973):
        assert listener.seek(frame) is not None
        assert listener.requests <= 2


def test_after_a_seek_it_goes_on_to_the_end(case: Case) -> None:
    full = case.decode(case.stream)
    listener = Listener(case.decoder, case.stream)
    while listener.next() is not None:
        pass
    assert case.decoder.finished
    block = listener.seek(10_000)
    got = []
    while block is not None:
        got.append(block.samples)
        block = listener.next()
    assert np.array_equal(np.concatenate(got), full[10_000:])
    assert case.decoder.finished
    assert not case.decoder.truncated


def test_a_seek_to_the_end_or_past_it_is_finished(case: Case) -> None:
    listener = Listener(case.decoder, case.stream)
    assert listener.next() is not None
    total = case.decoder.total_frames
    assert total is not None
    for frame in (total, total + 1_000_000):
        assert listener.seek(frame) is None
        assert case.decoder.finished
        assert case.decoder.position == total
        assert listener.requests == 0
    assert listener.seek(-5) is not None


def test_the_last_of_several_seeks_counts(case: Case) -> None:
    listener = Listener(case.decoder, case.stream)
    assert listener.next() is not None
    case.decoder.seek(40_000)
    case.decoder.seek(100)
    block = listener.seek(20_000)
    assert block is not None
    full = case.decode(case.stream)
    assert np.array_equal(block.samples, full[20_000:][: len(block.samples)])


def test_without_a_tail_there_is_no_seeking(case: Case) -> None:
    case.decoder.feed(case.stream)
    assert case.decoder.read() is not None
    with pytest.raises(NotSeekable):
        case.decoder.seek(0)


def test_a_chain_does_not_seek(case: Case) -> None:
    listener = Listener(case.decoder, case.stream + case.other)
    assert listener.next() is not None
    with pytest.raises(NotSeekable):
        case.decoder.seek(0)
    while listener.next() is not None:
        pass
    assert case.decoder.total_frames is None


@pytest.mark.parametrize("data", [b"", b"?" * 3000], ids=["empty", "foreign"])
def test_what_is_not_for_it_is_refused(case: Case, data: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        list(blocks(case.decoder, whole(data)))
