"""The source from `go` on: it is silent, and nobody but the target knows how it went."""

from __future__ import annotations

import pytest

from receiver.handoff import effects as e
from receiver.model.state import Transferred
from receiver.protocol import peers as m
from tests.handoff.stage import NEXT, RADIO, FixedView, Stage, kinds, only

SWITCH_IN = 0.078


@pytest.fixture
def stage() -> Stage:
    """The source has just said `go`."""
    stage = Stage()
    stage.go()
    return stage


def in_doubt(stage: Stage) -> None:
    """The target has not said how it went."""
    stage.wait(SWITCH_IN + 0.031 + 0.3)
    assert stage.handoffs.in_doubt


def test_go_is_said_again_until_the_switch(stage: Stage) -> None:
    assert kinds(stage.wait(0.39)) == ["Go"] * 7


def test_once_the_target_is_heard_the_session_is_let_go(stage: Stage) -> None:
    stage.wait(0.1)
    effects = stage.hear(m.TakenOver("h", 5))
    assert kinds(effects) == ["Release", "Released", "Answer"]
    assert only(effects, e.Release) == e.Release("other", 5)
    assert stage.answer == Transferred(
        handoff="h",
        to="other",
        epoch=5,
        tight=True,
        switch_ms=pytest.approx(78),
        clock_error_ms=1.0,
        live=False,
        paused=False,
    )
    assert stage.idle
    assert kinds(stage.hear(m.TakenOver("h", 5))) == ["Released"]
    assert stage.hear(m.TakenOver("h", 5), peer="third") == []


def test_a_target_that_failed_has_the_music_back_where_it_would_be(stage: Stage) -> None:
    stage.wait(0.05)
    effects = stage.hear(m.Failed("h", "handoff_failed", "Too late."))
    assert kinds(effects) == ["KeepEpoch", "FadeBack", "Abort", "Answer"]
    assert only(effects, e.KeepEpoch).epoch == 6
    back = only(effects, e.FadeBack)
    assert back.position_ms == pytest.approx(10_078)
    assert back.at == pytest.approx(100.078)
    assert stage.code == "handoff_failed"
    assert not stage.handoffs.holds_commands


def test_that_it_was_taken_back_is_said_until_the_target_has_heard_it(stage: Stage) -> None:
    stage.hear(m.Failed("h", "handoff_failed", "Too late."))
    assert kinds(stage.wait(0.35)) == ["Abort"] * 3
    assert kinds(stage.hear(m.TakenOver("h", 5))) == ["Abort"]
    stage.hear(m.Failed("h", "handoff_failed", "It was taken back."))
    assert stage.idle


def test_a_target_that_does_not_hear_of_it_is_not_told_for_ever(stage: Stage) -> None:
    stage.hear(m.Failed("h", "handoff_failed", "Too late."))
    stage.wait(5.1)
    assert stage.idle
    assert kinds(stage.hear(m.TakenOver("h", 5))) == ["Abort"]


def test_what_was_taken_back_can_be_handed_over_again_at_once(stage: Stage) -> None:
    stage.hear(m.Failed("h", "handoff_failed", "Too late."))
    assert kinds(stage.transfer(handoff="again")) == ["Prepare", "SendQueue"]


def test_a_target_that_says_nothing_is_asked_and_the_state_says_why(stage: Stage) -> None:
    effects = stage.wait(SWITCH_IN + 0.031 + 0.3)
    assert kinds(effects)[-2:] == ["Doubt", "Ask"]
    assert "Other does not say" in only(effects, e.Doubt).reason.message
    assert kinds(stage.wait(0.25)) == ["Ask", "Ask"]
    assert kinds(stage.hear(m.TakenOver("h", 5))) == ["Clear", "Release", "Released", "Answer"]


def test_who_asked_is_not_kept_waiting_for_ever(stage: Stage) -> None:
    effects = stage.wait(10.1)
    assert stage.code == "target_lost"
    assert kinds(effects).count("Answer") == 1
    assert stage.handoffs.in_doubt
    assert kinds(stage.hear(m.TakenOver("h", 5))) == ["Clear", "Release", "Released"]


def test_after_long_the_music_does_not_come_back_unasked(stage: Stage) -> None:
    stage.wait(10.1)
    effects = stage.hear(m.Failed("h", "handoff_failed", "Too late."))
    assert kinds(effects) == ["KeepEpoch", "Clear", "StandPaused", "Doubt", "Abort"]
    assert only(effects, e.StandPaused).position_ms == pytest.approx(10_078)
    assert "stands" in only(effects, e.Doubt).reason.message


def test_a_target_that_died_has_the_music_back_and_is_told_nothing(stage: Stage) -> None:
    stage.wait(0.1)
    effects = stage.note(stage.handoffs.gone("other", stage.now, dead=True))
    assert [kind for kind in kinds(effects) if kind != "Abort"] == [
        "KeepEpoch", "FadeBack", "Answer"
    ]  # fmt: skip
    assert stage.code == "target_lost"
    assert stage.idle


def test_without_a_link_nothing_is_known_until_it_is_back(stage: Stage) -> None:
    effects = stage.note(stage.handoffs.gone("other", stage.now, dead=False))
    assert kinds(effects) == ["Doubt"]
    assert stage.wait(5.0) == []
    assert stage.handoffs.holds_commands
    assert kinds(stage.note(stage.handoffs.back("other", stage.now))) == ["Ask"]
    assert kinds(stage.hear(m.TakenOver("h", 5))) == ["Clear", "Release", "Released", "Answer"]


def test_a_target_in_doubt_that_turns_out_to_be_dead(stage: Stage) -> None:
    stage.note(stage.handoffs.gone("other", stage.now, dead=False))
    effects = stage.note(stage.handoffs.gone("other", stage.now, dead=True))
    assert kinds(effects)[:3] == ["KeepEpoch", "Clear", "FadeBack"]


def test_a_command_in_doubt_takes_the_session_back(stage: Stage) -> None:
    in_doubt(stage)
    stage.note(stage.handoffs.gone("other", stage.now, dead=False))
    effects = stage.note(stage.handoffs.insist(stage.now))
    assert kinds(effects) == ["KeepEpoch", "Clear", "StandPaused", "Doubt", "Abort", "Answer"]
    assert not stage.handoffs.holds_commands
    stage.wait(60.0)
    assert kinds(stage.note(stage.handoffs.back("other", stage.now))) == ["Abort"]
    stage.hear(m.Failed("h", "handoff_failed", "It was taken back."))
    assert stage.idle


def test_nobody_insists_where_there_is_no_doubt(stage: Stage) -> None:
    assert stage.handoffs.insist(stage.now) == ()
    assert stage.handoffs.holds_commands


def test_who_hands_it_back_has_had_it(stage: Stage) -> None:
    back = m.Prepare("h2", 1, m.Moving("s", 6, 2, 7, "song"), NEXT, 0.0, 0)
    effects = stage.hear(back)
    assert kinds(effects) == ["Release", "Released", "Answer", "Open"]
    assert isinstance(stage.answer, Transferred)


def test_another_session_does_not_come_in_between(stage: Stage) -> None:
    refused = only(stage.hear(m.Prepare("h2", 1, m.Moving("t", 9, 0, 0), None, 0.0, 0)), m.Failed)
    assert refused.code == "busy"


def test_a_live_stream_comes_back_live() -> None:
    stage = Stage(FixedView(item=RADIO))
    stage.go()
    effects = stage.hear(m.Failed("h", "handoff_failed", "Too late."))
    assert only(effects, e.FadeBack).position_ms is None
