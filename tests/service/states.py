"""States of a receiver, as far as a service manager cares."""

from __future__ import annotations

from receiver.model.state import (
    ClockId,
    Item,
    Output,
    Playback,
    ReceiverInfo,
    SessionState,
    State,
    Tags,
    Volume,
)

URL = "http://anna:secret@radio.example:8000/live/token123.ogg?key=hidden"


def a_state(playback: Playback, title: str | None = None, artist: str | None = None) -> State:
    """Of a receiver that does this."""
    item = None if playback == "idle" else Item("i-1", URL, Tags(title, artist))
    return State(
        ReceiverInfo("r-1", "Kitchen", "0", ClockId("r-1", "b")),
        SessionState("s-1", playback=playback, item=item),
        Volume(50, muted=False),
        Output("mock", "mock"),
    )
