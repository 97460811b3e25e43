"""One logical Vorbis stream: its headers, then its pages as frames with their place in time.

A plain file is one link, a chained one several. Frames are counted here from the pages' granule
positions, which is what makes start and end exact (Vorbis I, A.2): a first granule position below
the number of frames cuts the start, one on the last page cuts the end.
"""

from __future__ import annotations

from receiver.decoder.headers import COMMENT, read_identification, read_tags
from receiver.decoder.libvorbis import Synthesis
from receiver.decoder.ogg import MAX_PACKET, PacketReader, Page
from receiver.decoder.setup_guard import check_setup
from receiver.errors import Unplayable
from receiver.model.state import Tags
from receiver.pcm.format import Block, Format, Samples


class Link:
    """Pages of one serial number in, blocks out. One thread at a time."""

    def __init__(self, serial: int) -> None:
        self.serial = serial
        self.format: Format | None = None
        self.tags: Tags | None = None
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
        self._header_bytes = 0
        self._synthesis: Synthesis | None = None
        self._drop = self._cut_at_start = 0

    def take(self, page: Page) -> Block | None:
        """The frames that `page` completes, if any. Raises `Unplayable`, `UnsupportedFormat`."""
        packets, lost = self._packets.split(page)
        if self._synthesis is None:
            packets = self._take_headers(packets, page)
        elif self.audio_offset is None:
            self.audio_offset = page.offset
        self.ended = page.last
        if not packets or self._synthesis is None or self.format is None:
            return None
        samples, damaged = self._synthesis.decode(packets)
        if self.base is None:
            self._begin(page, len(samples))
        else:
            self.holes += lost + damaged
        placed = self._place(samples, page)
        return Block(placed, self.format) if len(placed) else None

    def resume(self, pages: list[Page], target: int) -> Block | None:
        """Go on from granule position `target`, which the last of `pages` holds. The ones before it
        are those that it takes to decode it right.
        """
        if self._synthesis is None or self.base is None:
            return None
        self._packets.restart()
        self._synthesis.restart()
        self.at = self.base
        self._drop = self._cut_at_start if pages[0].offset == self.audio_offset else 0
        for page in pages[:-1]:
            self._synthesis.decode(self._packets.split(page)[0])
            if page.granule >= 0:
                self.at, self._drop = page.granule, 0
        block = self.take(pages[-1])
        if block is None:
            return None
        surplus = max(target - (self.at - len(block.samples)), 0)
        return Block(block.samples[surplus:], block.format)

    def close(self) -> None:
        """Free the decoder. Harmless twice."""
        if self._synthesis is not None:
            self._synthesis.close()

    def _take_headers(self, packets: list[bytes], page: Page) -> list[bytes]:
        """Take headers off `packets`; what is left is audio."""
        self._header_bytes += page.size
        if self._header_bytes > MAX_PACKET:
            raise Unplayable("The stream's headers are above 16 MiB; it cannot be played.")
        while packets and len(self._headers) < 3:
            self._take_header(packets.pop(0))
        return packets

    def _take_header(self, packet: bytes) -> None:
        """Take the next of the three headers."""
        self._headers.append(packet)
        if len(self._headers) == 1:
            read_identification(packet)
        elif len(self._headers) == 2:
            if not packet.startswith(COMMENT):
                raise Unplayable("The stream's comment header is damaged; it cannot be played.")
            self.tags = read_tags(packet)
        else:
            check_setup(packet)
            self._synthesis = Synthesis(self._headers[0], packet)
            self.format = read_identification(self._headers[0])

    def _begin(self, page: Page, count: int) -> None:
        """Fix the granule position of the first frame by the first page with audio, on which
        `count` frames ended.
        """
        first = page.granule - count if page.granule >= 0 else 0
        self.base = self.at = max(first, 0)
        if not page.last:
            self._drop = self._cut_at_start = max(-first, 0)

    def _place(self, samples: Samples, page: Page) -> Samples:
        """Trim what `page` completed, and move `at` behind it.

        The page's granule position wins where it is ahead of the count: frames were lost.
        """
        dropped = min(self._drop, len(samples))
        self._drop -= dropped
        samples = samples[dropped:]
        start = max(self.at, page.granule - len(samples))
        if page.last and page.granule >= 0:
            samples = samples[: max(page.granule - start, 0)]
        self.at = start + len(samples)
        return samples
