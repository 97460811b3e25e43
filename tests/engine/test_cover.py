"""The cover of a track, told when there is time for it."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest

from receiver.decoder.mock import encode
from receiver.engine.track import COVER_PART
from receiver.engine.wire import MAX_DATAGRAM, Data, decode_report, encode_report
from receiver.model import reports as r
from receiver.pcm.format import Block, Format
from tests.engine.stage import RATE, Stage

LARGE = b"COVERART=" + b"A" * 200_000


@pytest.fixture
def stage() -> Stage:
    return Stage()


def stream(seconds: float = 3.0, cover: bytes = b"COVERART=AAAA") -> bytes:
    silence = np.zeros((round(seconds * RATE), 2), np.float32)
    return encode(Block(silence, Format(RATE, 2)), cover=cover)


def told(stage: Stage, track: int = 1) -> bytes:
    """What was told of the cover of a track, put together."""
    parts = [part for part in stage.all(r.CoverPart) if part.track == track]
    sizes = [len(part.data) for part in parts]
    assert [part.offset for part in parts] == [0, *accumulate(sizes)][:-1]
    whole = b"".join(part.data for part in parts)
    assert all(part.size == len(whole) for part in parts)
    return whole


def test_it_is_told_in_parts_after_the_first_sound(stage: Stage) -> None:
    stage.load(1, stream(cover=LARGE))
    stage.run(0.5)
    assert told(stage) == LARGE
    kinds = [type(report) for report in stage.reports]
    assert kinds.index(r.Sounding) < kinds.index(r.CoverPart)
    assert len(stage.all(r.CoverPart)) == -(-len(LARGE) // COVER_PART)
    stage.run(3.0)
    assert told(stage) == LARGE, "once"


def test_a_part_fits_into_a_message() -> None:
    part = r.CoverPart(1, 0, 1 << 30, bytes(COVER_PART))
    message = encode_report(part)
    assert len(message) < MAX_DATAGRAM
    assert decode_report(message) == part


def test_one_without_a_cover_tells_none(stage: Stage) -> None:
    stage.load(1, stream(cover=b""))
    stage.run(3.5)
    assert not stage.all(r.CoverPart)


def test_what_stands_ready_tells_it_too(stage: Stage) -> None:
    stage.load(1, stream(), paused=True)
    stage.run(0.5)
    assert stage.all(r.Ready)
    assert told(stage) == b"COVERART=AAAA"


def test_what_follows_tells_it_before_it_is_heard(stage: Stage) -> None:
    stage.load(1, stream(3.0))
    stage.prepare(2, stream(2.0, cover=LARGE))
    stage.run(2.9)
    assert not stage.all(r.Joined)
    assert told(stage, 2) == LARGE


def test_what_comes_slowly_waits_until_it_was_heard_for_a_second(stage: Stage) -> None:
    whole = stream(3.0)
    stage.held_back.add(1)
    stage.load(1, whole)
    fed = 0
    for _ in range(250):
        step = RATE * 8 // 100
        stage.give(Data(1, 0, whole[fed : fed + step]))
        fed += step
        stage.run(0.01)
    assert told(stage) == b"COVERART=AAAA"


def test_a_chain_that_goes_on_without_one_says_so(stage: Stage) -> None:
    stage.load(1, stream(1.5) + stream(1.5, cover=b""))
    stage.run(2.0)
    first, second = stage.all(r.CoverPart)
    assert first.data == b"COVERART=AAAA"
    assert second == r.CoverPart(1, 0, 0, b"")
