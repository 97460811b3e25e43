"""The source until `go`: its sound is untouched, whatever happens."""

from __future__ import annotations

import math

import msgspec
import pytest

from receiver.errors import TonearmError
from receiver.handoff import effects as e
from receiver.model.state import Item, Transferred
from receiver.protocol import peers as m
from tests.handoff.stage import NEXT, RADIO, SONG, FixedView, Stage, kinds, only, said


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_what_plays_is_named_with_its_place(stage: Stage) -> None:
    effects = stage.transfer(volume=30, replace=True)
    assert effects[1:] == [e.SendQueue("other", "h")]
    assert only(effects, m.Prepare) == m.Prepare(
        "h", 1, m.Moving("s", 5, 2, 7, "song"), SONG, 10_000.0, 100_000_000, True, 30
    )


def test_it_is_said_again_until_the_target_is_ready_and_then_given_up(stage: Stage) -> None:
    stage.transfer()
    effects = stage.wait(4.9)
    assert kinds(effects).count("Prepare") == 9
    assert kinds(effects).count("SendQueue") == 3
    assert kinds(stage.wait(0.1)) == ["Abort", "Answer"]
    assert stage.code == "target_not_ready"
    assert stage.idle


@pytest.mark.parametrize(("lead", "delay", "within"), [(0.05, 0.02, 0.078), (0.05, 0.2, 0.232)])
def test_the_switch_is_as_soon_as_both_can(lead: float, delay: float, within: float) -> None:
    stage = Stage(FixedView(output_delay=delay))
    stage.transfer()
    commit = only(stage.ready(lead_us=round(lead * 1e6)), m.Commit)
    assert commit.at_us == round((100 + within) * 1e6)
    assert commit.position_ms == pytest.approx(10_000 + within * 1e3)
    assert (commit.fade_us, commit.revision) == (30_000, 7)


@pytest.mark.parametrize("error_us", [None, 5001])
def test_clocks_that_do_not_agree_make_the_fade_longer(stage: Stage, error_us: int | None) -> None:
    stage.transfer()
    commit = only(stage.ready(clock_error_us=error_us), m.Commit)
    assert commit.fade_us == 120_000
    stage.hear(m.Armed("h", 1))
    stage.hear(m.TakenOver("h", 5))
    assert isinstance(stage.answer, Transferred)
    assert not stage.answer.tight


def test_commit_is_said_again_until_there_is_no_return(stage: Stage) -> None:
    stage.transfer()
    stage.ready()
    assert stage.handoffs.holds_commands
    assert kinds(stage.wait(0.052)) == ["Commit"]
    assert kinds(stage.wait(0.002)) == ["Abort", "Answer"]
    assert stage.code == "handoff_failed"
    assert kinds(stage.hear(m.Armed("h", 1))) == ["Abort"]
    assert not [effect for effect in stage.effects if isinstance(effect, e.FadeOut)]


def test_armed_counts_only_if_there_is_time_to_fade(stage: Stage) -> None:
    stage.transfer()
    stage.ready()
    stage.now += 0.054  # and nobody has had the time to call `tick`
    assert kinds(stage.hear(m.Armed("h", 1))) == ["Abort", "Answer"]


def test_once_the_target_is_armed_it_is_told_to_go_and_the_sound_fades(stage: Stage) -> None:
    stage.transfer()
    commit = only(stage.ready(), m.Commit)
    effects = stage.hear(m.Armed("h", 1))
    assert kinds(effects) == ["Go", "FadeOut"]
    fade = only(effects, e.FadeOut)
    assert (fade.at, fade.over) == (pytest.approx(commit.at_us / 1e6), 0.03)


def test_a_target_that_is_late_gets_another_instant_three_times_at_most(stage: Stage) -> None:
    stage.transfer()
    commit = only(stage.ready(), m.Commit)
    stage.now += 0.003
    again = only(stage.hear(m.Armed("h", 1, late_us=20_000)), m.Commit)
    assert again.attempt == 2
    assert again.at_us == pytest.approx(commit.at_us + 43_000, abs=2)
    assert stage.hear(m.Armed("h", 1, late_us=20_000)) == []
    assert stage.hear(m.Armed("h", 1)) == []
    assert only(stage.hear(m.Armed("h", 2, late_us=9000)), m.Commit).attempt == 3
    assert kinds(stage.hear(m.Armed("h", 3, late_us=1))) == ["Abort", "Answer"]
    assert stage.code == "handoff_failed"


def test_ready_of_an_old_attempt_is_let_be(stage: Stage) -> None:
    stage.transfer()
    stage.note(stage.handoffs.edited(stage.now))
    assert stage.ready(attempt=1) == []
    assert kinds(stage.ready(attempt=2)) == ["Commit"]


def test_what_is_not_decoded_as_far_is_prepared_again_further_on(stage: Stage) -> None:
    stage.transfer()
    stage.now += 2.0
    again = only(stage.ready(from_ms=10_000.0, to_ms=11_000.0), m.Prepare)
    assert again.attempt == 2
    assert again.position_ms == pytest.approx(14_078)
    assert again.at_us == pytest.approx(104_078_000)
    for attempt in (2, 3):
        assert kinds(stage.ready(attempt, to_ms=11_000.0)) == ["Prepare", "SendQueue"]
    stage.ready(4, to_ms=11_000.0)
    assert stage.code == "target_not_ready"


def test_a_place_that_is_further_on_is_waited_for(stage: Stage) -> None:
    stage.transfer()
    assert stage.ready(from_ms=10_200.0) == []
    stage.wait(0.121)
    assert not stage.handoffs.holds_commands
    commit = only(stage.wait(0.002), m.Commit)
    assert commit.position_ms == pytest.approx(10_200, abs=1.01)


def test_an_end_of_what_is_held_is_no_end_where_the_item_ends_too(stage: Stage) -> None:
    stage.now = stage.view.began + 179.7
    stage.transfer()
    assert kinds(stage.ready(to_ms=180_000.0)) == ["Commit"]


def test_an_item_that_ends_first_is_waited_out(stage: Stage) -> None:
    stage.now = stage.view.began + 179.95
    stage.transfer()
    assert stage.ready() == []
    stage.wait(2.0)
    stage.view.item, stage.view.began = NEXT, stage.now
    again = only(stage.note(stage.handoffs.moved_on(stage.now)), m.Prepare)
    assert (again.attempt, again.item, again.position_ms) == (2, NEXT, 0.0)
    assert kinds(stage.ready(2)) == ["Commit"]


def test_a_crossfade_is_an_end_too(stage: Stage) -> None:
    stage.view.session = msgspec.structs.replace(stage.view.session, crossfade_ms=5000)
    stage.now = stage.view.began + 175.0
    stage.transfer()
    assert stage.ready(to_ms=180_000.0) == []
    stage.view.followed = False
    assert kinds(stage.ready(to_ms=180_000.0)) == ["Commit"]


def test_a_crossfade_is_no_longer_than_half_of_the_item(stage: Stage) -> None:
    stage.view.session = msgspec.structs.replace(stage.view.session, crossfade_ms=12_000)
    stage.view.item = msgspec.structs.replace(SONG, duration_ms=11_000.0)
    stage.now = stage.view.began + 1
    stage.transfer()
    assert kinds(stage.ready()) == ["Commit"]


def test_items_that_are_all_too_short_do_not_put_it_off_for_ever(stage: Stage) -> None:
    stage.transfer()
    for _ in range(5):
        assert "Prepare" in kinds(stage.note(stage.handoffs.moved_on(stage.now)))
    assert kinds(stage.note(stage.handoffs.moved_on(stage.now))) == ["Abort", "Answer"]
    assert stage.code == "target_not_ready"
    assert stage.idle


def test_a_session_that_ends_is_handed_over_idle(stage: Stage) -> None:
    stage.now = stage.view.began + 179.95
    stage.transfer()
    stage.ready()
    stage.view.item = None
    again = only(stage.note(stage.handoffs.moved_on(stage.now)), m.Prepare)
    assert (again.item, again.session.paused) == (None, False)
    stage.ready(2, lead_us=0)
    assert kinds(stage.hear(m.Armed("h", 2))) == ["Go"]
    assert kinds(stage.hear(m.TakenOver("h", 5))) == ["Release", "Released", "Answer"]


def test_an_item_that_ends_after_the_commit_is_prepared_anew(stage: Stage) -> None:
    stage.transfer()
    stage.ready()
    stage.view.item = NEXT
    assert only(stage.note(stage.handoffs.moved_on(stage.now)), m.Prepare).attempt == 2
    assert not stage.handoffs.holds_commands
    assert stage.hear(m.Armed("h", 1)) == []


def test_a_queue_that_changes_after_the_commit_is_handed_over_anew(stage: Stage) -> None:
    stage.transfer()
    stage.ready()
    assert kinds(stage.note(stage.handoffs.edited(stage.now))) == ["Prepare", "SendQueue"]


def test_a_pause_is_followed_and_what_stands_does_not_fade(stage: Stage) -> None:
    stage.transfer()
    stage.view.session = msgspec.structs.replace(stage.view.session, paused=True)
    stage.view.stands_at = 10_300.0
    again = only(stage.note(stage.handoffs.changed(stage.now)), m.Prepare)
    assert (again.session.paused, again.position_ms) == (True, 10_300.0)
    commit = only(stage.ready(2, lead_us=0, to_ms=10_350.0), m.Commit)
    assert (commit.fade_us, commit.position_ms) == (0, 10_300.0)
    assert kinds(stage.hear(m.Armed("h", 2))) == ["Go"]
    stage.hear(m.TakenOver("h", 5))
    assert isinstance(stage.answer, Transferred)
    assert stage.answer.paused


@pytest.mark.parametrize("item", [SONG, NEXT, None])
def test_any_other_command_takes_its_place(stage: Stage, item: Item | None) -> None:
    stage.transfer()
    stage.view.item = item
    assert kinds(stage.note(stage.handoffs.changed(stage.now))) == ["Abort", "Answer"]
    assert stage.code == "superseded"
    assert stage.idle


def test_to_paused_fades_out_here_and_stands_there(stage: Stage) -> None:
    assert only(stage.transfer(to_paused=True), m.Prepare).session.paused
    assert only(stage.ready(lead_us=0), m.Commit).fade_us == 30_000
    assert kinds(stage.hear(m.Armed("h", 1))) == ["Go", "FadeOut"]


def test_a_live_stream_has_no_place(stage: Stage) -> None:
    stage.view.item = RADIO
    assert only(stage.transfer(), m.Prepare).position_ms == 0.0
    assert kinds(stage.ready(from_ms=0.0, to_ms=0.0)) == ["Commit"]
    stage.hear(m.Armed("h", 1))
    stage.hear(m.TakenOver("h", 5))
    assert isinstance(stage.answer, Transferred)
    assert stage.answer.live
    assert not stage.answer.tight


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("dead", [False, True])
def test_without_a_target_nothing_has_happened(stage: Stage, committed: bool, dead: bool) -> None:
    stage.transfer()
    if committed:
        stage.ready()
    effects = stage.note(stage.handoffs.gone("other", stage.now, dead=dead))
    assert kinds(effects) == ["Abort", "Answer"]
    assert stage.code == "target_lost"
    assert stage.handoffs.wake_at == math.inf


@pytest.mark.parametrize("committed", [False, True])
def test_a_refusal_is_passed_on(stage: Stage, committed: bool) -> None:
    stage.transfer()
    if committed:
        stage.ready()
    stage.hear(m.Failed("h", "target_playing", "It plays."))
    assert stage.code == "target_playing"
    assert str(stage.answer) == "Other: It plays."


def test_one_transfer_at_a_time(stage: Stage) -> None:
    stage.transfer()
    answer = only(stage.transfer(handoff="h2"), e.Answer).result
    assert isinstance(answer, TonearmError)
    assert answer.code == "busy"
    assert kinds(stage.ready()) == ["Commit"]


def test_what_another_receiver_says_of_it_is_let_be(stage: Stage) -> None:
    stage.transfer()
    assert said(stage.hear(m.Failed("h", "busy", "Busy."), peer="third")) == []
    assert kinds(stage.ready()) == ["Commit"]
