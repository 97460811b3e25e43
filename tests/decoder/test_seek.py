"""Seeking: exact to the frame and the bit, by few requests."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.decoder import seek
from receiver.decoder.ogg import Page
from receiver.decoder.seek import READ_ON, Point, Search, SeekMap
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import NotSeekable, Unplayable
from receiver.pcm.format import Samples
from tests.decoder import pages
from tests.decoder.driving import Listener, decode
from tests.rig.tracks import Pcm, encode, music

RATE = 44_100
SECONDS = 60
CODECS = {"oggenc": "vorbis", "loud": "vorbis320", "ffmpeg": "vorbis-ffmpeg"}
SHIFTS = {"cut at the start": -500, "from a live stream": 2**40}
"""Streams whose granule positions were moved."""

made_by_tools = pytest.mark.tools("oggenc", "ffmpeg")


@dataclass(frozen=True)
class Stream:
    """A stream, and its frames by a straight decode."""

    data: bytes
    frames: Samples


LongStreams = Callable[[str], Stream]


def uneven_music() -> Pcm:
    """Stretches of music, near silence and silence, so that the bit rate goes up and down."""
    rng = np.random.default_rng(3)
    sound = music(3, SECONDS // 3)
    parts: list[Pcm] = []
    while sum(map(len, parts)) < SECONDS * RATE:
        at = int(rng.integers(0, len(sound) - 4 * RATE))
        part = sound[at : at + int(rng.integers(RATE, 4 * RATE))]
        parts.append((part * rng.choice([0, 0.02, 1, 1, 1])).astype(np.int16))
    return np.concatenate(parts)[: SECONDS * RATE]


@pytest.fixture(scope="module")
def long_streams(tmp_path_factory: pytest.TempPathFactory) -> LongStreams:
    """A minute of uneven bit rate by several encoders, and what of it live streams may leave."""
    folder = tmp_path_factory.mktemp("long")
    pcm = uneven_music()

    @cache
    def get(name: str) -> Stream:
        if name in SHIFTS:
            data = pages.shift_granules(get("oggenc").data, SHIFTS[name])
        else:
            path = folder / f"{name}.ogg"
            encode(pcm, RATE, path, CODECS[name])
            data = path.read_bytes()
        return Stream(data, decode(data))

    return get


def begin(data: bytes) -> Listener:
    """A listener that has heard the first block."""
    listener = Listener(VorbisDecoder(), data)
    assert listener.next() is not None
    return listener


@made_by_tools
@pytest.mark.slow
@pytest.mark.parametrize("name", [*CODECS, *SHIFTS])
@pytest.mark.parametrize("seeks_each", [60, 1], ids=["learning", "fresh"])
def test_every_seek_is_exact_and_costs_two_requests_at_most(
    name: str, seeks_each: int, long_streams: LongStreams
) -> None:
    """60 seeks, by a decoder that learns on the way or by a new one each."""
    stream = long_streams(name)
    full = stream.frames
    rng = random.Random(name)
    listener = begin(stream.data)
    requests: Counter[int] = Counter()
    fetched = 0
    edges = [0, 1, len(full) - 1, len(full) // 2]
    for number, frame in enumerate(edges + [rng.randrange(len(full)) for _ in range(56)]):
        if number % seeks_each == 0:
            listener.decoder.close()
            listener = begin(stream.data)
        assert listener.decoder.total_frames == len(full)
        block = listener.seek(frame)
        requests[listener.requests] += 1
        fetched += listener.fetched
        at = frame
        while at < min(frame + 3000, len(full)):
            assert block is not None
            end = at + len(block.samples)
            assert np.array_equal(block.samples, full[at:end])
            at = end
            block = listener.next()
    listener.decoder.close()
    assert set(requests) <= {1, 2}
    assert fetched / requests.total() < 1.2 * READ_ON


@made_by_tools
def test_a_seek_never_fetches_what_lies_between(long_streams: LongStreams) -> None:
    listener = begin(long_streams("loud").data)
    for share in (0.9, 0.1, 0.6, 0.3):
        assert listener.seek(int(SECONDS * RATE * share)) is not None
        assert listener.fetched < 3 * READ_ON
    listener.decoder.close()


@made_by_tools
def test_other_streams_between_the_pages_do_not_matter(long_streams: LongStreams) -> None:
    raw = pages.split(long_streams("oggenc").data)[:100]
    raw[-1] = replace(raw[-1], flags=pages.LAST)
    mixed = [pages.RawPage(b"\x80theora", b"\x07", pages.FIRST, serial=9)]
    for number, page in enumerate(raw):
        other = pages.RawPage(bytes(250) * 3, b"\xfa" * 3, granule=10**12, serial=9, number=number)
        mixed += [page, other] if number > 2 else [page]
    data = pages.join(mixed)
    full = decode(data)
    listener = begin(data)
    for frame in range(0, len(full), len(full) // 20):
        block = listener.seek(frame)
        assert block is not None
        assert np.array_equal(block.samples, full[frame:][: len(block.samples)])
    listener.decoder.close()


@made_by_tools
def test_a_tail_of_another_stream_gives_no_length(long_streams: LongStreams) -> None:
    data = long_streams("oggenc").data
    foreign = pages.with_serial(data, 77)
    for tail in (foreign[-60_000:], b"\0" * 60_000, b""):
        decoder = VorbisDecoder()
        decoder.feed(data[:60_000])
        assert decoder.read() is not None
        decoder.set_tail(len(data) - len(tail), tail, len(data))
        assert decoder.total_frames is None
        with pytest.raises(NotSeekable):
            decoder.seek(0)
        decoder.close()


@made_by_tools
def test_a_stream_that_got_shorter_ends_the_seek(long_streams: LongStreams) -> None:
    stream = long_streams("oggenc")
    listener = begin(stream.data)
    listener.data = stream.data[:300_000]
    assert listener.seek(len(stream.frames) - 10) is None
    assert listener.decoder.finished
    assert listener.decoder.truncated
    listener.decoder.close()


def a_page(offset: int, granule: int, lacing: bytes = b"\x01\x01", flags: int = 0) -> Page:
    return Page(offset, 4000, flags, granule, 1, 0, lacing, b"")


def a_map(*points: tuple[int, int]) -> SeekMap:
    found = SeekMap(Point(5_000, 0), Point(1_000_000, 1_000_000))
    for offset, granule in points:
        found.note(a_page(offset, granule))
    return found


def test_the_map_knows_what_lies_around_a_granule_position() -> None:
    found = a_map((300_000, 200_000), (700_000, 800_000))
    assert found.around(0) == (Point(5_000, 0), Point(300_000, 200_000))
    assert found.around(200_000) == (Point(300_000, 200_000), Point(700_000, 800_000))
    assert found.around(900_000) == (Point(700_000, 800_000), Point(1_000_000, 1_000_000))


def test_the_map_takes_no_page_that_cannot_be_a_point() -> None:
    found = a_map((300_000, 500_000))
    found.note(a_page(400_000, -1))
    found.note(a_page(400_000, 499_999))
    found.note(a_page(200_000, 500_001))
    found.note(a_page(300_001, 500_002))
    found.note(a_page(400_000, 600_000, lacing=b"\xff\xff"))
    found.note(a_page(400_000, 600_000, lacing=b"\xff\x01", flags=pages.CONTINUED))
    assert found.around(550_000) == (Point(300_000, 500_000), Point(1_000_000, 1_000_000))


def test_the_map_of_an_endless_stream_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seek, "_MOST_POINTS", 100)
    found = SeekMap(Point(0, 0), Point(10**9, 10**9))
    for offset in range(0, 100_000_000, 10_000):
        found.note(a_page(offset, offset))
    assert len(found._offsets) <= 100
    below, above = found.around(50_000_000)
    assert below.granule <= 50_000_000 < above.granule
    assert above.offset - below.offset < 4_000_000


def test_a_page_without_an_end_of_packet_in_sight_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seek, "MAX_PACKET", 20_000)
    search = Search(a_map(), 500_000)
    for number in range(5):
        assert search.take(a_page(400_000 + number, -1)) is None
    with pytest.raises(Unplayable):
        search.take(a_page(400_005, -1))


page_sizes = st.lists(st.integers(30, 65_000), min_size=3, max_size=60)


def land(layout: list[Page], offset: int) -> list[Page]:
    """The pages that come when bytes are fed from `offset` on."""
    return [page for page in layout if page.offset >= offset]


def walk(search: Search, layout: list[Page]) -> tuple[list[Page] | None, int]:
    """Follow a search until it ends; the pages it gave, and how many requests it took."""
    requests = 0
    while search.wants is not None:
        offset, search.wants = search.wants, None
        requests += 1
        assert requests < 40
        for page in land(layout, offset):
            found = search.take(page)
            if found is not None:
                return found, requests
            if search.wants is not None:
                break
        else:
            if search.end():
                return None, requests
    return None, requests


@given(page_sizes, st.integers(0, 2**32), st.data())
def test_a_search_finds_its_page_whatever_the_layout(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    """Pages of wild sizes and lengths, some within a packet, some that only end one."""
    rng = random.Random(seed)
    layout: list[Page] = []
    offset = granule = 4000
    for index, size in enumerate(sizes):
        inside = 0 < index < len(sizes) - 1 and rng.random() < 0.2
        after_inside = bool(layout) and layout[-1].granule < 0
        granule += int(10 ** rng.uniform(0, 6))
        lacing = b"\xff" if inside else b"\x01" if after_inside else b"\x01\x01"
        flags = pages.CONTINUED if after_inside else 0
        shown = -1 if inside else granule
        layout.append(Page(offset, size, flags, shown, 1, index, lacing, b""))
        offset += size
    found_map = SeekMap(Point(4000, 4000), Point(layout[-1].offset, granule))
    for page in rng.sample(layout, k=min(len(layout), rng.randrange(4))):
        found_map.note(page)
    target = data.draw(st.integers(4000, granule - 1))
    pages_given, _ = walk(Search(found_map, target), layout)
    assert pages_given is not None
    last = pages_given[-1]
    assert last == next(page for page in layout if page.granule > target)
    first = layout.index(pages_given[0])
    assert pages_given == layout[first : layout.index(last) + 1]
    assert pages_given[0].offset == 4000 or any(page.holds_packet for page in pages_given[:-1])


@pytest.mark.parametrize("shape", [lambda x: x, lambda x: x**1.3, lambda x: x**0.7])
def test_a_search_takes_two_requests_on_a_smooth_stream(shape: Callable[[float], float]) -> None:
    end = 20_000_000
    layout = [a_page(at, int(shape((at + 4000) / end) * 10**8)) for at in range(4000, end, 4000)]
    for target in range(0, 10**8, 1_234_567):
        found_map = SeekMap(Point(4000, 0), Point(layout[-1].offset, layout[-1].granule))
        for page in layout[:2]:
            found_map.note(page)
        given_pages, requests = walk(Search(found_map, target), layout)
        assert given_pages is not None
        assert requests <= 2
