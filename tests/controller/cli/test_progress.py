"""The line that shows what plays."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.cli.progress import Display, label_of, line, sentence
from controller.cli.width import columns
from receiver.model.state import (
    Anchor,
    ClockId,
    Item,
    Output,
    Problem,
    QueueState,
    ReceiverInfo,
    SessionState,
    State,
    Tags,
    Volume,
)

ITEM = Item("i-1", "http://x/music/blue.ogg", Tags("Blue", "Miles"), duration_ms=200_000.0)
PLAYING = State(
    ReceiverInfo("r", "Kitchen", "1", ClockId("r", "b")),
    SessionState("s", 0, "playing", ITEM, Anchor("i-1", 50_000.0, 0, 1)),
    Volume(40, False, -20.0),
    Output("mock", "Mock", level_dbfs=-12.4),
)
IDLE = msgspec.structs.replace(PLAYING, session=SessionState("s"))


def with_item(**fields: Any) -> State:
    item = msgspec.structs.replace(ITEM, **fields)
    return msgspec.structs.replace(
        PLAYING, session=msgspec.structs.replace(PLAYING.session, item=item)
    )


def test_all_of_it() -> None:
    shown = line(PLAYING, 50_000.0, True, 79)
    assert shown == "▶ Miles - Blue  0:50 ━━━━━━────────────────── 3:20 40 % -12 dBFS"


def test_a_narrow_terminal_has_no_bar() -> None:
    assert line(PLAYING, 50_000.0, True, 50) == "▶ Miles - Blue  0:50 / 3:20 40 % -12 dBFS"


def test_a_stream_without_an_end() -> None:
    endless = with_item(duration_ms=None, live=True)
    assert line(endless, 50_000.0, True, 79) == "▶ Miles - Blue  0:50 40 % -12 dBFS"


def test_muted() -> None:
    muted = msgspec.structs.replace(PLAYING, volume=Volume(40, True), output=Output("a", "b"))
    assert line(muted, 0.0, True, 50) == "▶ Miles - Blue  0:00 / 3:20 muted"


@pytest.mark.parametrize(
    ("queue", "signs", "words"),
    [
        (QueueState(length=1, index=0), "", ""),
        (QueueState(length=5, index=1), "2/5 ", ", 2 of 5"),
        (QueueState(length=5, index=1, repeat="all"), "2/5 ↻ ", ", 2 of 5, repeat all"),
        (QueueState(length=1, index=0, repeat="one"), "↻1 ", ", repeat one"),
        (QueueState(length=5, index=4, shuffle=True), "5/5 ⇄ ", ", 5 of 5, shuffled"),
    ],
)
def test_the_queue(queue: QueueState, signs: str, words: str) -> None:
    session = msgspec.structs.replace(PLAYING.session, queue=queue)
    state = msgspec.structs.replace(PLAYING, session=session)
    assert f" 3:20 {signs}40 % " in line(state, 50_000.0, True, 79)
    assert " 3:20 40 % " in line(state, 50_000.0, True, 50)
    assert sentence(state, 0.0, True) == f"playing, Miles - Blue, 0:00 of 3:20{words}, volume 40 %"


def test_nothing_plays() -> None:
    assert line(IDLE, None, True, 79) == "■ nothing plays"


def test_where_the_music_has_gone() -> None:
    assert line(IDLE, None, True, 79, "Bed\x1broom") == "■ moved to Bed room"
    assert sentence(IDLE, None, True, "Bedroom") == "idle, moved to Bedroom, volume 40 %"


def test_a_problem_is_told() -> None:
    state = msgspec.structs.replace(IDLE, problem=Problem("unplayable", "It is\nbroken."))
    assert line(state, None, True, 79) == "■ It is broken."
    assert sentence(state, None, True) == "idle, volume 40 %, It is broken."


def test_a_lost_connection_is_told() -> None:
    assert line(PLAYING, 0.0, False, 79) == "… Kitchen does not answer; trying again"
    assert sentence(PLAYING, 0.0, False) == "Kitchen does not answer; trying again"


@pytest.mark.parametrize(
    ("url", "tags", "label"),
    [
        ("http://x/a/blue.ogg", Tags(), "blue.ogg"),
        ("http://x/", Tags(), "x"),
        ("http://x/Side%20A%2F%C3%A9%1b.ogg", Tags(), "Side A/é .ogg"),
        ("http://x/a.ogg", Tags(title="Blue"), "Blue"),
        ("http://x/a.ogg", Tags(artist="Miles"), "Miles"),
        ("http://x/a.ogg", Tags(title="\x1b[2JBlue"), "[2JBlue"),
        ("http://x/a.ogg", Tags(title="\x07"), "a.ogg"),
    ],
)
def test_what_an_item_is_called(url: str, tags: Tags, label: str) -> None:
    assert label_of(Item("i", url, tags)) == label


@given(
    st.text(max_size=300),
    st.floats(-1e9, 1e12),
    st.none() | st.floats(0, 1e12),
    st.booleans(),
    st.integers(20, 200),
    st.builds(
        QueueState,
        length=st.just(10_000),
        index=st.none() | st.integers(0, 9999),
        repeat=st.sampled_from(["off", "one", "all"]),
        shuffle=st.booleans(),
    ),
)
def test_it_is_one_line_that_fits(
    title: str,
    position_ms: float,
    duration_ms: float | None,
    connected: bool,
    width: int,
    queue: QueueState,
) -> None:
    state = with_item(tags=Tags(title), duration_ms=duration_ms)
    session = msgspec.structs.replace(state.session, queue=queue)
    state = msgspec.structs.replace(state, session=session)
    shown = line(state, position_ms, connected, width)
    assert shown.isprintable()
    assert columns(shown) <= width
    assert sentence(state, position_ms, connected).isprintable()


class Terminal(io.StringIO):
    """A stream that is one."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_line_is_drawn_in_place() -> None:
    out = Terminal()
    display = Display(out)
    display.show(PLAYING, 1000.0, True)
    display.show(PLAYING, 2000.0, True)
    display.say("Ctrl-C again stops the music.")
    display.show(PLAYING, 3000.0, True)
    display.leave()
    display.leave()
    drawn = out.getvalue().split("\r")
    assert [("0:01" in drawn[1]), ("0:02" in drawn[2])] == [True, True]
    assert drawn[3] == "\x1b[KCtrl-C again stops the music.\n"
    assert "0:03" in drawn[4]
    assert drawn[4].endswith("\x1b[K\n")


def test_elsewhere_there_is_a_line_for_each_change() -> None:
    out = io.StringIO()
    display = Display(out)
    for position_ms in (1000.0, 2000.0, 3000.0):
        display.show(PLAYING, position_ms, True)
    display.show(with_item(id="i-2"), 0.0, True)
    display.show(IDLE, None, True)
    display.leave()
    assert out.getvalue() == (
        "playing, Miles - Blue, 0:01 of 3:20, volume 40 %\n"
        "playing, Miles - Blue, 0:00 of 3:20, volume 40 %\n"
        "idle, volume 40 %\n"
    )
