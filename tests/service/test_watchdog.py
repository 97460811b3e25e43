"""When the watchdog is content: sound advances, or need not."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.model.state import Playback, Problem, State
from receiver.service.watchdog import Watchdog
from tests.service.states import a_state

PATIENCE_S = 10.0
NO_DEVICE = Problem("no_device", "There is no sound device.")


@pytest.fixture
def watchdog() -> Watchdog:
    return Watchdog(PATIENCE_S)


@pytest.mark.parametrize(
    "state",
    [
        a_state("idle"),
        a_state("loading"),
        a_state("buffering"),
        a_state("paused"),
        msgspec.structs.replace(a_state("playing"), problem=NO_DEVICE),
    ],
)
def test_silence_is_fine_where_nothing_should_sound(watchdog: Watchdog, state: State) -> None:
    watchdog.published(a_state("playing"), 0.0)
    watchdog.published(state, 5.0)
    assert watchdog.content(1e6)
    watchdog.published(a_state("playing"), 1e6)
    assert watchdog.content(1e6 + PATIENCE_S - 0.1), "it has its time to begin"
    assert not watchdog.content(1e6 + PATIENCE_S)


def test_music_must_advance(watchdog: Watchdog) -> None:
    watchdog.published(a_state("playing"), 0.0)
    for second in range(0, 100, 2):
        watchdog.heard(float(second), second + 0.01)
        assert watchdog.content(second + 2.0)
    for second in range(100, 120, 2):
        watchdog.heard(98.0, second + 0.01)  # the same frame, told again and again
    assert not watchdog.content(98.01 + PATIENCE_S)
    watchdog.heard(130.0, 130.0)
    assert watchdog.content(130.0), "it went on by itself"


def test_another_problem_is_no_excuse(watchdog: Watchdog) -> None:
    broken = msgspec.structs.replace(a_state("playing"), problem=Problem("stalled", "Stalled."))
    watchdog.published(broken, 0.0)
    assert not watchdog.content(PATIENCE_S)


STEPS = st.lists(
    st.tuples(
        st.floats(0.0, 30.0),
        st.one_of(
            st.sampled_from(("idle", "loading", "buffering", "playing", "paused")),
            st.sampled_from(("lost", "back")),
            st.just("heard"),
        ),
    ),
    max_size=40,
)


@given(STEPS)
def test_it_bites_when_and_only_when_sound_stood_still_too_long(
    steps: list[tuple[float, str]],
) -> None:
    """Against the sentence itself, over any history."""
    watchdog, now = Watchdog(PATIENCE_S), 0.0
    playback: Playback = "idle"
    device, quiet_since = True, 0.0
    for pause, what in steps:
        now += pause
        should = playback == "playing" and device
        assert watchdog.content(now) is not (should and now - quiet_since >= PATIENCE_S)
        if what == "heard":
            watchdog.heard(now, now)
            quiet_since = now
            continue
        if what in ("lost", "back"):
            device = what == "back"
        else:
            playback = what  # type: ignore[assignment]  # one of the five words
        if not should:
            quiet_since = now
        state = a_state(playback)
        problem = None if device else NO_DEVICE
        watchdog.published(msgspec.structs.replace(state, problem=problem), now)
