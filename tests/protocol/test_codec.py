"""The codec: what is right goes through unchanged, what is wrong is one kind of error."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from receiver.errors import BadRequest
from receiver.model.state import Receipt
from receiver.protocol import codec, limits
from receiver.protocol import commands as c
from receiver.protocol.events import Change, Done, Error

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=limits.MAX_ID)
urls = st.text(
    st.characters(categories=("L", "N", "P")), min_size=1, max_size=limits.MAX_URL
).filter(str.isprintable)
positions = st.floats(0, limits.MAX_POSITION_MS)
deltas = st.floats(-limits.MAX_POSITION_MS, limits.MAX_POSITION_MS)
entries = st.builds(c.Entry, url=urls, duration_ms=st.none() | positions)
commands = st.one_of(
    st.builds(c.Play, id=ids, url=urls, position_ms=positions, paused=st.booleans()),
    st.builds(c.Play, id=ids, items=st.lists(entries, min_size=1, max_size=3)),
    *(st.builds(kind, id=ids) for kind in (c.Pause, c.Resume, c.Toggle, c.Stop, c.Status)),
    st.builds(c.Seek, id=ids, position_ms=positions),
    st.builds(c.Seek, id=ids, by_ms=deltas),
    st.builds(c.SetVolume, id=ids, percent=st.integers(0, 100)),
    st.builds(c.SetVolume, id=ids, by=st.integers(-100, 100)),
    st.builds(c.Mute, id=ids, muted=st.none() | st.booleans()),
    st.builds(c.SetCrossfade, id=ids, seconds=st.floats(0, limits.MAX_CROSSFADE_S)),
    st.builds(c.TimeRequest, id=ids, t1_us=st.integers(-(2**63), 2**63 - 1)),
)
tags = st.sampled_from(
    ["play", "pause", "seek", "volume", "mute", "status", "time", "stop", "done", "state", "?"]
)
names = st.sampled_from(["id", "url", "position_ms", "by_ms", "percent", "by", "muted", "t1_us"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(), inner),
    max_leaves=8,
)
near_commands = st.builds(
    lambda tag, fields: {"type": tag, **fields}, tags, st.dictionaries(names, json_values)
)


def play(**fields: Any) -> bytes:
    return json.dumps({"type": "play", "id": "c-1", "url": "http://x/a.ogg", **fields}).encode()


@given(commands)
def test_each_command_comes_back_as_it_was(command: c.Command) -> None:
    assert codec.decode_command(codec.encode(command)) == command
    assert codec.decode_command(codec.encode(command).decode()) == command
    assert codec.id_of(codec.encode(command)) == command.id


@given(json_values | near_commands)
def test_any_json_is_a_command_or_a_bad_request(value: Any) -> None:
    _decode(json.dumps(value))


@given(st.binary() | st.text())
@example(b"\xff")
@example("\ud800")
@example('{"type": "pause", "id": "\ud800"}')
@example('{"type": "pause", "id": "\\ud800"}')
@example('{"type": "play", "id": "c", "url": "http://\\ud800/"}')
@example('{"type": "pause", "id": "a", "id": "b"}')
def test_any_bytes_are_a_command_or_a_bad_request(data: bytes | str) -> None:
    _decode(data)


def _decode(data: bytes | str) -> None:
    try:
        command = codec.decode_command(data)
    except BadRequest:
        assert len(codec.id_of(data) or "") <= limits.MAX_ID
    else:
        assert codec.decode_command(codec.encode(command)) == command


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(BadRequest, match="positon_ms"):
        codec.decode_command(play(positon_ms=5))


@pytest.mark.parametrize(
    "entry", [{"url": "http://x/", "titel": "x"}, {"url": "http://x/", "tags": {"titel": "x"}}]
)
def test_an_unknown_field_is_named_wherever_it_is(entry: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="titel"):
        codec.decode_command(json.dumps({"type": "queue.add", "id": "1", "items": [entry]}))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"url": ""}, r"\$\.url"),
        ({"url": "x" * (limits.MAX_URL + 1)}, r"\$\.url"),
        ({"url": "http://x/\n"}, "control characters"),
        ({"url": "http://x/\u202e"}, "control characters"),
        ({"position_ms": -1}, r"\$\.position_ms"),
        ({"position_ms": "5"}, r"\$\.position_ms"),
        ({"position_ms": limits.MAX_POSITION_MS + 1}, r"\$\.position_ms"),
        ({"paused": 1}, r"\$\.paused"),
        ({"id": ""}, r"\$\.id"),
        ({"id": "x" * (limits.MAX_ID + 1)}, r"\$\.id"),
        ({"id": 5}, r"\$\.id"),
        ({"type": "plya"}, r"\$\.type"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRequest, match=named):
        codec.decode_command(play(**fields))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "0x10", "1_0"])
def test_a_number_is_one_of_json(number: str) -> None:
    message = f'{{"type": "seek", "id": "c-1", "position_ms": {number}}}'
    with pytest.raises(BadRequest):
        codec.decode_command(message)


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"type": "play", "url": [', '{"id": ['])
def test_deep_nesting_is_a_bad_request(opening: str) -> None:
    deep = opening * 60_000
    with pytest.raises(BadRequest):
        codec.decode_command(deep[: limits.MAX_MESSAGE_BYTES])
    with pytest.raises(BadRequest):
        codec.decode_message(deep)
    assert codec.id_of(deep) is None


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ('{"type": "pause", "id": "a", "id": "b"}', "id"),
        ('{"type": "pause", "id": "a", "id": "a"}', "id"),
        ('{"type": "pause", "type": "pause", "id": "a"}', "type"),
        ('{"type": "volume", "id": "a", "percent": 5, "percent": 100}', "percent"),
        ('{"type": "volume", "id": "a", "percent": 5, "\\u0070ercent": 100}', "percent"),
        (
            '{"type": "queue.add", "id": "a", "items": [{"url": "http://x/", "url": "http://y/"}]}',
            "url",
        ),
    ],
)
def test_a_name_that_comes_twice_is_named(message: str, name: str) -> None:
    for data in (message, message.encode()):
        with pytest.raises(BadRequest, match=f"`{name}` twice"):
            codec.decode_command(data)


def test_the_size_of_a_message_is_limited() -> None:
    fitting = play() + b" " * (limits.MAX_MESSAGE_BYTES - len(play()))
    assert isinstance(codec.decode_command(fitting), c.Play)
    with pytest.raises(BadRequest, match="65537 bytes"):
        codec.decode_command(fitting + b" ")
    with pytest.raises(BadRequest, match="131072 bytes"):
        codec.decode_command("é" * limits.MAX_MESSAGE_BYTES)


@pytest.mark.parametrize(
    "command",
    [
        '{"type": "seek", "id": "c"}',
        '{"type": "seek", "id": "c", "position_ms": 1, "by_ms": 1}',
        '{"type": "volume", "id": "c"}',
        '{"type": "play", "id": "c"}',
        '{"type": "play", "id": "c", "url": "http://x/", "items": [{"url": "http://x/"}]}',
        '{"type": "volume", "id": "c", "percent": 1, "by": 1}',
    ],
)
def test_exactly_one_of_two(command: str) -> None:
    with pytest.raises(BadRequest, match="exactly one"):
        codec.decode_command(command)


def test_the_id_is_found_in_a_message_that_is_wrong() -> None:
    assert codec.id_of('{"type": "plya", "id": "c-9", "url": 5}') == "c-9"
    assert codec.id_of('{"type": "play", "id": 9}') is None
    assert codec.id_of('{"type": "play"') is None


@given(
    st.builds(Done, ids, st.dictionaries(st.text(), st.integers(-(2**53), 2**53)))
    | st.builds(Error, st.none() | ids, st.text(), st.text())
    | st.builds(Change, st.integers(0, 2**53), st.dictionaries(st.text(), st.none()))
)
def test_each_message_comes_back_as_it_was(message: Done | Error | Change) -> None:
    assert codec.decode_message(codec.encode(message)) == message


def test_a_client_ignores_fields_it_does_not_know() -> None:
    message = b'{"type": "done", "id": "c-1", "result": {}, "since": "v2"}'
    assert codec.decode_message(message) == Done("c-1")


def test_a_receipt_is_a_result() -> None:
    receipt = Receipt(0.0, None, 1.5, 3.0, 4.0, 18.25)
    done = codec.decode_message(codec.encode(Done("c-1", msgspec.to_builtins(receipt))))
    assert isinstance(done, Done)
    assert msgspec.convert(done.result, Receipt) == receipt
