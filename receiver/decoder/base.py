"""The promise of a decoder."""

from __future__ import annotations

from typing import Protocol

from receiver.model.state import Tags
from receiver.pcm.format import Block, Format

NO_END = "This stream cannot seek: it is several in a row, or where it ends is not known."


class Decoder(Protocol):
    """A push decoder: bytes are fed as they arrive, blocks are read as they are complete.

    One thread at a time. Nothing here blocks or opens anything. `feed` costs as little as it can;
    the work is done in `read`, one block (at most one page) per call, so that the caller decides
    how far ahead to decode and memory stays bounded by what was fed.
    """

    format: Format | None
    """Format of the block that `read` gave last; None before the first headers are complete."""
    tags: Tags | None
    """Newest tags of the stream; None until they were read. A chained stream changes them."""
    holes: int
    """Gaps in the stream so far (lost or damaged pages and packets), all played over."""
    finished: bool
    """True once `finish` was called and `read` has given everything."""
    truncated: bool
    """True when the stream ended without its end-of-stream mark."""
    total_frames: int | None
    """Length of the whole stream in frames, once known (`set_tail`)."""
    position: int
    """Frames from the start of the stream to the first frame of the next block."""
    wants: int | None
    """Byte offset that the next `feed` must start from, when that is not where the last one ended.
    Set by `seek` and while a seek homes in; cleared by the first `feed` after it."""

    def feed(self, data: bytes) -> None:
        """Take the bytes that follow. Raises `UnsupportedFormat` as soon as it is clear that this
        is not for this decoder.
        """
        ...

    def finish(self) -> None:
        """No more bytes will come, none from `wants` on either (until it is set anew)."""
        ...

    def read(self) -> Block | None:
        """The next block, or None when more bytes are needed or all is read.

        Raises `UnsupportedFormat` or `Unplayable`; holes are not errors.
        """
        ...

    def take_cover(self) -> bytes | None:
        """The comment with the cover of the stream, NAME=base64 of at most `MAX_COMMENT` bytes,
        once, when `tags` are there; empty: it has none. A chained stream may change it.
        None: there is nothing new.
        """
        ...

    def set_tail(self, offset: int, tail: bytes, size: int) -> None:
        """Tell the last bytes of the stream (from `offset` to its end at `size`): gives
        `total_frames`, and with it the means to seek. Wrong or foreign bytes are ignored.
        """
        ...

    def seek(self, frame: int) -> None:
        """Go on from `frame`: the next block starts with exactly that frame. Sets `wants`; past the
        end it sets `finished` instead. Raises `NotSeekable` while `total_frames` is None.
        """
        ...

    def close(self) -> None:
        """Free what is held outside of Python. Harmless twice."""
        ...
