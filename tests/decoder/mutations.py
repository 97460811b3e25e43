"""Decodes mutated files in a process of its own, whose memory is bounded.

    python -m tests.decoder.mutations FIRST_SEED COUNT FILE...

Each seed changes one of the files, repairs the CRCs of its pages and decodes it to the end, with a
few seeks. Writes the number of frames that came out. Ends with 0 when all came to a good end:
frames within full scale, or an error that a controller can be told.
"""

from __future__ import annotations

import random
import resource
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import NotSeekable, Unplayable, UnsupportedFormat
from tests.decoder import pages
from tests.decoder.driving import Listener, blocks, ragged
from tests.decoder.pages import RawPage

MEMORY = 1 << 30
"""Bytes of address space: numpy and libvorbis with real files take about half."""


def mutate(data: bytes, rng: random.Random) -> bytes:
    """The stream with one to twenty changes, all of its CRCs right, or cut anywhere."""
    raw = pages.split(data)
    for _ in range(1 << rng.randrange(5)):
        # Headers are few and small, and the more dangerous.
        at = rng.randrange(min(4, len(raw))) if rng.random() < 0.4 else rng.randrange(len(raw))
        raw[at : at + 1] = _changed(raw[at], rng)
        if not raw:
            break
    out = pages.join(raw)
    return out[: rng.randrange(len(out) + 1)] if rng.random() < 0.2 else out


def _changed(page: RawPage, rng: random.Random) -> list[RawPage]:
    """What comes into the place of `page`."""
    kind = rng.randrange(8)
    if kind == 0:
        return []
    if kind == 1:
        return [page, page]
    if kind == 2:
        granule = rng.choice([-1, 0, 1, 2**62, -(2**63), page.granule - rng.randrange(9999)])
        return [replace(page, granule=max(granule, -(2**63)))]
    if kind == 3:
        return [replace(page, flags=rng.randrange(8))]
    if kind == 4:
        return [replace(page, number=rng.getrandbits(32), serial=rng.choice([page.serial, 7]))]
    return [replace(page, body=_spoiled(page.body, rng))]


def _spoiled(body: bytes, rng: random.Random) -> bytes:
    """`body` with some bits, or a run of bytes, changed."""
    out = bytearray(body)
    if not out:
        return body
    if rng.random() < 0.3:
        start = rng.randrange(len(out))
        length = min(rng.randrange(1, 200), len(out) - start)
        out[start : start + length] = rng.randbytes(length)
        return bytes(out)
    for _ in range(rng.randrange(1, 12)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def play(data: bytes, rng: random.Random) -> int:
    """Decode a stream to the end, then seek in it; how many frames came out."""
    frames = 0
    decoder = VorbisDecoder()
    try:
        for block in blocks(decoder, ragged(data, rng.randrange(1000))):
            frames += len(block.samples)
            assert np.abs(block.samples).max() <= 1.0
        listener = Listener(decoder, data)
        for _ in range(3):
            found = listener.seek(rng.randrange((decoder.total_frames or 0) + 1))
            assert found is None or np.abs(found.samples).max() <= 1.0
            assert listener.requests < 40
    except (UnsupportedFormat, Unplayable, NotSeekable):
        pass  # a good end
    finally:
        decoder.close()
    return frames


def main(first: int, count: int, files: Iterable[str]) -> None:
    """Decode the mutations of `count` seeds from `first` on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    streams = [Path(file).read_bytes() for file in files]
    frames = 0
    for seed in range(first, first + count):
        rng = random.Random(seed)
        try:
            frames += play(mutate(rng.choice(streams), rng), rng)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
    sys.stdout.write(f"{frames}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
