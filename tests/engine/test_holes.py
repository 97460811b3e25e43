"""Gaps in streams are told of as they come, whatever becomes of the track."""

from __future__ import annotations

import pytest

from receiver.engine.engine import LEVEL_EVERY_S
from receiver.engine.wire import Data
from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.stage import RATE, Stage, frames


def test_they_are_told_with_the_position_each_once(playing: Stage) -> None:
    playing.decoders[0].holes += 2
    playing.run(2 * LEVEL_EVERY_S)
    playing.decoders[0].holes += 1
    playing.run(4 * LEVEL_EVERY_S)
    assert playing.all(r.Holes) == [r.Holes(1, 2), r.Holes(1, 1)]
    told = playing.reports.index(r.Holes(1, 2))
    assert isinstance(playing.reports[told - 1], r.Health), "at the pace of what is told anyway"


def test_a_stream_without_an_end_tells_of_them() -> None:
    stage = Stage()
    stage.held_back.add(1)
    stage.load(1, b"")
    stage.give(Data(1, 0, frames(3 * RATE)))
    stage.run(0.5)
    stage.decoders[0].holes += 1
    stage.run(1.0)
    assert stage.all(r.Holes) == [r.Holes(1, 1)]


@pytest.mark.parametrize(
    "order", [o.Stop(), o.Load(2), o.Seek(1, 1, 3990.0)], ids=["stopped", "skipped", "at its end"]
)
def test_what_was_not_told_is_told_when_it_is_over(playing: Stage, order: o.Order) -> None:
    playing.decoders[0].holes += 3
    playing.held_back.add(2)
    playing.give(order)
    playing.run(0.3)
    assert playing.all(r.Holes) == [r.Holes(1, 3)]


def test_one_that_fails_tells_of_them_before() -> None:
    stage = Stage()
    stage.held_back.add(1)
    stage.load(1, b"")
    stage.decoders[0].holes += 1
    stage.give(Data(1, 0, b"no mock", last=True))
    stage.run(0.1)
    assert [type(report) for report in stage.reports[-2:]] == [r.Holes, r.Failed]


@pytest.mark.parametrize("crossfade_s", [0.0, 1.0])
def test_of_two_that_follow_one_another_each_tells_its_own(crossfade_s: float) -> None:
    stage = Stage()
    stage.load(1, frames(2 * RATE))
    stage.run(0.1)
    stage.prepare(2, frames(2 * RATE), crossfade_s)
    stage.run(0.5)
    for decoder, holes in zip(stage.decoders, (1, 2), strict=True):
        decoder.holes = holes
    stage.run(4.0)
    assert [ended.track for ended in stage.all(r.Ended)][-1] == 2
    assert sorted(stage.all(r.Holes), key=lambda told: told.track) == [r.Holes(1, 1), r.Holes(2, 2)]
