"""One logical Vorbis stream: its headers, then its pages as frames with their place in time.

A plain file is one link, a chained one several. Frames are counted here from the pages' granule
positions, which is what makes start and end exact (Vorbis I, A.2): a first granule position below
the number of frames cuts the start, one on the last page cuts the end.
"""

from __future__ import annotations

from itertools import accumulate

from receiver.decoder.headers import COMMENT, TagReader, read_identification
from receiver.decoder.libvorbis import Synthesis
from receiver.decoder.ogg import NO_GRANULE, PacketReader, Page
from receiver.decoder.shelf import Shelf
from receiver.model.state import Tags
from receiver.pcm.format import Block, Format, Samples

FIRST_S = 0.05
"""Seconds of sound that the first block of a stream should hold: the rest of its page, which may be
a second, is decoded after it."""
STRETCH = 1 << 16
"""Frames that are decoded at once, at most. A page seldom holds as many, but 255 bytes of it may
stand for a million.
"""


class Link:
    """Pages of one serial number in, blocks out. One thread at a time."""

    def __init__(self, serial: int, shelf: Shelf) -> None:
        self.serial = serial
        self.format: Format | None = None
        self.tags: Tags | None = None
        self.cover: list[bytes | bytearray] | None = None
        """As `Decoder.take_cover` gives it, in pieces; whoever takes it leaves None."""
        self.holes = 0
        self.ended = False
        """The page that ends the stream was taken."""
        self.base: int | None = None
        """Granule position of the first frame; None before the first page of audio."""
        self.at = 0
        """Granule position of the next frame."""
        self.audio_offset: int | None = None
        """Byte at which the first page after the headers begins."""
        self._packets = PacketReader()
        self._headers: list[bytes] = []
        self._tag_reader = TagReader()
        self._shelf = shelf
        self._synthesis: Synthesis | None = None
        self._drop = self._cut_at_start = 0
        self._put_off: tuple[Page, list[bytes]] | None = None

    def take(self, page: Page) -> Block | None:
        """The frames that `page` completes, if any: of the first with audio only the first few,
        and `rest` gives the others. Raises `Unplayable`, `UnsupportedFormat`.
        """
        packets, lost = self._packets.split(page)
        if self._synthesis is None:
            packets = self._take_headers(packets)
        elif self.audio_offset is None:
            self.audio_offset = page.offset
        self.ended = page.last
        if not packets or self._synthesis is None or self.format is None:
            return None
        if self.base is None:
            return self._take_first(self._synthesis, packets, page)
        self.holes += lost
        self._put_off = page, packets
        return self.rest()

    def rest(self) -> Block | None:
        """The next frames of those that `take` left of its page, if any."""
        block = None
        while block is None and self._put_off is not None and self._synthesis is not None:
            page, packets = self._put_off
            size = self._synthesis.packets_in(STRETCH)
            later = packets[size:]
            self._put_off = (page, later) if later else None
            granule = NO_GRANULE if later else page.granule
            last = page.last and not later
            block = self._decode(self._synthesis, packets[:size], granule, last)
        return block

    def resume(self, pages: list[Page], target: int) -> Block | None:
        """Go on from granule position `target`, which the last of `pages` holds. The ones before it
        are those that it takes to decode it right.
        """
        if self._synthesis is None or self.base is None:
            return None
        self._put_off = None
        self._packets.restart()
        self._synthesis.restart()
        self.at = self.base
        self._drop = self._cut_at_start if pages[0].offset == self.audio_offset else 0
        for page in pages[:-1]:
            packets = self._packets.split(page)[0]
            self._synthesis.decode(packets[-self._synthesis.packets_in(STRETCH) :])
            if page.granule >= 0:
                self.at, self._drop = page.granule, 0
        block = self.take(pages[-1])
        while block is not None and self.at <= target:
            block = self.rest()
        if block is None:
            return None
        surplus = max(target - (self.at - len(block.samples)), 0)
        return Block(block.samples[surplus:], block.format)

    def close(self) -> None:
        """Free the decoder. Harmless twice."""
        synthesis, self._synthesis = self._synthesis, None
        if synthesis is not None:
            self._shelf.put_back(self._headers[0], self._headers[2], synthesis)

    def _take_headers(self, packets: list[bytes]) -> list[bytes]:
        """Take headers off `packets`; what is left is audio."""
        while packets and len(self._headers) < 3:
            self._take_header(packets.pop(0))
        if len(self._headers) == 1:
            self._tag_reader.feed(self._packets.drain())
        return packets

    def _take_header(self, packet: bytes) -> None:
        """Take the next of the three headers; of the second, what was not taken yet."""
        match len(self._headers):
            case 0:
                read_identification(packet)
            case 1:
                self._tag_reader.feed(packet)
                self.tags = self._tag_reader.finish()
                self.cover, self._tag_reader.cover = self._tag_reader.cover, []
                packet = COMMENT  # what it holds may be large, and nobody else wants it
            case _:
                self._synthesis = self._shelf.take(self._headers[0], packet)
                self.format = read_identification(self._headers[0])
        self._headers.append(packet)

    def _take_first(self, synthesis: Synthesis, packets: list[bytes], page: Page) -> Block | None:
        """Take the first page with audio. What it holds is counted before it is decoded, so that
        its first frames have their place, and are out, long before its last.
        """
        frames = synthesis.frames(packets)
        self._begin(page, sum(frames))
        now = self._enough(frames)
        if page.last or now == len(packets):
            self._put_off = page, packets
            return self.rest()
        self._put_off = page, packets[now:]
        return self._decode(synthesis, packets[:now], NO_GRANULE, last=False)

    def _enough(self, frames: list[int]) -> int:
        """How many of the first packets give `FIRST_S`."""
        assert self.format is not None
        wanted = FIRST_S * self.format.rate
        for count, total in enumerate(accumulate(frames), 1):
            if total >= wanted:
                return count
        return len(frames)

    def _decode(
        self, synthesis: Synthesis, packets: list[bytes], granule: int, last: bool
    ) -> Block | None:
        """The frames of `packets` that are to be heard; see `_place`."""
        assert self.format is not None
        samples, damaged = synthesis.decode(packets)
        self.holes += damaged
        placed = self._place(samples, granule, last)
        return Block(placed, self.format) if len(placed) else None

    def _begin(self, page: Page, count: int) -> None:
        """Fix the granule position of the first frame by the first page with audio, on which
        `count` frames end.
        """
        first = page.granule - count if page.granule >= 0 else 0
        self.base = self.at = max(first, 0)
        if not page.last:
            self._drop = self._cut_at_start = max(-first, 0)

    def _place(self, samples: Samples, granule: int, last: bool) -> Samples:
        """Trim what the packets up to granule position `granule` (-1 where the stream does not
        tell) completed, and move `at` behind it; `last`: the stream ends there.

        The granule position wins where it is ahead of the count: frames were lost.
        """
        dropped = min(self._drop, len(samples))
        self._drop -= dropped
        samples = samples[dropped:]
        start = max(self.at, granule - len(samples))
        if last and granule >= 0:
            samples = samples[: max(granule - start, 0)]
        self.at = start + len(samples)
        return samples
