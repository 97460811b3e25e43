"""Decoders that are used again."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.decoder import shelf as module
from receiver.decoder.shelf import ROOM, Shelf
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import Unplayable
from receiver.pcm.format import Samples
from tests.decoder import driving, hostile, pages
from tests.decoder.conftest import Files

pytestmark = pytest.mark.tools("oggenc", "ffmpeg")


class Counted(module.Synthesis):
    """Notes how many were made and not yet freed."""

    made = 0
    open = 0

    def __init__(self, identification: bytes, setup: bytes) -> None:
        super().__init__(identification, setup)
        Counted.made += 1
        Counted.open += 1

    def close(self) -> None:
        Counted.open -= self._open
        super().close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    monkeypatch.setattr(module, "Synthesis", Counted)
    Counted.made = Counted.open = 0
    return Counted


def decode(data: bytes, shelf: Shelf) -> Samples:
    decoder = VorbisDecoder(shelf)
    samples = np.concatenate([b.samples for b in driving.blocks(decoder, driving.whole(data))])
    decoder.close()
    return samples


def test_the_next_stream_of_the_same_kind_sounds_as_with_a_decoder_of_its_own(
    files: Files, counted: type[Counted]
) -> None:
    data, shelf = files("stereo").read_bytes(), Shelf()
    damaged = pages.join(pages.split(data)[:5]) + b"\xff" * 999
    first = decode(data, shelf)
    decode(damaged, shelf)
    assert np.array_equal(decode(data, shelf), first)
    assert counted.made == 1


def test_two_at_once_have_one_each(files: Files, counted: type[Counted]) -> None:
    data, shelf = files("stereo").read_bytes(), Shelf()
    decoders = [VorbisDecoder(shelf) for _ in range(2)]
    for decoder in decoders:
        decoder.feed(data)
    blocks = [[], []]
    for _ in range(9):
        for decoder, read in zip(decoders, blocks, strict=True):
            block = decoder.read()
            assert block is not None
            read.append(block.samples)
    assert np.array_equal(np.concatenate(blocks[0]), np.concatenate(blocks[1]))
    for decoder in decoders:
        decoder.close()
    assert counted.made == 2


def test_a_few_are_kept_the_others_freed(files: Files, counted: type[Counted]) -> None:
    shelf = Shelf()
    for name in ("stereo", "mono", "short", "narrow"):
        decode(files(name).read_bytes(), shelf)
    assert counted.open == ROOM < counted.made


def test_without_a_shelf_all_are_freed(files: Files, counted: type[Counted]) -> None:
    driving.decode(files("stereo").read_bytes())
    assert (counted.made, counted.open) == (1, 0)


def test_what_the_guard_refuses_is_refused_again(files: Files) -> None:
    bomb = hostile.with_setup(files("short").read_bytes(), hostile.setup((1, 1 << 20)))
    shelf = Shelf()
    for _ in range(2):
        with pytest.raises(Unplayable, match="out of all bounds"):
            decode(bomb, shelf)
