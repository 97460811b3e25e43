"""What the state of a speaker means for its light and its amplifier."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import msgspec
import pytest

from hw.led import Light
from receiver.clock.mock import MockClock
from receiver.errors import ConfigError
from receiver.front import Front, is_sounding, light_of, try_out
from receiver.model.state import (
    Access,
    ClockId,
    Output,
    Playback,
    Problem,
    ReceiverInfo,
    SessionState,
    State,
    Volume,
)

ME = ReceiverInfo("r", "Kitchen", "0", ClockId("r", "boot"))


def state(playback: Playback, problem: str | None) -> State:
    return State(
        ME,
        SessionState("s", playback=playback),
        Volume(50, muted=False),
        Output("mock", "mock"),
        None if problem is None else Problem(problem, "It is so."),
    )


@pytest.mark.parametrize(
    ("playback", "problem", "light", "sounding"),
    [
        ("idle", None, "ready", False),
        ("paused", None, "ready", False),
        ("loading", None, "buffering", True),
        # What waits may wait for ever: the amplifier stays on only for its time of silence.
        ("buffering", None, "buffering", False),
        ("playing", None, "playing", True),
        # What was not played is told until something plays ...
        ("idle", "unplayable", "error", False),
        ("paused", "unplayable", "error", False),
        ("loading", "unplayable", "error", True),
        ("buffering", "unreachable", "error", False),
        ("playing", "unplayable", "playing", True),
        # ... but without a device nothing is heard, whatever it plays: it stands where it was.
        ("buffering", "no_device", "error", False),
        ("loading", "no_device", "error", False),
        ("paused", "no_device", "error", False),
        ("playing", "no_device", "error", False),
        ("idle", "no_device", "error", False),
    ],
)
def test_what_a_state_means(
    playback: Playback, problem: str | None, light: Light, sounding: bool
) -> None:
    told = state(playback, problem)
    assert (light_of(told), is_sounding(told)) == (light, sounding)


def test_a_code_is_said_to_an_amplifier_that_is_on() -> None:
    letting_in = msgspec.structs.replace(state("idle", None), access=Access("pair", pairing=True))
    assert (light_of(letting_in), is_sounding(letting_in)) == ("pairing", True)


@pytest.mark.parametrize("playback", get_args(Playback))
@pytest.mark.parametrize("problem", [None, "unplayable", "no_device"])
def test_that_somebody_is_let_in_is_shown_before_all_else(
    playback: Playback, problem: str | None
) -> None:
    """Also before what is wrong: who holds the button waits for that answer."""
    access = Access("pair", pairing=True)
    letting_in = msgspec.structs.replace(state(playback, problem), access=access)
    assert (light_of(letting_in), is_sounding(letting_in)) == ("pairing", True)


@pytest.mark.parametrize("volume", [Volume(50, muted=True), Volume(0, muted=False)])
def test_what_is_muted_is_silent(volume: Volume) -> None:
    muted = msgspec.structs.replace(state("playing", None), volume=volume)
    assert (light_of(muted), is_sounding(muted)) == ("playing", False)


async def test_without_hardware_there_is_nothing_to_run() -> None:
    front = Front(None, MockClock())
    await front.run(lambda *_: None)
    front.show(state("playing", None))
    front.ready()
    assert front.status == []


def test_to_try_out_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="names no hardware"):
        try_out(None)


def test_a_receiver_without_hardware_loads_nothing_of_it() -> None:
    script = "import sys, receiver.__main__, receiver.daemon; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not [name for name in done.stdout.split() if name.partition(".")[0] in ("hw", "RPi")]
