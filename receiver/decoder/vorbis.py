"""The streaming Ogg Vorbis decoder."""

from __future__ import annotations

from receiver.decoder.link import Link
from receiver.decoder.ogg import Page, PageReader
from receiver.decoder.sniff import HEAD, foreign_kind, ogg_codec, refusal
from receiver.errors import NotSeekable, Unplayable
from receiver.model.state import Tags
from receiver.pcm.format import Block, Format


class VorbisDecoder:
    """Implements `receiver.decoder.base.Decoder` for Ogg Vorbis.

    Plays chained streams link after link; of several streams multiplexed, the first that is Vorbis.
    """

    def __init__(self) -> None:
        self.format: Format | None = None
        self.tags: Tags | None = None
        self.holes = 0
        self.finished = False
        self.truncated = False
        self.total_frames: int | None = None
        self.position = 0
        self.wants: int | None = None
        self._reader = PageReader()
        self._head: bytearray | None = bytearray()  # None once a page was found
        self._no_more = False
        self._link: Link | None = None
        self._beginning = False  # in the pages that begin the streams of a link
        self._codecs: list[str] = []
        self._before = 0  # frames of the links before

    def feed(self, data: bytes) -> None:
        """Take the bytes that follow; refuse what is clearly not Ogg."""
        self._reader.feed(data)
        if self._head is not None and len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]
            kind = foreign_kind(bytes(self._head), ended=False)
            if kind is not None:
                raise refusal(kind)

    def finish(self) -> None:
        """No more bytes will come."""
        self._no_more = True

    def read(self) -> Block | None:
        """The next block."""
        while (page := self._reader.next()) is not None:
            self._head = None
            block = self._take(page)
            if block is not None:
                return block
        if self._head is not None and (self._no_more or len(self._head) >= HEAD):
            raise refusal(foreign_kind(bytes(self._head), ended=True) or "unknown")
        if self._no_more and not self.finished:
            self._end()
        return None

    def set_tail(self, offset: int, tail: bytes, size: int) -> None:
        """Tell the last bytes of the stream."""

    def seek(self, frame: int) -> None:  # noqa: ARG002 - to come
        """Go on from `frame`."""
        raise NotSeekable("This stream cannot seek.")

    def close(self) -> None:
        """Free what libvorbis holds. Harmless twice."""
        if self._link is not None:
            self._link.close()

    def _take(self, page: Page) -> Block | None:
        """Give a page to the link that it belongs to; the block it completes."""
        self._route(page)
        link = self._link
        if link is None or page.serial != link.serial:
            return None
        holes = link.holes
        block = link.take(page)
        self.holes += link.holes - holes
        self.tags = link.tags or self.tags
        self.format = self.format or link.format
        if block is None or link.base is None:
            return None
        self.format = block.format
        self.position = self._before + link.at - link.base
        return block

    def _route(self, page: Page) -> None:
        """Note the streams that begin, and refuse a link in which none is Vorbis."""
        if page.first:
            if not self._beginning:
                self.close()
                self._link, self._codecs, self._before = None, [], self.position
            codec = ogg_codec(page.body)
            self._codecs.append(codec)
            if self._link is None and codec == "vorbis":
                self._link = Link(page.serial)
        elif self._beginning and self._link is None:
            raise self._no_vorbis()
        self._beginning = page.first

    def _no_vorbis(self) -> Exception:
        """The error for a link without a Vorbis stream: it names what there is."""
        named = [codec for codec in self._codecs if codec != "ogg"]
        return refusal(named[0] if named else "ogg")

    def _end(self) -> None:
        """All was read."""
        if self._link is None and self._codecs:
            raise self._no_vorbis()
        if self.format is None:
            raise Unplayable("The stream ends before its music begins; it cannot be played.")
        self.truncated = self._link is not None and not self._link.ended
        self.finished = True
