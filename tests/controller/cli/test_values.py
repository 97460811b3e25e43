"""Times and volumes as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.cli.text import clock_time
from controller.cli.values import parse_crossfade, parse_seek, parse_volume
from receiver.errors import BadRequest
from receiver.protocol import codec
from receiver.protocol.commands import Seek, SetCrossfade, SetVolume
from receiver.protocol.limits import MAX_POSITION_MS


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("83", {"position_ms": 83_000}),
        ("1:23", {"position_ms": 83_000}),
        ("1:02:03", {"position_ms": 3_723_000}),
        ("90:00", {"position_ms": 5_400_000}),
        ("0", {"position_ms": 0}),
        ("1:23.5", {"position_ms": 83_500}),
        ("83.125", {"position_ms": 83_125}),
        ("+10", {"by_ms": 10_000}),
        ("-10", {"by_ms": -10_000}),
        (" -1:30", {"by_ms": -90_000}),
        ("+0", {"by_ms": 0}),
    ],
)
def test_times(text: str, fields: dict[str, float]) -> None:
    assert parse_seek(text) == fields


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "1:5", "1:60", "1:2:03", "1:60:00", ":30", "1:", "1::2", "--1", "+-1", "1e3"),
        *("٣", "1:23:45:00", "NaN", "inf", "1.2.3", "1:23.", "604801", "9999999"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_seek(text)


@given(st.integers(0, MAX_POSITION_MS // 1000))
def test_a_time_that_is_shown_can_be_given_back(seconds: int) -> None:
    assert parse_seek(clock_time(seconds * 1000)) == {"position_ms": seconds * 1000}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("40", {"percent": 40}),
        ("40%", {"percent": 40}),
        ("0", {"percent": 0}),
        ("100", {"percent": 100}),
        ("+5", {"by": 5}),
        ("-5", {"by": -5}),
        (" -5%", {"by": -5}),
    ],
)
def test_volumes(text: str, fields: dict[str, int]) -> None:
    assert parse_volume(text) == fields


@pytest.mark.parametrize("text", ["", "101", "-101", "loud", "4.5", "5 %", "++5", "٣", "%", "1000"])
def test_what_is_no_volume(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_volume(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0.0), ("12", 12.0), ("2.5", 2.5), ("4s", 4.0), (" off ", 0.0)]
)
def test_crossfades(text: str, seconds: float) -> None:
    assert parse_crossfade(text) == {"seconds": seconds}


@pytest.mark.parametrize("text", ["", "-1", "13", "12.1", "on", "1:00", "nan", "4 s", "٣"])
def test_what_is_no_crossfade(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_crossfade(text)


words = st.text("0123456789:.+-% ") | st.text()


@given(words)
def test_any_text_is_a_seek_the_receiver_takes_or_a_bad_request(text: str) -> None:
    try:
        fields = parse_seek(text)
    except BadRequest:
        return
    codec.decode_command(codec.encode(Seek(id="c", **fields)))


@given(words)
def test_any_text_is_a_volume_the_receiver_takes_or_a_bad_request(text: str) -> None:
    try:
        fields = parse_volume(text)
    except BadRequest:
        return
    codec.decode_command(codec.encode(SetVolume(id="c", **fields)))


@given(words)
def test_any_text_is_a_crossfade_the_receiver_takes_or_a_bad_request(text: str) -> None:
    try:
        fields = parse_crossfade(text)
    except BadRequest:
        return
    codec.decode_command(codec.encode(SetCrossfade(id="c", **fields)))
