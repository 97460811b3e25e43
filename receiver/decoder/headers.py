"""The first two Vorbis headers: what the stream is, and what it says of itself (Vorbis I, 4.2, 5).

Read here and not by libvorbis, which gets nothing of the second.
"""

from __future__ import annotations

import struct

from receiver.errors import Unplayable, UnsupportedFormat
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

_IDENTIFICATION = struct.Struct("<7sIBI12xBB")
_LENGTH = struct.Struct("<I")


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


def read_tags(packet: bytes) -> Tags:
    """Title, artist and album in a comment header; what is damaged is left out.

    Several values of one field are joined with commas. Text is at most `MAX_TEXT` characters,
    without control characters, and with U+FFFD for what is not UTF-8.
    """
    values: dict[str, list[str]] = {"title": [], "artist": [], "album": []}
    for comment in _comments(packet):
        name, equals, value = comment.partition(b"=")
        field = values.get(name.decode("ascii", "replace").lower())
        if field is not None and equals:
            field.append(_clean(value))
    joined = {name: ", ".join(filter(None, texts))[:MAX_TEXT] for name, texts in values.items()}
    return Tags(**{name: text or None for name, text in joined.items()})


def _comments(packet: bytes) -> list[bytes]:
    """The comments in a comment header, each as NAME=value."""
    comments: list[bytes] = []
    try:
        (vendor,) = _LENGTH.unpack_from(packet, len(COMMENT))
        at = len(COMMENT) + _LENGTH.size + vendor
        (count,) = _LENGTH.unpack_from(packet, at)
        at += _LENGTH.size
        for _ in range(min(count, MAX_COMMENTS)):
            (length,) = _LENGTH.unpack_from(packet, at)
            at += _LENGTH.size
            comments.append(packet[at : at + min(length, 4 * MAX_TEXT)])
            at += length
    except struct.error:
        pass  # cut short: what was read so far counts
    return comments


def _clean(value: bytes) -> str:
    """`value` as text that is safe to show on a terminal or a page."""
    return visible(value.decode("utf-8", "replace")[:MAX_TEXT]).strip()
