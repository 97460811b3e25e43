"""The first two Vorbis headers: what the stream is, and what it says of itself (Vorbis I, 4.2, 5).

Read here and not by libvorbis, which gets nothing of the second.
"""

from __future__ import annotations

import binascii
import contextlib
import struct
from collections.abc import Generator

from receiver.errors import Unplayable, UnsupportedFormat
from receiver.model.cover import BARE, BLOCK, FRONT, MAX_COMMENT
from receiver.model.state import Tags
from receiver.model.text import visible
from receiver.pcm.format import Format

IDENTIFICATION, COMMENT, SETUP = b"\x01vorbis", b"\x03vorbis", b"\x05vorbis"
MIN_RATE, MAX_RATE = 8_000, 192_000
MAX_CHANNELS = 8
MAX_TEXT = 1024
"""Characters kept of each tag: what the protocol allows in a text field."""
MAX_COMMENTS = 4096
"""How many comments are looked at; a file may claim billions."""
MAX_VALUES = 64
"""How many of them are made fit to be shown, which takes its time."""
LARGE = 16 * 1024
"""Bytes from which on a part is held as it came, and not copied."""

_IDENTIFICATION = struct.Struct("<7sIBI12xBB")
_LENGTH = struct.Struct("<I")
_EVERYTHING = 1 << 62


def read_identification(packet: bytes) -> Format:
    """The format in an identification header.

    Raises `Unplayable` for a damaged one, `UnsupportedFormat` outside of 1-8 channels and
    8-192 kHz.
    """
    if len(packet) < _IDENTIFICATION.size or not packet.startswith(IDENTIFICATION):
        raise Unplayable("The stream's first Vorbis header is damaged; it cannot be played.")
    _, version, channels, rate, _, _ = _IDENTIFICATION.unpack_from(packet)
    if version != 0 or not 1 <= channels <= MAX_CHANNELS or not MIN_RATE <= rate <= MAX_RATE:
        raise UnsupportedFormat(
            f"This is Vorbis version {version} with {channels} channels at {rate} Hz; "
            f"Tonearm plays version 0 with 1 to {MAX_CHANNELS} channels at 8 to 192 kHz.",
            found="vorbis",
        )
    return Format(rate=rate, channels=channels)


class TagReader:
    """Title, artist, album and the best picture out of a comment header that comes piece by piece.

    What it holds is bounded, however long the header is: of each comment it looks at the first
    bytes alone, unless they begin a picture of bounded size that is better than the one it has.
    What is damaged is left out. One thread at a time.
    """

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {"title": [], "artist": [], "album": []}
        self.cover: list[bytes | bytearray] = []
        """The comment with the best picture, NAME=base64, in the pieces that it came in, since to
        join them takes its time; empty: none was found yet."""
        self._rank = 0
        self._cleaned = 0
        self._held: list[bytes | bytearray] = []
        self._size = 0
        self._fields = self._read()
        self._passed, self._wanted = next(self._fields)

    def feed(self, data: bytes) -> None:
        """Take the bytes that follow. Raises `Unplayable` where this is no comment header."""
        at = 0
        while at < len(data):
            passed = min(self._passed, len(data) - at)
            self._passed -= passed
            at += passed
            part = data[at : at + self._wanted - self._size]
            self._hold(part)
            at += len(part)
            if not self._passed and self._size == self._wanted:
                self._go_on()

    def finish(self) -> Tags:
        """The tags, when all was fed. Raises `Unplayable` where this was no comment header.

        Several values of one field are joined with commas. Text is at most `MAX_TEXT` characters,
        without control characters, and with U+FFFD for what is not UTF-8.
        """
        with contextlib.suppress(struct.error):
            self._go_on()  # cut short: what was read so far counts
        texts = {name: ", ".join(values)[:MAX_TEXT] for name, values in self._values.items()}
        return Tags(**{name: text or None for name, text in texts.items()})

    def _hold(self, part: bytes) -> None:
        """Large parts as they are, since to copy them takes its time; small ones put together."""
        self._size += len(part)
        tail = self._held[-1] if self._held else b""
        if len(part) >= LARGE:
            self._held.append(part)
        elif isinstance(tail, bytearray):
            tail += part
        else:
            self._held.append(bytearray(part))

    def _go_on(self) -> None:
        """Hand over what was wanted, and learn what is wanted next."""
        field, self._held, self._size = self._held, [], 0
        self._passed, self._wanted = self._fields.send(field)

    def _read(self) -> Generator[tuple[int, int], list[bytes | bytearray], None]:
        """Read the fields in their order: each time, how many bytes to pass over and how many to
        hand over behind them, in pieces.
        """
        if b"".join((yield 0, len(COMMENT))) != COMMENT:
            raise Unplayable("The stream's comment header is damaged; it cannot be played.")
        passed = _number((yield 0, _LENGTH.size))  # who made it
        count = _number((yield passed, _LENGTH.size))
        passed = 0
        for _ in range(min(count, MAX_COMMENTS)):
            length = _number((yield passed, _LENGTH.size))
            looked_at = min(length, 4 * MAX_TEXT)
            comment = b"".join((yield 0, looked_at))
            self._note(comment)
            passed = length - looked_at
            rank = _rank(comment) if length <= MAX_COMMENT else 0
            if rank > self._rank:
                rest = (yield 0, passed) if passed else []
                if len(comment) + sum(map(len, rest)) == length:
                    self.cover, self._rank = [comment, *rest], rank
                passed, rest = 0, []  # it may be large
        while True:
            yield _EVERYTHING, 1

    def _note(self, comment: bytes) -> None:
        """Keep a comment, NAME=value, where it is one of those that are told."""
        name, equals, value = comment.partition(b"=")
        values = self._values.get(name.decode("ascii", "replace").lower())
        if values is None or not equals or self._cleaned == MAX_VALUES:
            return
        self._cleaned += 1
        if text := _clean(value):
            values.append(text)


def _number(field: list[bytes | bytearray]) -> int:
    """A length. Raises `struct.error` where it is cut short."""
    (number,) = _LENGTH.unpack(b"".join(field))
    return int(number)


def _rank(comment: bytes) -> int:
    """How good the picture is that the comment begins: a front cover is best; 0: it is none."""
    name, _, value = comment.partition(b"=")
    known = name[: len(BLOCK) + 1].decode("ascii", "replace").lower()
    if known == BARE and value:
        return 2
    if known == BLOCK and value:
        with contextlib.suppress(binascii.Error):
            return 3 if binascii.a2b_base64(value[:8])[:4] == FRONT.to_bytes(4) else 1
    return 0


def _clean(value: bytes) -> str:
    """`value` as text that is safe to show on a terminal or a page."""
    return visible(value.decode("utf-8", "replace")[:MAX_TEXT]).strip()
