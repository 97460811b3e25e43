"""The Ogg layer against libogg, and against streams made at random."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.decoder import ogg
from receiver.decoder.ogg import PacketReader, Page, PageReader, checksum_is_good
from receiver.errors import Unplayable
from tests.decoder import pages, reference

packet_sizes = st.lists(st.integers(0, 700) | st.sampled_from([255, 510]), min_size=1, max_size=12)


def fill(sizes: list[int]) -> list[bytes]:
    """Packets of these sizes, each filled with a byte of its own."""
    return [bytes([index + 1]) * size for index, size in enumerate(sizes)]


def paginate(packets: list[bytes], per_page: int) -> list[pages.RawPage]:
    """`packets` laid into pages of at most `per_page` segments, as an encoder might."""
    segments: list[tuple[bytes, bool]] = []  # the bytes, and whether a packet begins with them
    for packet in packets:
        cuts = [packet[at : at + 255] for at in range(0, len(packet) + 1, 255)]
        segments += [(cut, index == 0) for index, cut in enumerate(cuts)]
    out: list[pages.RawPage] = []
    for at in range(0, len(segments), per_page):
        chunk = segments[at : at + per_page]
        lacing = bytes(len(data) for data, _ in chunk)
        flags = 0 if chunk[0][1] else pages.CONTINUED
        granule = len(out) if any(value < 255 for value in lacing) else -1
        body = b"".join(data for data, _ in chunk)
        out.append(pages.RawPage(body, lacing, flags, granule, number=len(out)))
    return out


def read_pages(data: bytes, sizes: list[int] | None = None) -> list[Page]:
    """The pages found in `data`, fed in pieces of these sizes, then the rest."""
    reader = PageReader()
    found = []
    for size in [*(sizes or []), len(data)]:
        reader.feed(data[:size])
        data = data[size:]
        while (page := reader.next()) is not None:
            found.append(page)
    return found


def read_packets(data: bytes) -> tuple[list[bytes], int]:
    """The packets in `data`, and how often something was lost."""
    reader, packets, losses = PacketReader(), [], 0
    for page in read_pages(data):
        found, lost = reader.split(page)
        packets += found
        losses += lost
    return packets, losses


@given(packet_sizes, st.integers(1, 255), st.lists(st.integers(0, 3000), max_size=20))
def test_packets_come_out_as_they_went_in(
    packet_sizes: list[int], per_page: int, sizes: list[int]
) -> None:
    packets = fill(packet_sizes)
    data = pages.join(paginate(packets, per_page))
    assert read_packets(data) == (packets, 0)
    assert read_pages(data, sizes) == read_pages(data)


@given(packet_sizes, st.integers(1, 255))
def test_pages_tell_where_they_lie_and_what_they_hold(sizes: list[int], per_page: int) -> None:
    raw = paginate(fill(sizes), per_page)
    at = 0
    for page, made in zip(read_pages(pages.join(raw)), raw, strict=True):
        assert (page.offset, page.size) == (at, len(made.to_bytes()))
        assert (page.granule, page.serial, page.number) == (made.granule, 1, made.number)
        assert (page.body, page.lacing) == (made.body, made.lacing)
        assert page.holds_packet == bool(PacketReader().split(page)[0])
        at += page.size


@given(
    packet_sizes,
    st.integers(1, 255),
    st.lists(
        st.tuples(st.sampled_from(["drop", "flip", "junk", "twice"]), st.integers(0, 1000)),
        max_size=4,
    ),
)
def test_damage_is_met_as_libogg_meets_it(
    sizes: list[int], per_page: int, harm: list[tuple[str, int]]
) -> None:
    parts = [made.to_bytes() for made in paginate(fill(sizes), per_page)]
    for kind, where in harm:
        at = where % len(parts)
        if kind == "drop" and len(parts) > 1:
            del parts[at]
        elif kind == "flip":
            broken = bytearray(parts[at])
            spot = where % max(len(broken), 1)
            broken[spot : spot + 1] = b"?"
            parts[at] = bytes(broken)
        elif kind == "junk":
            parts.insert(at, b"OggS junk OggS"[: where % 15])
        elif kind == "twice":
            parts.insert(at, parts[at])
    # A false start of a page makes readers wait for as much as it claims to hold.
    data = b"".join(parts) + bytes(66_000)
    assert read_packets(data)[0] == reference.packets(data)


@given(st.binary(max_size=3000))
def test_bytes_at_random_hold_no_page(data: bytes) -> None:
    assert read_pages(b"OggS\0" + data) == []


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=300), st.integers(0, 10_000))
def test_the_checksum_is_that_of_the_standard(body: bytes, where: int) -> None:
    page = pages.page([body], granule=5)
    blank = page[:22] + bytes(4) + page[26:]
    assert int.from_bytes(page[22:26], "little") == pages.slow_crc(blank)
    assert checksum_is_good(page)
    broken = bytearray(page)
    broken[where % len(page)] ^= 1 + where % 255
    assert not checksum_is_good(bytes(broken))


def test_a_version_that_is_not_known_is_no_page() -> None:
    page = bytearray(pages.page([b"packet"]))
    page[4] = 1
    page[22:26] = bytes(4)
    page[22:26] = pages.crc(bytes(page)).to_bytes(4, "little")
    assert read_pages(bytes(page)) == []


def test_a_page_is_found_behind_a_false_start() -> None:
    page = pages.page([b"packet"])
    assert [found.offset for found in read_pages(b"OggS" + page[:20] + page)] == [24]


@given(packet_sizes, st.integers(1, 3), st.integers(0, 1000))
def test_a_page_lost_on_the_way_is_told(sizes: list[int], per_page: int, where: int) -> None:
    raw = paginate(fill([*sizes, 600, 600]), per_page)
    del raw[1 + where % (len(raw) - 2)]
    assert read_packets(pages.join(raw))[1] == 1


def test_a_packet_may_span_many_pages() -> None:
    packets = fill([10, 255 * 255, 200_000, 0, 70_000])
    data = pages.join(paginate(packets, 255))
    assert read_packets(data) == (packets, 0)
    assert reference.packets(data) == packets


def test_a_packet_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ogg, "MAX_PACKET", 1000)
    data = pages.join(paginate([bytes(2000)], 2))
    with pytest.raises(Unplayable, match="packet"):
        read_packets(data)
