"""Decoders driven to the end, the ways an engine might."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from receiver.decoder.base import Decoder
from receiver.decoder.vorbis import VorbisDecoder
from receiver.pcm.format import Block, Samples

TAIL = 65_536

Pieces = Callable[[bytes], Iterable[bytes]]


def whole(data: bytes) -> list[bytes]:
    """`data` in one piece."""
    return [data]


def single(data: bytes) -> Iterator[bytes]:
    """`data` byte by byte."""
    return (data[at : at + 1] for at in range(len(data)))


def ragged(data: bytes, seed: int = 1) -> Iterator[bytes]:
    """`data` in pieces of random size."""
    rng = random.Random(seed)
    at = 0
    while at < len(data):
        size = int(10 ** rng.uniform(0, 4.8))
        yield data[at : at + size]
        at += size


def blocks(decoder: Decoder, pieces: Iterable[bytes]) -> Iterator[Block]:
    """All blocks of a stream fed in `pieces`."""
    for piece in pieces:
        decoder.feed(piece)
        while (block := decoder.read()) is not None:
            yield block
    decoder.finish()
    while (block := decoder.read()) is not None:
        yield block
    assert decoder.finished


def decode(data: bytes) -> Samples:
    """All frames of a Vorbis stream of one format."""
    decoder = VorbisDecoder()
    samples = np.concatenate([block.samples for block in blocks(decoder, whole(data))])
    decoder.close()
    return samples


class Listener:
    """Plays a stream that lies in memory as an engine does over HTTP: pieces of `piece` bytes, the
    tail beside it, and a request whenever the decoder wants other bytes.
    """

    def __init__(self, decoder: Decoder, data: bytes, piece: int = 4096) -> None:
        self.decoder = decoder
        self.requests = 0
        self.fetched = 0
        self.data = data
        self._piece = piece
        self._at = 0
        tail_at = max(0, len(data) - TAIL)
        decoder.set_tail(tail_at, data[tail_at:], len(data))

    def next(self) -> Block | None:
        """The next block, None at the end."""
        decoder = self.decoder
        while (block := decoder.read()) is None and not decoder.finished:
            if decoder.wants is not None:
                self._at = decoder.wants
                self.requests += 1
            piece = self.data[self._at : self._at + self._piece]
            self._at += len(piece)
            self.fetched += len(piece)
            if piece:
                decoder.feed(piece)
            else:
                decoder.finish()
        return block

    def seek(self, frame: int) -> Block | None:
        """The first block from `frame` on, None at the end."""
        self.requests = self.fetched = 0
        self.decoder.seek(frame)
        return self.next()
