"""The decoder by itself: each file of the catalogue, and each class of damage at random."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np
import pytest

from receiver.clock.mock import MockClock
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import Unplayable, UnsupportedFormat
from tests.decoder.driving import blocks, ragged
from tests.hostile import foreign
from tests.hostile.catalogue import FAULTS
from tests.hostile.fault import EITHER, FOREIGN, USUAL_S, Fault, Material
from tests.hostile.mutators import CLASSES

pytestmark = pytest.mark.tools("oggenc")

FILES = [f for f in FAULTS if f.kind not in {"ICY", "HTTP"} and f.within_s <= USUAL_S]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return Material(tmp_path_factory.mktemp("material"))


def decode(data: bytes) -> str:
    """What becomes of a stream: "plays", "silent", or the code of the error before any sound."""
    decoder = VorbisDecoder()
    heard = 0
    try:
        for block in blocks(decoder, ragged(data)):
            heard += len(block.samples)
            assert np.abs(block.samples).max() <= 1.0
    except (Unplayable, UnsupportedFormat) as error:
        return "plays" if heard else error.code
    finally:
        decoder.close()
    return "plays" if heard else "silent"


@pytest.mark.parametrize("fault", FILES, ids=lambda fault: f"{fault.kind}: {fault.name}")
def test_every_file_is_played_or_refused(fault: Fault, material: Material) -> None:
    assert decode(fault.served(material).body) in fault.expected


@pytest.mark.parametrize("name", CLASSES)
def test_damage_at_random_is_played_or_refused(name: str, material: Material) -> None:
    for seed in range(15):
        rng = random.Random(seed)
        outcome = decode(CLASSES[name](material.other, material.good, rng))
        assert outcome in {*EITHER, *FOREIGN, "silent"}, f"seed {seed}"


RATE = 16_000
"""Bytes a second, as of a station at 128 kbit/s."""
TICK_S = 0.02
NAMED_S = 1.0


@pytest.mark.parametrize("fault", foreign.FAULTS, ids=lambda fault: fault.name)
def test_what_is_foreign_is_refused_within_a_second_however_slowly_it_comes(
    fault: Fault, material: Material
) -> None:
    clock, decoder = MockClock(0.0), VorbisDecoder()
    serving = fault.served(material)
    rounds = itertools.repeat(serving.body) if serving.endless else [serving.body]
    stream = itertools.chain.from_iterable(rounds)
    piece = round(RATE * TICK_S)

    def pieces() -> Iterator[bytes]:
        while data := bytes(itertools.islice(stream, piece)):
            clock.step(TICK_S)
            yield data

    with pytest.raises(UnsupportedFormat):
        list(blocks(decoder, pieces()))
    assert clock.now() <= NAMED_S
