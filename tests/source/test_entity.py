"""Reading the heads of answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.source.entity import Entity, read_entity, retry_after, unsatisfied_size

NOW = "Sun, 06 Nov 1994 08:49:37 GMT"


def entity(status: int = 200, **headers: str) -> Entity:
    return read_entity(status, {name.replace("_", "-"): text for name, text in headers.items()})


def test_a_whole_body() -> None:
    found = entity(Content_Length="100", Content_Type="audio/ogg", Accept_Ranges="bytes")
    assert (found.start, found.size, found.ranges, found.station) == (0, 100, True, False)
    assert (found.body_end, found.content_type) == ("length", "audio/ogg")


@pytest.mark.parametrize(
    ("told", "start", "stop", "size", "ranges"),
    [
        ("bytes 10-99/100", 10, 100, 100, True),
        ("BYTES  10-49/100 ", 10, 50, 100, True),
        ("bytes 10-99/*", 10, 100, None, False),
        ("bytes 10/100", 0, 90, 90, False),
        ("lines 1-2/3", 0, 90, 90, False),
        ("bytes 9-5/30", 0, 90, 90, False),
        ("bytes 10-99/99", 0, 90, 90, False),
        ("", 0, 90, 90, False),
    ],
)
def test_a_part(told: str, start: int, stop: int, size: int | None, ranges: bool) -> None:
    found = entity(206, Content_Range=told, Content_Length="90")
    assert (found.start, found.stop, found.size, found.ranges) == (start, stop, size, ranges)


@pytest.mark.parametrize("length", ["", "-1", "1e3", "many", "1,1", "9" * 5000])
def test_a_length_that_is_none(length: str) -> None:
    assert entity(Content_Length=length).size is None


def test_what_marks_the_end() -> None:
    assert entity(Content_Length="1").body_end == "length"
    assert entity(Transfer_Encoding="chunked").body_end == "chunked"
    assert entity().body_end == "close"


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"ETag": '"a"'}, '"a"'),
        ({"ETag": 'W/"a"'}, ""),
        ({"ETag": 'W/"a"', "Last-Modified": "Sun, 06 Nov 1994 08:48:37 GMT"}, "date"),
        ({"Last-Modified": "Sun, 06 Nov 1994 08:48:37 GMT"}, "date"),
        ({"Last-Modified": "Sun, 06 Nov 1994 08:48:38 GMT"}, ""),
        ({"Last-Modified": "yesterday"}, ""),
        ({"Last-Modified": "6 Nov 94 08:9999999999"}, ""),
        ({"Last-Modified": "Sun, 06 Nov 1994 08:48:37 -0000"}, "date"),
        ({}, ""),
    ],
)
def test_only_strong_validators_are_named(headers: dict[str, str], validator: str) -> None:
    expected = headers["Last-Modified"] if validator == "date" else validator
    assert read_entity(200, {"Date": NOW, **headers}).validator == expected


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ({"Content-Length": "1"}, {"Content-Length": "2"}, True),
        ({"Content-Length": "1"}, {}, False),
        ({"ETag": '"a"'}, {"ETag": '"b"'}, True),
        ({"ETag": 'W/"a"'}, {"ETag": 'W/"b"'}, True),
        ({"ETag": '"a"'}, {}, False),
        (
            {"ETag": '"a"', "Last-Modified": "Sun, 06 Nov 1994 08:00:00 GMT"},
            {"ETag": '"a"', "Last-Modified": "Sun, 06 Nov 1994 07:00:00 GMT"},
            False,
        ),
        (
            {"Last-Modified": "Sun, 06 Nov 1994 08:00:00 GMT"},
            {"Last-Modified": "Sun, 06 Nov 1994 07:00:00 GMT"},
            True,
        ),
    ],
)
def test_what_cannot_be_the_same(one: dict[str, str], other: dict[str, str], differs: bool) -> None:
    first, second = (read_entity(200, {"Date": NOW, **headers}) for headers in (one, other))
    assert first.differs_from(second) == second.differs_from(first) == differs


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT", "Date": NOW}, 10.0),
        ({"Retry-After": "Sun, 06 Nov 1994 08:49:00 GMT", "Date": NOW}, 0.0),
        ({"Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT"}, None),
        ({"Retry-After": "-7"}, None),
        ({}, None),
    ],
)
def test_the_pause_a_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_the_size_of_what_has_no_such_part() -> None:
    assert unsatisfied_size({"Content-Range": "bytes */123"}) == 123
    assert unsatisfied_size({"Content-Range": "bytes 1-2/3"}) is None
    assert unsatisfied_size({}) is None


NAMES = st.sampled_from(
    [
        *("Content-Length", "Content-Range", "Content-Type", "ETag", "Last-Modified", "Date"),
        *("Server", "Accept-Ranges", "Transfer-Encoding", "Retry-After", "icy-br"),
    ]
)
DATES = st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT"))


@given(
    st.sampled_from([200, 206]),
    st.dictionaries(NAMES, st.text(max_size=30) | DATES | st.integers().map(str)),
)
def test_nonsense_is_never_an_error(status: int, headers: dict[str, str]) -> None:
    found = read_entity(status, headers)
    assert found.start >= 0
    assert found.size is None or found.size >= 0
    retry_after(headers)
    unsatisfied_size(headers)
