"""Messages: commands to a receiver, what a receiver says to a controller, and what the audio
process reports, which a hostile file may have taken over.
"""

from __future__ import annotations

import math

import msgspec

from controller.view import state_of
from receiver.engine import wire
from receiver.errors import BadRequest
from receiver.model import reports as r
from receiver.model.state import Entry, Output, SoundDevice, Tags
from receiver.protocol import codec, limits
from receiver.protocol import commands as c
from receiver.protocol.events import Change, Done, Error, StateEvent
from receiver.protocol.mirror import Mirror
from tests.fuzz.target import Target, require
from tests.server.test_hub import state
from tests.session.stage import Stage

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


def _run_report(data: bytes) -> None:
    stage = Stage()
    stage.play()
    try:
        report = wire.decode_report(data)
    except (ValueError, msgspec.MsgspecError):
        return
    again = wire.encode_report(report)
    require(wire.encode_report(wire.decode_report(again)) == again, "it means what it meant")
    stage.now += 1.0
    stage.say(report)
    codec.encode(StateEvent(1, stage.state))
    for kind in (c.Pause, c.Resume, c.Next):
        stage.ask(kind)
    codec.encode(StateEvent(1, stage.state))


_REPORTS = (
    r.Opened(1, seekable=True, live=False),
    r.Listed(1, [Entry("http://x/a", Tags("A"), 5.0)]),
    r.Described(1, Tags("A", "B", "C"), 5.0),
    r.Ready(1, 0.5, 1, 2.5),
    r.Sounding(1, 0.5, 100.5, 100.5, 1),
    r.Joined(2, 101.5, overlaps=True),
    r.Position(1, 1.5, 101.5),
    r.Paused(1, 1.5, 1),
    r.Buffering(1, 1.5, ran_dry=True),
    r.Unheard(1, 1.5, "It is gone."),
    r.SeekRefused(1, 1, "not_seekable", "No."),
    r.Ended(1),
    r.Holes(1, 2),
    r.Failed(1, "unplayable", "Damaged.", {"found": "mp3"}),
    r.Device(Output("portaudio", "dac", 44_100, 2, 9.5, 9.5, 1, -3.5, "PCM"), "It is gone."),
    r.VolumeMoved(0.5, muted=False),
    r.Devices([SoundDevice("dac", "DAC"), SoundDevice("default")]),
    r.Chosen("dac", "It is gone."),
    r.Died("ended by SIGSEGV", device=True),
)
_ODD_REPORTS = (
    r.Position(1, math.nan, 101.5),
    r.Sounding(1, 1.5, math.inf, 100.5),
    r.Ready(1, -math.inf, 1, 1e308),
    r.Joined(2, 1e308),
    r.Described(1, duration_ms=math.nan),
    r.Device(Output("portaudio", "dac", -1, 2**63, math.nan, -math.inf), "It is gone."),
    r.VolumeMoved(math.nan, muted=False),
)

TARGETS = (
    Target("commands", _run_command, _COMMANDS, _WORDS),
    Target(
        "reports",
        _run_report,
        tuple(map(wire.encode_report, (*_REPORTS, *_ODD_REPORTS))),
        (
            *(msgspec.msgpack.encode(odd) for odd in (math.nan, math.inf, -math.inf, 1e308, 2**63)),
            *(msgspec.msgpack.encode(odd) for odd in (-1, -1.5, None, "", "x" * 2000, [], {})),
        ),
    ),
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
