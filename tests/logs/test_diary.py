"""What people read of what happens, state after state."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from receiver.clock.mock import MockClock
from receiver.logs.diary import Diary
from receiver.model.state import (
    ClockId,
    Item,
    Output,
    Peer,
    Problem,
    ReceiverInfo,
    SessionState,
    State,
    Tags,
    Volume,
)

replace = msgspec.structs.replace
SONG = Item("i-1", "http://10.0.0.5:4000/kRq8/song.ogg", added_by="Ann")
BLUE = Item("i-2", "http://radio/blue.ogg", Tags("Blue", "Miles"))
IDLE = State(
    ReceiverInfo("a" * 32, "Kitchen", "0.1.0", ClockId("a" * 32, "boot")),
    SessionState("s-1"),
    Volume(50, False, -20.0),
    Output("mock", "DAC", 48000, 2, 9.0),
)
BEDROOM = Peer("b" * 32, "Bedroom", "0.1.0", "10.0.0.7", 7766, connected=True)


class Reader:
    """Reads the diary of a receiver that is idle at first."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO", "receiver.logs.diary")
        self._caplog = caplog
        self.clock = MockClock()
        self._diary = Diary(self.clock)
        self.state = IDLE
        self._diary.follow(IDLE)

    def after(self, **changes: Any) -> list[str]:
        """The lines that a change of the state makes."""
        self._caplog.clear()
        self.state = replace(self.state, **changes)
        self._diary.follow(self.state)
        return [record.getMessage() for record in self._caplog.records]

    def session(self, **changes: Any) -> list[str]:
        """The same for a change of the session."""
        return self.after(session=replace(self.state.session, **changes))

    def output(self, **changes: Any) -> list[str]:
        """The same for a change of the output."""
        return self.after(output=replace(self.state.output, **changes))


@pytest.fixture
def reader(caplog: pytest.LogCaptureFixture) -> Reader:
    return Reader(caplog)


def test_an_evening(reader: Reader) -> None:
    assert reader.session(playback="loading", item=SONG) == []
    assert reader.session(playback="playing") == [
        "Playing song.ogg from http://10.0.0.5:4000/…/song.ogg, added by Ann."
    ]
    assert reader.session(playback="paused") == ["Paused: song.ogg."]
    assert reader.session(playback="playing") == ["Goes on: song.ogg."]
    assert reader.after(volume=Volume(20, False, -40.0)) == []
    assert reader.session(item=BLUE) == ["Playing Miles - Blue from http://radio/blue.ogg."]
    assert reader.session(playback="idle", item=None) == ["Nothing plays any more."]


def test_the_night_begins_and_ends(reader: Reader) -> None:
    assert reader.after(volume=Volume(40, False, -24.0, 40)) == []
    assert reader.after(volume=Volume(30, False, -27.0, 30, "07:00")) == [
        "Night: the volume is at most 30 % until 07:00."
    ]
    assert reader.after(volume=Volume(10, False, -40.0, 30, "07:00")) == []
    assert reader.after(volume=Volume(10, False, -40.0, 60)) == [
        "The night is over: the volume may be up to 60 % again."
    ]


def test_a_stream_that_is_interrupted(reader: Reader) -> None:
    reader.session(playback="playing", item=BLUE)
    assert reader.session(playback="buffering") == [
        "Miles - Blue is interrupted: its stream comes too slowly."
    ]
    reader.clock.step(3.2)
    assert reader.session(playback="playing") == ["Miles - Blue goes on after 3.2 s."]


def test_what_cannot_be_played_is_told_with_the_reason(reader: Reader) -> None:
    reader.session(playback="loading", item=SONG)
    problem = Problem("unplayable", "It is damaged.")
    session = replace(reader.state.session, playback="loading", item=BLUE)
    assert reader.after(session=session, problem=problem) == [
        "song.ogg is not played: It is damaged."
    ]
    session = replace(session, playback="idle", item=None)
    again = Problem("unplayable", "It is damaged.")
    assert reader.after(session=session, problem=again) == [
        "Miles - Blue is not played: It is damaged."
    ]
    assert reader.after(problem=None) == []


def test_a_device_that_goes_and_comes(reader: Reader) -> None:
    assert reader.output(rate=44100, buffer_ms=10.0) == [
        "The sound device is open: DAC (mock), 44100 Hz, 2 channels, 10 ms buffer."
    ]
    problem = Problem("no_device", "The sound device DAC stopped by itself.")
    reader.session(playback="playing", item=SONG)
    assert reader.after(problem=problem) == ["The sound device DAC stopped by itself."]
    assert reader.after(problem=Problem(problem.code, problem.message)) == []
    assert reader.after(problem=None) == ["The sound device is back: DAC."]
    assert reader.output(underruns=1) == ["The sound device ran dry (1 since the start)."]
    assert reader.output(buffer_ms=20.0) == [
        "The buffer of the sound device was made larger: 20 ms now, 10 ms before."
    ]
    assert reader.output(delay_ms=15.0) == []


def test_a_house_that_changes(reader: Reader) -> None:
    silent = replace(BEDROOM, connected=False)
    assert reader.after(peers={"b": silent}) == []
    assert reader.after(peers={"b": BEDROOM}) == ["Bedroom (10.0.0.7) is connected."]
    assert reader.after(peers={"b": replace(BEDROOM, volume=Volume(1, False))}) == []
    assert reader.after(peers={"b": silent}) == ["Bedroom (10.0.0.7) is gone."]


def test_music_that_moves(reader: Reader) -> None:
    reader.session(playback="playing", item=SONG)
    there = {"b": replace(BEDROOM, session=SessionState("s-1", 1, "playing", SONG))}
    reader.after(peers=there)
    assert reader.after(session=SessionState("s-2")) == ["song.ogg goes on at Bedroom."]
    assert reader.after(session=SessionState("s-1", 2, "playing", BLUE)) == [
        "The music of Bedroom goes on here.",
        "Playing Miles - Blue from http://radio/blue.ogg.",
    ]
    doubt = Problem("handoff_failed", "Bedroom was lost at the switch.")
    assert reader.after(problem=doubt) == [doubt.message]
