"""What a stream is, by its first bytes: so that a refusal can name it."""

from __future__ import annotations

import re
from collections.abc import Callable

from receiver.decoder.ogg import CAPTURE
from receiver.errors import UnsupportedFormat

HEAD = 64 * 1024
"""Bytes within which the first page of an Ogg stream must be found."""
NAMELESS = 15 * 1024
"""Bytes within which one must at least begin: a station of 128 kbit/s sends more in a second."""
LONGEST_TAG = 10 * 1024
"""Bytes of an ID3v2 tag that Ogg may stand behind, where it does not belong: what follows it is to
have a name within a second as well. What has a longer one is called MP3, whatever it is.
"""
_FIRST_FRAME = 4 * 1024
"""Bytes within which a frame of a station begins, whichever of its bytes came first."""
_FRAMES = 3
"""So many in a row are no accident."""
_SYNC = re.compile(rb"\xff[\xe2\xe3\xea\xeb\xf0-\xf3\xf8-\xfb]")
"""What MP3's and AAC's frames may begin with."""

_TEXT_ENOUGH = 1024

NAMES = {
    "aac": "AAC",
    "aiff": "AIFF",
    "asf": "WMA or another Windows Media format",
    "empty": "an empty file",
    "flac": "FLAC",
    "gzip": "a gzip archive",
    "html": "a web page (HTML)",
    "jpeg": "a JPEG picture",
    "json": "JSON",
    "matroska": "Matroska or WebM",
    "midi": "MIDI",
    "mp3": "MP3",
    "mp4": "MP4",
    "ogg": "Ogg without Vorbis in it",
    "opus": "Opus",
    "pdf": "a PDF document",
    "playlist": "a playlist",
    "png": "a PNG picture",
    "speex": "Speex",
    "text": "plain text",
    "theora": "Theora video",
    "unknown": "nothing that Tonearm knows",
    "wav": "WAV",
    "wavpack": "WavPack",
    "xml": "XML",
    "zip": "a zip archive",
}

_OGG_CODECS = (
    (b"\x01vorbis", "vorbis"),
    (b"OpusHead", "opus"),
    (b"\x7fFLAC", "flac"),
    (b"Speex   ", "speex"),
    (b"\x80theora", "theora"),
)

_MAGIC = (
    (b"fLaC", 0, "flac"),
    (b"WAVE", 8, "wav"),
    (b"AIFF", 8, "aiff"),
    (b"AIFC", 8, "aiff"),
    (b"ftyp", 4, "mp4"),
    (b"\x1aE\xdf\xa3", 0, "matroska"),
    (b"0&\xb2u\x8ef\xcf\x11", 0, "asf"),
    (b"wvpk", 0, "wavpack"),
    (b"MThd", 0, "midi"),
    (b"ADIF", 0, "aac"),
    (b"\x1f\x8b\x08", 0, "gzip"),
    (b"PK\x03\x04", 0, "zip"),
    (b"%PDF-", 0, "pdf"),
    (b"\x89PNG\r\n", 0, "png"),
    (b"\xff\xd8\xff", 0, "jpeg"),
)

_TEXTS = (
    (re.compile(r"<!doctype html|<html|<head|<body", re.IGNORECASE), "html"),
    (re.compile(r"\A<(\?xml|[a-z])", re.IGNORECASE), "xml"),
    (re.compile(r"\A(#EXTM3U|\[playlist\]|https?://)", re.IGNORECASE), "playlist"),
    (re.compile(r"\A(\{|\[)"), "json"),
)

_BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def refusal(kind: str) -> UnsupportedFormat:
    """The error for a stream of `kind`, a key of `NAMES`."""
    return UnsupportedFormat(f"This is {NAMES[kind]}; Tonearm plays Ogg Vorbis.", found=kind)


def ogg_codec(first_packet: bytes) -> str:
    """The codec of a logical Ogg stream, by its first packet; "ogg" for one without a name here."""
    for magic, kind in _OGG_CODECS:
        if first_packet.startswith(magic):
            return kind
    return "ogg"


def foreign_kind(head: bytes, *, ended: bool) -> str | None:
    """What the stream that begins with `head` is, when it is clear that it is not Ogg.

    None: it may still be Ogg. `ended` says that there are no bytes after `head`.
    """
    if not head:
        return "empty" if ended else None
    enough = ended or len(head) >= NAMELESS
    if head.startswith(b"ID3"):
        size = _id3_size(head)
        if size > LONGEST_TAG:
            return "mp3"
        head = head[size:]
        if not head:
            return "mp3" if ended else None
    if head.startswith(CAPTURE):
        return None
    for magic, at, name in _MAGIC:
        if head.startswith(magic, at):
            return name
    kind = _mpeg_kind(head, ended=ended) or _text_kind(head, ended=ended)
    if kind is None and enough and CAPTURE not in head:
        return "unknown"
    return kind


def _id3_size(head: bytes) -> int:
    """Size of the ID3v2 tag that `head` begins with, in bytes."""
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + 10


def _mpeg_kind(head: bytes, *, ended: bool) -> str | None:
    """MP3 or AAC, when `head` begins with two of their frames, or has more of them behind a part of
    one, as with a station.
    """
    kinds = (("mp3", _mp3_frame_size), ("aac", _adts_frame_size))
    for kind, size_of in kinds:
        size = size_of(head)
        if size and (size_of(head[size:]) or (ended and len(head) < size + 6)):
            return kind
    for sync in _SYNC.finditer(head, 1, _FIRST_FRAME):
        for kind, size_of in kinds:
            if _are_frames(head, sync.start(), size_of):
                return kind
    return None


def _are_frames(head: bytes, at: int, size_of: Callable[[bytes], int]) -> bool:
    """Whether several frames stand in `head` from `at` on, one behind the other."""
    for _ in range(_FRAMES):
        size = size_of(head[at : at + 6])
        if not size:
            return False
        at += size
    return True


def _mp3_frame_size(data: bytes) -> int:
    """Bytes of the MPEG audio layer III frame at the start of `data`; 0 when there is none."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = data[1] >> 3 & 3, data[2] >> 4, data[2] >> 2 & 3
    if version == 1 or bitrate in {0, 15} or rate == 3:
        return 0
    full = version == 3
    kilobits = _BITRATES[3 if full else 2][bitrate]
    padding = data[2] >> 1 & 1
    return (144 if full else 72) * kilobits * 1000 // _RATES[version][rate] + padding


def _adts_frame_size(data: bytes) -> int:
    """Bytes of the AAC frame with ADTS header at the start of `data`; 0 when there is none."""
    if len(data) < 6 or data[0] != 0xFF or data[1] & 0xF6 != 0xF0:
        return 0
    return (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5


def _text_kind(head: bytes, *, ended: bool) -> str | None:
    """What kind of text `head` is, when it is text; None when it is not, or too short to tell."""
    if len(head) < _TEXT_ENOUGH and not ended:
        return None
    start = head[:_TEXT_ENOUGH]
    if any(byte < 32 and byte not in b"\t\n\f\r" for byte in start):
        return None
    text = start.decode("utf-8-sig", "ignore").lstrip()
    if 2 * len(text.encode()) < len(start):
        return None
    for pattern, kind in _TEXTS:
        if pattern.search(text):
            return kind
    return "text"
