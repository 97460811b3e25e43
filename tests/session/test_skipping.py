"""What a session does with items that cannot be played."""

from __future__ import annotations

import pytest

from receiver.model import orders as o
from receiver.model import reports as r
from receiver.protocol import commands as c
from receiver.session import effects as e
from tests.session.stage import Stage
from tests.session.test_queueing import near_its_end, queued, sounds


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_an_item_that_cannot_be_played_is_skipped_and_said(stage: Stage) -> None:
    ids = queued(stage)
    (effect,) = stage.say(r.Failed(stage.session.track, "unplayable", "Damaged."))
    assert isinstance(effect, e.OpenItem)
    assert effect.item.id == ids[1]
    sounds(stage)
    assert stage.state.problem is not None
    assert stage.state.problem.message == "Damaged."
    stage.say(r.Ended(stage.session.track))
    assert stage.state.problem is None, "old news by now"


def test_five_in_a_row_stop_it(stage: Stage) -> None:
    queued(stage, 9)
    for _ in range(5):
        assert stage.playback != "idle"
        stage.say(r.Failed(stage.session.track, "unreachable", "No server."))
    assert stage.playback == "idle"
    assert stage.state.problem is not None
    assert "5 items in a row" in stage.state.problem.message


def test_one_bad_item_repeated_for_ever_stops_too(stage: Stage) -> None:
    stage.ask(c.Play, url="http://x/bad")
    stage.ask(c.SetRepeat, repeat="all")
    for _ in range(5):
        stage.say(r.Failed(stage.session.track, "unplayable", "Damaged."))
    assert stage.playback == "idle"


def test_the_item_that_killed_the_engine_is_skipped(stage: Stage) -> None:
    ids = queued(stage)
    effects = stage.say(r.Died("ended by SIGSEGV"))
    assert effects[0] == e.Tell(o.SetGain(0.5)), "before anything sounds"
    assert isinstance(effects[1], e.OpenItem)
    assert sounds(stage) == ids[1]


def test_what_was_made_ready_is_suspected_first(stage: Stage) -> None:
    """It killed the engine from behind: what sounds plays on, and it is tried once more, alone."""
    ids, _ = near_its_end(stage)
    _, reopened = stage.say(r.Died("ended by SIGSEGV"))
    assert isinstance(reopened, e.OpenItem)
    assert reopened.item.id == ids[0]
    assert reopened.start_ms == 45_000.0
    assert stage.state.problem is None
    assert sounds(stage, 45_000.0) == ids[0]
    assert stage.say(r.Health(1.0)) == [], "it is not made ready again"
    (alone,) = [x for x in stage.say(r.Ended(stage.session.track)) if isinstance(x, e.OpenItem)]
    assert alone.item.id == ids[1]
    (following,) = [x for x in stage.say(r.Died("ended by SIGSEGV")) if isinstance(x, e.OpenItem)]
    assert following.item.id == ids[2]
    assert stage.state.problem is not None
    assert stage.state.problem.code == "unplayable"


def test_of_two_that_may_have_killed_the_engine_the_second_death_tells(stage: Stage) -> None:
    ids, _ = near_its_end(stage)
    stage.say(r.Died("ended by SIGSEGV"))
    (following,) = [x for x in stage.say(r.Died("ended by SIGSEGV")) if isinstance(x, e.OpenItem)]
    assert following.item.id == ids[1], "what sounded killed it: alone, and again"
