"""A position that is asked for."""

from __future__ import annotations

import pytest

from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.stage import Stage


def test_the_position_is_told_at_once_when_it_is_asked_for(playing: Stage) -> None:
    playing.run(0.2)
    before = len(playing.all(r.Position))
    playing.give(o.Locate())
    playing.run(0.001)
    assert len(playing.all(r.Position)) == before + 1
    told = playing.last(r.Position)
    assert told.heard_at == pytest.approx(playing.clock.now(), abs=0.05)


def test_what_stands_has_told_where_it_is(standing: Stage) -> None:
    standing.give(o.Locate())
    standing.run(0.1)
    assert not standing.all(r.Position)
