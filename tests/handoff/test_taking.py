"""The target: it makes ready unheard, and sounds only if it was told to go in time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from receiver.handoff import effects as e
from receiver.protocol import peers as m
from tests.handoff.stage import NEXT, RADIO, SONG, FixedView, Stage, commit, kinds, only, prepare

OWN = m.Moving("own", 0, 0, 0)
Far = Callable[[Stage], None]
"""Brings the target so far."""


def idle() -> FixedView:
    """A receiver at which nothing plays."""
    return FixedView(session=OWN, item=None)


@pytest.fixture
def stage() -> Stage:
    return Stage(idle())


def get_ready(stage: Stage, **fields: object) -> None:
    """The target is ready."""
    stage.hear(prepare(**fields))
    stage.note(stage.handoffs.queue_complete("h", 7))
    stage.note(stage.handoffs.opened())


def arm(stage: Stage, at: float = 100.5, **fields: object) -> None:
    """It is armed."""
    get_ready(stage, **fields)
    assert only(stage.hear(commit(at)), m.Armed).late_us == 0


def switch(stage: Stage, at: float = 100.5, **fields: object) -> None:
    """It was told to go."""
    arm(stage, at, **fields)
    stage.hear(m.Go("h", 1))


def own(stage: Stage) -> None:
    """It is heard."""
    switch(stage)
    stage.wait(0.54)
    stage.note(stage.handoffs.sounding(stage.now))
    assert only(stage.effects, e.Own).session == m.Moving("s", 5, 2, 7, "song")


def lose(stage: Stage, *, dead: bool) -> list[e.Effect]:
    """The source is gone."""
    return stage.note(stage.handoffs.gone("other", stage.now, dead=dead))


def sound(stage: Stage) -> list[e.Effect]:
    """The engine says that it is heard."""
    return stage.note(stage.handoffs.sounding(stage.now))


# --- making ready -------------------------------------------------------------------------------


def test_it_is_ready_with_the_item_and_the_queue(stage: Stage) -> None:
    assert stage.hear(prepare()) == [e.Open(SONG, 10_000.0)]
    assert stage.note(stage.handoffs.opened()) == []
    assert stage.note(stage.handoffs.queue_complete("h", 6)) == []
    assert stage.note(stage.handoffs.queue_complete("another", 7)) == []
    ready = only(stage.note(stage.handoffs.queue_complete("h", 7)), m.Ready)
    assert ready == m.Ready("h", 1, 10_000.0, 20_000.0, 50_000, 1000)


def test_nothing_to_open_needs_the_queue_only(stage: Stage) -> None:
    assert stage.hear(prepare(item=None)) == []
    ready = only(stage.note(stage.handoffs.queue_complete("h", 7)), m.Ready)
    assert ready == m.Ready("h", 1, 0.0, 0.0, 0, 1000)


def test_a_live_stream_is_opened_without_a_place(stage: Stage) -> None:
    assert stage.hear(prepare(item=RADIO)) == [e.Open(RADIO, None)]


def test_what_is_said_again_is_answered_again(stage: Stage) -> None:
    get_ready(stage)
    assert kinds(stage.hear(prepare())) == ["Ready"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"position_ms": 12_000.0}, ["Ready"]),
        ({"position_ms": 19_500.0}, ["Open"]),
        ({"position_ms": 9000.0}, ["Open"]),
        ({"item": NEXT, "position_ms": 12_000.0}, ["Open"]),
        ({"item": None}, ["Ready"]),
        ({"paused": True}, ["Ready"]),
    ],
)
def test_another_attempt_opens_anew_only_if_it_must(
    stage: Stage, fields: dict[str, object], expected: list[str]
) -> None:
    get_ready(stage)
    assert kinds(stage.hear(prepare(2, **fields))) == expected
    assert stage.hear(prepare(1)) == []


def test_what_is_being_opened_is_waited_for(stage: Stage) -> None:
    stage.hear(prepare())
    assert stage.hear(prepare(2, position_ms=10_400.0)) == []
    assert kinds(stage.hear(prepare(3, position_ms=9000.0))) == ["Open"]


def test_what_cannot_be_opened_is_said(stage: Stage) -> None:
    stage.hear(prepare())
    effects = stage.note(stage.handoffs.failed("unreachable", "No such host."))
    assert kinds(effects) == ["Drop", "Failed"]
    assert only(effects, m.Failed) == m.Failed("h", "unreachable", "No such host.")
    assert stage.hear(prepare()) == [effects[1]]
    assert stage.idle


def test_a_source_that_says_nothing_is_let_be(stage: Stage) -> None:
    get_ready(stage)
    stage.wait(4.0)
    stage.hear(prepare())
    assert stage.wait(4.9) == []
    assert kinds(stage.wait(0.2)) == ["Drop", "Failed"]
    assert stage.idle


# --- armed --------------------------------------------------------------------------------------


def test_a_commit_that_comes_late_is_answered_with_by_how_much(stage: Stage) -> None:
    get_ready(stage)
    late = only(stage.hear(commit(100.04)), m.Armed).late_us
    assert late == pytest.approx(14_000, abs=2)
    assert not stage.handoffs.holds_commands
    assert only(stage.hear(commit(100.06, attempt=2)), m.Armed) == m.Armed("h", 2)
    assert only(stage.hear(commit(100.06, attempt=2)), m.Armed) == m.Armed("h", 2)
    assert stage.hear(commit(100.04)) == []
    assert stage.hear(m.Go("h", 1)) == []


def test_a_commit_needs_the_queue_that_it_names(stage: Stage) -> None:
    get_ready(stage)
    assert stage.hear(commit(100.5, revision=8)) == []


def test_without_go_it_is_never_heard(stage: Stage) -> None:
    arm(stage)
    assert kinds(stage.wait(0.5)) == ["Drop", "Failed"]
    assert kinds(stage.hear(m.Go("h", 1))) == ["Failed"]
    assert kinds(stage.hear(m.Ask("h"))) == ["Failed"]
    assert not [effect for effect in stage.effects if isinstance(effect, e.FadeIn)]


def test_go_that_comes_too_late_is_as_none(stage: Stage) -> None:
    arm(stage)
    stage.now += 0.451
    assert kinds(stage.hear(m.Go("h", 1))) == ["Drop", "Failed"]


def test_an_item_that_ends_before_go_is_prepared_anew(stage: Stage) -> None:
    arm(stage)
    assert stage.hear(prepare(1)) == []
    assert kinds(stage.hear(prepare(2, item=NEXT, position_ms=0.0))) == ["Open"]
    assert stage.hear(m.Go("h", 1)) == []


# --- the switch ---------------------------------------------------------------------------------


def test_it_is_heard_from_the_instant_on_with_the_volume_that_was_wanted(stage: Stage) -> None:
    arm(stage, volume=30)
    effects = stage.hear(m.Go("h", 1))
    assert effects[0] == e.SetVolume(30)
    fade = only(effects, e.FadeIn)
    assert (fade.position_ms, fade.at, fade.over) == (10_500.0, pytest.approx(100.5), 0.03)
    assert stage.hear(m.Go("h", 1)) == []


@pytest.mark.parametrize("heard_after", [0.51, 0.6])
def test_it_owns_the_session_when_it_is_heard_in_full(stage: Stage, heard_after: float) -> None:
    switch(stage)
    stage.wait(heard_after)
    sound(stage)
    stage.wait(max(0.531 - heard_after, 0))
    assert only(stage.effects, e.Own) == e.Own("h", m.Moving("s", 5, 2, 7, "song"), SONG)
    assert only(stage.effects, m.TakenOver) == m.TakenOver("h", 5)


def test_what_stands_is_placed_and_owned_at_the_instant(stage: Stage) -> None:
    switch(stage, paused=True)
    effects = stage.wait(0.531)
    assert kinds(effects) == ["StandPaused", "Own", "TakenOver"]
    assert only(effects, e.StandPaused).position_ms == 10_500.0
    assert only(effects, e.Own).session.paused


def test_a_queue_alone_makes_no_sound(stage: Stage) -> None:
    stage.hear(prepare(item=None))
    stage.note(stage.handoffs.queue_complete("h", 7))
    stage.hear(commit(100.1, fade_us=0))
    assert stage.hear(m.Go("h", 1)) == []
    assert kinds(stage.wait(0.1)) == ["Own", "TakenOver"]


def test_done_is_said_until_the_source_has_let_go(stage: Stage) -> None:
    own(stage)
    assert kinds(stage.wait(0.25)) == ["TakenOver", "TakenOver"]
    assert kinds(stage.hear(m.Ask("h"))) == ["TakenOver"]
    stage.hear(m.Released("h"))
    assert stage.idle
    assert kinds(stage.hear(m.Ask("h"))) == ["TakenOver"]
    assert stage.hear(m.Released("h")) == []


def test_a_source_that_does_not_let_go_is_not_told_for_ever(stage: Stage) -> None:
    own(stage)
    stage.wait(5.1)
    assert stage.idle


def test_an_output_that_stays_silent_gives_it_back(stage: Stage) -> None:
    switch(stage)
    assert kinds(stage.wait(1.54)) == ["Drop", "Failed"]


def test_an_item_that_cannot_be_played_on_gives_it_back(stage: Stage) -> None:
    switch(stage)
    effects = stage.note(stage.handoffs.failed("unplayable", "Damaged."))
    assert kinds(effects) == ["Drop", "Failed"]


# --- when the source is gone --------------------------------------------------------------------


@pytest.mark.parametrize("dead", [False, True])
def test_what_is_not_ready_is_dropped(stage: Stage, dead: bool) -> None:
    stage.hear(prepare())
    assert kinds(lose(stage, dead=dead))[0] == "Drop"
    assert stage.idle


@pytest.mark.parametrize("ready", [get_ready, arm])
def test_without_a_link_the_source_plays_on(stage: Stage, ready: Far) -> None:
    ready(stage)
    assert kinds(lose(stage, dead=False))[0] == "Drop"
    assert kinds(stage.hear(m.Ask("h"))) == ["Failed"]


@pytest.mark.parametrize("ready", [get_ready, arm])
def test_without_a_source_the_music_goes_on_here(stage: Stage, ready: Far) -> None:
    ready(stage)
    stage.now += 0.2
    fade = only(lose(stage, dead=True), e.FadeIn)
    assert fade.at == pytest.approx(100.25)
    assert fade.position_ms == pytest.approx(10_250.0)
    stage.wait(0.1)
    sound(stage)
    notice = only(stage.effects, e.Own).notice
    assert notice is not None
    assert notice.code == "source_lost"


def test_what_stands_is_not_taken_from_the_dead(stage: Stage) -> None:
    get_ready(stage, paused=True)
    assert kinds(lose(stage, dead=True))[0] == "Drop"


@pytest.mark.parametrize("dead", [False, True])
def test_after_go_it_is_heard_whatever_comes(stage: Stage, dead: bool) -> None:
    switch(stage)
    assert lose(stage, dead=dead) == []
    stage.wait(0.54)
    assert kinds(sound(stage))[0] == "Own"


def test_a_session_that_nobody_else_has_is_owned_in_silence(stage: Stage) -> None:
    switch(stage)
    lose(stage, dead=True)
    effects = stage.note(stage.handoffs.failed("no_device", "It is gone."))
    assert kinds(effects) == ["Drop", "Own"]
    lost = only(effects, e.Own)
    assert lost.item is None
    assert lost.notice is not None
    assert lost.notice.code == "no_device"


@pytest.mark.parametrize("dead", [False, True])
def test_an_owner_needs_no_source(stage: Stage, dead: bool) -> None:
    own(stage)
    assert lose(stage, dead=dead) == []
    assert stage.idle


# --- when it is called off ----------------------------------------------------------------------


@pytest.mark.parametrize("far", [get_ready, arm, switch])
def test_an_abort_makes_an_end_of_it(stage: Stage, far: Far) -> None:
    far(stage)
    assert kinds(stage.hear(m.Abort("h", "Stopped."))) == ["Drop", "Failed"]
    assert kinds(stage.hear(m.Abort("h", "Stopped."))) == ["Failed"]
    assert stage.idle


def test_an_abort_may_overtake_what_it_calls_off(stage: Stage) -> None:
    stage.hear(m.Abort("h", "Stopped."))
    assert kinds(stage.hear(prepare())) == ["Failed"]


@pytest.mark.parametrize("released", [False, True])
def test_a_session_that_was_taken_back_is_let_go(stage: Stage, released: bool) -> None:
    own(stage)
    stage.view.session, stage.view.item = m.Moving("s", 5, 2, 7, "song"), SONG
    if released:
        stage.hear(m.Released("h"))
    effects = stage.hear(m.Abort("h", "Taken back."))
    assert kinds(effects) == ["Release", "Failed"]
    assert only(effects, e.Release) == e.Release("other", 6)
    assert kinds(stage.hear(m.Abort("h", "Taken back."))) == ["Failed"]


def test_a_session_that_has_moved_on_is_not_taken_back(stage: Stage) -> None:
    own(stage)
    stage.hear(m.Released("h"))
    assert kinds(stage.hear(m.Abort("h", "Taken back."))) == ["Failed"]


# --- what is refused ----------------------------------------------------------------------------


def test_one_handoff_at_a_time(stage: Stage) -> None:
    get_ready(stage)
    refused = stage.hear(prepare(handoff="h2"), peer="third")
    assert only(refused, m.Failed).code == "busy"


def test_what_plays_is_replaced_only_if_asked_for() -> None:
    stage = Stage(FixedView(session=OWN, item=NEXT))
    assert only(stage.hear(prepare()), m.Failed).code == "target_playing"
    assert kinds(stage.hear(prepare(handoff="h2", replace=True))) == ["Open"]


def test_a_play_of_somebody_else_goes_first(stage: Stage) -> None:
    get_ready(stage)
    assert stage.note(stage.handoffs.changed(stage.now)) == []
    stage.view.item = NEXT
    effects = stage.note(stage.handoffs.changed(stage.now))
    assert only(effects, m.Failed).code == "target_playing"


def test_a_session_that_is_here_already_is_stale(stage: Stage) -> None:
    stage.view.session = m.Moving("s", 5, 2, 7)
    assert only(stage.hear(prepare()), m.Failed).code == "stale"


def test_an_owner_takes_part_in_the_next_handoff_at_once(stage: Stage) -> None:
    own(stage)
    stage.view.session, stage.view.item = m.Moving("s", 5, 2, 7, "song"), SONG
    assert kinds(stage.transfer(handoff="back")) == ["Prepare", "SendQueue"]
    assert kinds(stage.hear(m.Ask("h"))) == ["TakenOver"]


def test_what_nobody_remembers_is_answered_all_the_same(stage: Stage) -> None:
    for message, answer in (
        (m.Ask("x"), "Failed"),
        (m.Go("x", 1), "Failed"),
        (m.TakenOver("x", 3), "Released"),
        (m.Armed("x", 1), "Abort"),
    ):
        assert kinds(stage.hear(message)) == [answer]
    assert stage.hear(m.Released("x")) == []


def test_old_handoffs_are_forgotten(stage: Stage) -> None:
    for number in range(40):
        stage.hear(m.Abort(f"h{number}", "Stopped."))
    assert kinds(stage.hear(prepare(handoff="h39"))) == ["Failed"]
    assert kinds(stage.hear(prepare(handoff="h0"))) == ["Open"]
