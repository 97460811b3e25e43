"""The decoder by itself: each file of the catalogue, and each class of damage at random."""

from __future__ import annotations

import random

import numpy as np
import pytest

from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import Unplayable, UnsupportedFormat
from tests.decoder.driving import blocks, ragged
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
