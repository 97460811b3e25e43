"""Messages between receivers: what no receiver says is refused before anybody reckons with it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from receiver.errors import BadRequest
from receiver.model.state import Item
from receiver.protocol import codec
from receiver.protocol import peers as m
from receiver.protocol.peer_codec import decode_peer_message

ITEM = Item("i", "http://x/a.ogg")
SENSIBLE: list[msgspec.Struct] = [
    m.Hello("id", "Kitchen", "1", 7766, "boot"),
    m.Prepare("h", 1, m.Moving("s", 1, 1, 1, "i"), ITEM, 1.5, 10),
    m.QueuePart("h", 1, 0, [m.Row(ITEM)]),
    m.Ready("h", 1, 0.0, 1000.0, 50_000, None),
    m.Commit("h", 1, 10, 1.5, 30_000, 1),
    m.Armed("h", 1, 100),
    m.Failed("h", "unreachable", "x" * 5000),
    m.Abort("h", "x" * 5000),
]


@pytest.mark.parametrize("message", SENSIBLE, ids=lambda message: type(message).__name__)
def test_what_is_right_goes_through(message: msgspec.Struct) -> None:
    assert decode_peer_message(codec.encode(message)) == message


@pytest.mark.parametrize(
    ("message", "odd"),
    [
        (0, {"port": 0}),
        (0, {"port": 70_000}),
        (0, {"receiver": ""}),
        (0, {"receiver": "x" * 65}),
        (0, {"name": "x" * 257}),
        (1, {"handoff": ""}),
        (1, {"at_us": 10**400}),
        (1, {"at_us": -1}),
        (1, {"position_ms": 1e300}),
        (1, {"volume": 101}),
        (2, {"offset": 10**6}),
        (3, {"lead_us": 10**400}),
        (4, {"fade_us": 10**16}),
        (5, {"late_us": -1}),
    ],
)
def test_what_is_odd_is_refused(message: int, odd: dict[str, Any]) -> None:
    said = codec.encode(msgspec.structs.replace(SENSIBLE[message], **odd))
    with pytest.raises(BadRequest):
        decode_peer_message(said)


@pytest.mark.parametrize("message", SENSIBLE, ids=lambda message: type(message).__name__)
def test_a_name_that_comes_twice_is_named(message: msgspec.Struct) -> None:
    said = codec.encode(message)
    start = said.partition(b",")[0]  # {"type":"..."
    with pytest.raises(BadRequest, match="`type` twice"):
        decode_peer_message(start + b"," + said[1:])
    with pytest.raises(BadRequest):
        decode_peer_message(said[:-1] + b',"\xff":1}')
