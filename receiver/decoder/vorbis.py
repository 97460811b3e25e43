"""The streaming Ogg Vorbis decoder."""

from __future__ import annotations

from collections.abc import Callable

from receiver.decoder.base import NO_END
from receiver.decoder.link import Link
from receiver.decoder.ogg import CAPTURE, Page, PageReader
from receiver.decoder.seek import Point, Search, SeekMap
from receiver.decoder.shelf import Shelf
from receiver.decoder.sniff import HEAD, foreign_kind, ogg_codec, refusal
from receiver.errors import NotSeekable, TonearmError, Unplayable, UnsupportedFormat
from receiver.model.state import Tags
from receiver.pcm.format import Block, Format

BARREN = 64 << 20
"""Bytes in a row without music, after which a stream is given up. Cover pictures are a quarter."""
HEADLESS = 1 << 20
"""The same while no Vorbis stream has begun: the headers were missed."""
MAX_EMPTY_LINKS = 16
"""Links of a chain in a row that may be without music: to begin one costs more than to play it."""
LONGEST_S = 7 * 24 * 3600
"""Seconds. What claims to be longer has no length that one could rely on."""


class VorbisDecoder:
    """Implements `receiver.decoder.base.Decoder` for Ogg Vorbis.

    Plays chained streams link after link; of several streams multiplexed, the first that is Vorbis.
    It can seek once `total_frames` is known: after `set_tail` and the first page of audio, in a
    stream of one link.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        """`shelf`: where decoders wait for the next stream of the same kind; None: nowhere."""
        self.format: Format | None = None
        self.tags: Tags | None = None
        self.holes = 0
        self.finished = False
        self.truncated = False
        self.total_frames: int | None = None
        self.position = 0
        self.wants: int | None = None
        self._cover: list[bytes | bytearray] | None = None
        self._reader = PageReader()
        self._music_at = 0  # what the reader had looked at when there was music last
        self._head: bytearray | None = bytearray()  # None once a page was found
        self._no_more = False
        self._shelf = shelf or Shelf(room=0)
        self._link: Link | None = None
        self._codecs: list[str] = []  # of the streams that the link at hand began with
        self._beginning = False  # among the pages that begin those streams
        self._frames_before = 0  # in the links before
        self._first_link = True
        self._empty_links = 0
        self._tail: list[Page] = []  # pages with a granule position near the end
        self._map: SeekMap | None = None
        self._search: Search | None = None

    def feed(self, data: bytes) -> None:
        """Take the bytes that follow, or those from `wants` on; refuse what is clearly not Ogg."""
        self._go_where_wanted()
        self._reader.feed(data)
        if self._head is not None and len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]
            kind = foreign_kind(bytes(self._head), ended=False)
            if kind is not None:
                raise refusal(kind)

    def finish(self) -> None:
        """No more bytes will come, none from `wants` on either."""
        self._go_where_wanted()
        self._no_more = True

    def read(self) -> Block | None:
        """The next block."""
        if self.finished or self.wants is not None:
            return None
        if (block := self._rest()) is not None:
            return block
        while (page := self._next_page()) is not None:
            self._head = None
            block = self._take(page) if self._search is None else self._approach(page, self._search)
            block = block or self._rest()
            if block is not None or self.wants is not None:
                return block
        if self._head is not None and (self._no_more or len(self._head) >= HEAD):
            raise self._no_page(bytes(self._head))
        if self._no_more:
            self._end()
        return None

    def take_cover(self) -> bytes | None:
        """What is new of the cover."""
        cover, self._cover = self._cover, None
        return None if cover is None else b"".join(cover)

    def set_tail(self, offset: int, tail: bytes, size: int) -> None:
        """Tell the last bytes of the stream."""
        if offset + len(tail) != size:
            return
        self._tail.clear()
        reader = PageReader(offset)
        reader.feed(tail)
        while (page := reader.next()) is not None:
            if page.granule >= 0:
                self._tail.append(page)
        self._measure()

    def seek(self, frame: int) -> None:
        """Go on from `frame`."""
        link = self._link
        if self._map is None or self.total_frames is None or link is None or link.base is None:
            raise NotSeekable(NO_END)
        self.position = min(max(frame, 0), self.total_frames)
        self.truncated = False
        self.finished = self._no_more = self.position == self.total_frames
        self._search = None
        self.wants = None
        if not self.finished:
            self._search = Search(self._map, self.position + link.base)
            self._take_wish(self._search)

    def close(self) -> None:
        """Free what libvorbis holds. Harmless twice."""
        if self._link is not None:
            self._link.close()
        self._link = None

    def _next_page(self) -> Page | None:
        """The next page, if it is there. Raises `Unplayable` when there was no music for long."""
        page = self._reader.next()
        bound = HEADLESS if self._link is None else BARREN
        if self._reader.looked_at - self._music_at > bound:
            raise Unplayable(
                f"There is no music in {bound >> 20} MiB of the stream; it is given up."
            )
        return page

    def _take(self, page: Page) -> Block | None:
        """Give a page to the link that it belongs to; the block it completes."""
        self._route(page)
        link = self._link
        if link is None or page.serial != link.serial:
            return None
        block = self._counting_holes(link, lambda: link.take(page))
        self.tags = link.tags or self.tags
        if link.cover is not None:
            self._cover, link.cover = link.cover, None
        self.format = self.format or link.format
        if link.base is None:
            return None
        if self._map is None:
            self._measure()
        else:
            self._map.note(page)
        return self._told(block, link, link.base)

    def _rest(self) -> Block | None:
        """What is left of the page at hand."""
        link = self._link
        if link is None or link.base is None or self._search is not None:
            return None
        return self._told(self._counting_holes(link, link.rest), link, link.base)

    def _counting_holes(self, link: Link, step: Callable[[], Block | None]) -> Block | None:
        """Take a step of `link`, and add the holes it met to those of the whole stream."""
        before = link.holes
        block = step()
        self.holes += link.holes - before
        return block

    def _told(self, block: Block | None, link: Link, base: int) -> Block | None:
        """`block`, once what is told of it is up to date."""
        if block is not None:
            self._music_at = self._reader.looked_at
            self.format = block.format
            self.position = self._frames_before + link.at - base
        return block

    def _approach(self, page: Page, search: Search) -> Block | None:
        """Take a page on the way to the target of a seek; the block that begins with it."""
        link = self._link
        if link is None or link.base is None or page.serial != link.serial:
            return None
        pages = search.take(page)
        if pages is None:
            self._take_wish(search)
            return None
        self._search = None
        return self._told(link.resume(pages, search.target), link, link.base)

    def _go_where_wanted(self) -> None:
        """Begin anew at `wants`, if that is set."""
        if self.wants is not None:
            self._reader = PageReader(self.wants)
            self._music_at = 0
            self.wants = None

    def _take_wish(self, search: Search) -> None:
        """Pass on where the search wants to be fed from."""
        self.wants, search.wants = search.wants, None
        if self.wants is not None:
            self._no_more = False

    def _measure(self) -> None:
        """Learn the length by the tail, once it and the first page of audio are known; not when a
        link follows that at hand.
        """
        link = self._link
        if link is None or link.base is None or link.audio_offset is None or not self._first_link:
            return
        ours = [page for page in self._tail if page.serial == link.serial]
        after = [page for page in self._tail if ours and page.offset > ours[-1].offset]
        if not ours or link.format is None or any(page.first for page in after):
            return
        if not 0 <= ours[-1].granule - link.base <= LONGEST_S * link.format.rate:
            return
        start = Point(link.audio_offset, link.base)
        self._map = SeekMap(start, Point(ours[-1].offset, ours[-1].granule))
        for page in ours:
            self._map.note(page)
        self.total_frames = ours[-1].granule - link.base

    def _route(self, page: Page) -> None:
        """Note the streams that begin, and refuse a link in which none is Vorbis."""
        if page.first:
            if not self._beginning:
                self._begin_link()
            codec = ogg_codec(page.body)
            if codec not in self._codecs:
                self._codecs.append(codec)
            if self._link is None and codec == "vorbis":
                self._link = Link(page.serial, self._shelf)
        elif self._beginning and self._link is None:
            raise self._no_vorbis()
        self._beginning = page.first

    def _begin_link(self) -> None:
        """Leave the link before, if any. A stream of several cannot seek."""
        if self._link is not None:
            self._empty_links = self._empty_links + 1 if self._link.base is None else 0
            if self._empty_links > MAX_EMPTY_LINKS:
                raise Unplayable("The stream begins time and again without music; it is given up.")
            self._link.close()
            self._first_link = False
            self._map = self.total_frames = None
        self._link, self._codecs, self._frames_before = None, [], self.position

    @staticmethod
    def _no_page(head: bytes) -> TonearmError:
        """The error for a stream that begins with `head`, in which there is no page."""
        kind = foreign_kind(head, ended=True)
        if kind is None and head.startswith(CAPTURE):
            return Unplayable("This is Ogg, but none of its pages is sound; it cannot be played.")
        return refusal(kind or "unknown")

    def _no_vorbis(self) -> UnsupportedFormat:
        """The error for a link without a Vorbis stream: it names what there is."""
        named = [codec for codec in self._codecs if codec != "ogg"]
        return refusal(named[0] if named else "ogg")

    def _end(self) -> None:
        """All was read."""
        if self._link is None and self._codecs:
            raise self._no_vorbis()
        link = self._link
        begun = link is not None and (link.base is not None or link.ended)
        if self.format is None or not (begun or self.position):
            raise Unplayable("The stream ends before its music begins; it cannot be played.")
        if self._search is not None and not self._search.end():
            self._take_wish(self._search)
            return
        self._search = None
        self.truncated = link is not None and not link.ended
        self.finished = True
