"""Whatever is said, by whomever, in any order: some things never happen."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from receiver.handoff import effects as e
from receiver.protocol import peers as m
from tests.handoff.stage import NEXT, SONG, FixedView, Stage, commit, kinds, prepare

Event = tuple[str, Any]
"""What happens, and with what."""

handoffs = st.sampled_from(["h", "h", "h", "x"])
attempts = st.integers(1, 3)
us = st.integers(0, 200_000)
codes = st.sampled_from(["busy", "handoff_failed", "unreachable"])

from_the_target = st.one_of(
    st.builds(
        m.Ready, handoffs, attempts, st.just(0.0), st.floats(9000, 40_000), us, us | st.none()
    ),
    st.builds(m.Armed, handoffs, attempts, st.sampled_from([0, 0, 0, 20_000])),
    st.builds(m.Failed, handoffs, codes, st.just("No.")),
    st.builds(m.TakenOver, handoffs, st.just(5)),
)
from_the_source = st.one_of(
    st.builds(
        prepare,
        attempts,
        handoff=handoffs,
        item=st.sampled_from([SONG, NEXT, None]),
        position_ms=st.floats(9000, 40_000),
        paused=st.booleans(),
        replace=st.booleans(),
    ),
    st.builds(commit, st.floats(100, 103), attempts),
    st.builds(m.Go, handoffs, attempts),
    st.builds(m.Released, handoffs),
    st.builds(m.Abort, handoffs, st.just("No.")),
    st.builds(m.Ask, handoffs),
)


READY: list[Event] = [("hear", m.Ready("h", 1, 0.0, 90_000.0, 50_000, 1000))]
ARMED: list[Event] = [*READY, ("hear", m.Armed("h", 1))]
OPEN: list[Event] = [("hear", prepare()), ("opened", None), ("complete", None)]
COMMITTED: list[Event] = [*OPEN, ("hear", commit(100.5))]
TOLD: list[Event] = [*COMMITTED, ("hear", m.Go("h", 1))]
"""Where to begin, so that what is rare by chance is tried often."""


def one_of(*events: Event) -> st.SearchStrategy[Event]:
    return st.sampled_from(events)


waits = st.tuples(st.just("wait"), st.sampled_from([0.0, 0.001, 0.03, 0.2, 1.0, 6.0]))
rare = one_of(("gone", False), ("gone", True), ("back", None))
source_events = st.one_of(
    st.tuples(st.just("hear"), from_the_target),
    st.tuples(st.just("hear"), from_the_target),
    waits,
    rare,
    one_of(("changed", None), ("moved_on", None), ("edited", None), ("insist", None)),
)
target_events = st.one_of(
    st.tuples(st.just("hear"), from_the_source),
    st.tuples(st.just("hear"), from_the_source),
    waits,
    rare,
    one_of(
        ("opened", None),
        ("complete", None),
        ("failed", None),
        ("sounding", None),
        ("changed", None),
    ),
)


def tell(stage: Stage, event: Event) -> list[e.Effect]:
    """Have one thing happen on the stage."""
    handoffs, now = stage.handoffs, stage.now
    match event:
        case "hear", message:
            return stage.hear(message)
        case "wait", seconds:
            return stage.wait(seconds)
        case "gone", dead:
            return stage.note(handoffs.gone("other", now, dead=dead))
        case "back", _:
            return stage.note(handoffs.back("other", now))
        case "opened", _:
            return stage.note(handoffs.opened())
        case "complete", _:
            return stage.note(handoffs.queue_complete("h", 7))
        case "failed", _:
            return stage.note(handoffs.failed("unplayable", "Damaged."))
        case name, _:
            return stage.note(getattr(handoffs, name)(now))


def is_answered(stage: Stage, asked: int) -> None:
    """When nothing comes any more, and the other is dead, all is over."""
    tell(stage, ("gone", True))
    stage.wait(60.0)
    assert stage.idle
    assert kinds(stage.effects).count("Answer") == asked


@given(st.sampled_from([[], READY, ARMED]), st.lists(source_events, max_size=30))
def test_a_source_falls_silent_after_go_only_and_answers_once(
    first: list[Event], events: list[Event]
) -> None:
    stage = Stage()
    stage.transfer()
    for event in [*first, *events]:
        tell(stage, event)
    is_answered(stage, 1)
    done = kinds(stage.effects)
    if "FadeOut" in done:
        assert done[done.index("FadeOut") - 1] == "Go"
        assert {"Release", "FadeBack", "StandPaused"} & set(done)
    assert done.count("FadeOut") <= 1
    assert done.count("Release") + done.count("KeepEpoch") <= 1


@given(st.sampled_from([OPEN, COMMITTED, TOLD]), st.lists(target_events, max_size=30))
def test_a_target_is_heard_after_go_only(first: list[Event], events: list[Event]) -> None:
    stage = Stage(FixedView(session=m.Moving("own", 0, 0, 0), item=None))
    told = False
    for event in [*first, *events]:
        told = told or isinstance(event[1], m.Go) or event == ("gone", True)
        done = kinds(tell(stage, event))
        assert told or not {"FadeIn", "Own", "StandPaused"} & set(done)
    is_answered(stage, 0)
