"""Messages: commands to a receiver, and what a receiver says to a controller."""

from __future__ import annotations

import msgspec

from controller.view import state_of
from receiver.errors import BadRequest
from receiver.protocol import codec, limits
from receiver.protocol.events import Change, Done, Error, StateEvent
from receiver.protocol.mirror import Mirror
from tests.fuzz.target import Target, require
from tests.server.test_hub import state

_COMMANDS = (
    b'{"type":"play","id":"c-1","url":"http://x/a.ogg","position_ms":1.5,"paused":true}',
    b'{"type":"play","id":"c-2","items":[{"url":"http://x/a","tags":{"title":"A"}}],"by":"me"}',
    b'{"type":"queue.add","id":"c-3","items":[{"url":"http://x/a","duration_ms":1}],"at":"next"}',
    b'{"type":"queue.move","id":"c-4","item":"i-1","at":0,"revision":7,"epoch":1,"session":"s"}',
    b'{"type":"seek","id":"c-5","by_ms":-10000,"receiver":"kitchen"}',
    b'{"type":"volume","id":"c-6","percent":40}',
    b'{"type":"pair","id":"c-7","code":"123456","name":"Phone"}',
    b'{"type":"transfer","id":"c-8","to":"bedroom","volume":40,"replace":true}',
)
_WORDS = (
    *(b'"type":"', b'"id":', b'"url":', b'"items":[', b'"by":', b'"at":', b'"revision":', b"null"),
    *(b"[[[[", b'{"a":', b'"\\ud800"', b'"\\u0000"', b'"\\u202e"', b"true", b"[]", b"{}", b'"" '),
    *(b"queue.remove", b"queue.jump", b"queue.list", b"crossfade", b"repeat", b"auth", b"time"),
)


def _run_command(data: bytes) -> None:
    found = codec.id_of(data)
    require(found is None or len(found) <= limits.MAX_ID, "an id for an answer")
    try:
        command = codec.decode_command(data)
    except BadRequest as error:
        codec.encode(Error(found, error.code, error.message, error.detail))
        return
    require(codec.decode_command(codec.encode(command)) == command, "it means what it meant")
    require(found == command.id, "who sent it gets the answer")


def _run_said(data: bytes) -> None:
    mirror = Mirror(StateEvent(1, state(50)))
    for line in data.split(b"\n"):
        try:
            message = codec.decode_message(line)
        except BadRequest:
            continue
        require(codec.decode_message(codec.encode(message)) == message, "it means what it meant")
        if isinstance(message, Change):
            mirror.merge(message)
        elif isinstance(message, StateEvent):
            mirror.replace(message)
        codec.encode(mirror.state)
        for receiver in mirror.state.peers:
            state_of(mirror.state, receiver)


TARGETS = (
    Target("commands", _run_command, _COMMANDS, _WORDS),
    Target(
        "said-to-controllers",
        _run_said,
        (
            codec.encode(StateEvent(5, state(40)))
            + b"\n"
            + codec.encode(Change(6, {"volume": {}})),
            codec.encode(Change(2, {"volume": {"percent": 30}, "problem": None}))
            + b"\n"
            + codec.encode(Change(3, {"session": {"playback": "paused", "queue": {"length": 2}}})),
            codec.encode(Done("c-1", {"receipt": {"accepted": 0.0}})),
            codec.encode(Error("c-1", "busy", "It is busy.", {"who": "h"})),
            msgspec.json.encode({"type": "change", "revision": 2, "patch": {"peers": {"b": {}}}}),
        ),
        (*_WORDS, b'"type":"change"', b'"patch":{', b'"peers":{', b'"session":{', b'"volume":{'),
    ),
)
