"""A decoder for tests of what is around it: keeps the promise of a decoder without libvorbis.

Its streams are frames as they are behind a header of fixed size; several such links may follow one
another. `encode` makes one link.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from receiver.decoder.base import NO_END
from receiver.decoder.sniff import refusal
from receiver.errors import NotSeekable
from receiver.model.state import Tags
from receiver.pcm.format import Block, Format, Samples

MAGIC = b"MOCK"
PAGE = 1024
"""Frames in a block, at most."""

_HEADER = struct.Struct("<4sIIQ32sI")


def encode(block: Block, title: str = "", cover: bytes = b"") -> bytes:
    """A stream (or a link of one) that decodes to `block`; `cover`: the comment that holds one."""
    frames = len(block.samples)
    header = _HEADER.pack(
        MAGIC, block.format.rate, block.format.channels, frames, title.encode()[:32], len(cover)
    )
    return header + cover + block.samples.astype("<f4").tobytes()


@dataclass(frozen=True, slots=True)
class _Link:
    """What a header says, and the byte and frame of the stream at which its frames begin."""

    format: Format
    frames: int
    offset: int
    before: int

    @property
    def width(self) -> int:
        """Bytes in a frame."""
        return 4 * self.format.channels


class MockDecoder:
    """Implements `receiver.decoder.base.Decoder`.

    `requests_per_seek`: how often `wants` is set until a seek has come home.
    """

    def __init__(self, requests_per_seek: int = 1) -> None:
        self.format: Format | None = None
        self.tags: Tags | None = None
        self.holes = 0
        self.finished = False
        self.truncated = False
        self.total_frames: int | None = None
        self.position = 0
        self.wants: int | None = None
        self._requests = requests_per_seek
        self._detours = 0
        self._cover: bytes | None = None
        self._buffer = bytearray()
        self._offset = 0  # of the first byte in the buffer
        self._no_more = False
        self._at = 0  # frame of the stream that the buffer begins with
        self._link: _Link | None = None
        self._links = 0
        self._size: int | None = None

    def feed(self, data: bytes) -> None:
        """Take the bytes that follow, or those from `wants` on."""
        self._go_where_wanted()
        self._buffer += data
        if self._links == 0 and not MAGIC.startswith(self._buffer[: len(MAGIC)]):
            raise refusal("unknown")

    def finish(self) -> None:
        """No more bytes will come, none from `wants` on either."""
        self._go_where_wanted()
        self._no_more = True

    def read(self) -> Block | None:
        """The next block, of at most `PAGE` frames."""
        if self._detours and self._buffer:
            self._detours -= 1
            self._want()
        if self.finished or self.wants is not None:
            return None
        link = self._link
        if link is None or self._at == link.before + link.frames:
            link = self._next_link()
        block = None if link is None else self._take_frames(link)
        if block is None and self._no_more:
            self._end()
        return block

    def take_cover(self) -> bytes | None:
        """What is new of the cover."""
        cover, self._cover = self._cover, None
        return cover

    def set_tail(self, offset: int, tail: bytes, size: int) -> None:
        """Tell how long the stream is."""
        if offset + len(tail) == size:
            self._size = size
            self._measure()

    def seek(self, frame: int) -> None:
        """Go on from `frame`."""
        if self.total_frames is None:
            raise NotSeekable(NO_END)
        self.position = self._at = min(max(frame, 0), self.total_frames)
        self.truncated = False
        self.finished = self._no_more = self._at == self.total_frames
        self.wants = None
        if not self.finished:
            self._detours = self._requests - 1
            self._want()

    def close(self) -> None:
        """Nothing is held."""

    def _go_where_wanted(self) -> None:
        """Begin anew at `wants`, if that is set."""
        if self.wants is not None:
            self._offset = self.wants
            self.wants = None

    def _want(self) -> None:
        """Ask for the bytes at the position, or for others while there are detours to make."""
        assert self._link is not None
        at = self._link.offset + self._at * self._link.width
        self.wants = at if not self._detours else self._link.offset
        self._buffer.clear()
        self._no_more = False

    def _next_link(self) -> _Link | None:
        """Read the header of a link, once all of it is there."""
        if len(self._buffer) < _HEADER.size:
            return None
        _, rate, channels, frames, title, covered = _HEADER.unpack_from(self._buffer)
        size = _HEADER.size + covered
        if len(self._buffer) < size:
            return None
        self._cover = bytes(self._buffer[_HEADER.size : size])
        del self._buffer[:size]
        self._offset += size
        self._link = _Link(Format(rate, channels), frames, self._offset, self._at)
        self._links += 1
        self.tags = Tags(title=title.rstrip(b"\0").decode() or None)
        self.format = self.format or self._link.format
        self._measure()
        return self._link

    def _take_frames(self, link: _Link) -> Block | None:
        """Up to a page of the frames that are in the buffer."""
        left = link.before + link.frames - self._at
        count = min(PAGE, left, len(self._buffer) // link.width)
        if count == 0 or (count < min(PAGE, left) and not self._no_more):
            return None
        size = count * link.width
        samples: Samples = np.frombuffer(bytes(self._buffer[:size]), "<f4").astype(np.float32)
        del self._buffer[:size]
        self._offset += size
        self._at += count
        self.position = self._at
        self.format = link.format
        return Block(samples.reshape(-1, link.format.channels), link.format)

    def _measure(self) -> None:
        """Learn the length: the tail tells it, unless there are more links than the first."""
        link, size = self._link, self._size
        if link is not None and size is not None:
            alone = self._links == 1 and link.offset + link.frames * link.width == size
            self.total_frames = link.frames if alone else None

    def _end(self) -> None:
        """All was read."""
        if self._link is None:
            raise refusal("unknown" if self._buffer else "empty")
        self.truncated = self._at < self._link.before + self._link.frames
        self.finished = True
