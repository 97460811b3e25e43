"""Plays of many lines: what controllers want, what another receiver says, what the engine reports,
all to one receiver.

Each line is a message, `wait` and a number of seconds, or a word of `_REPORTS`. In messages `given`
is the newest handoff that the receiver itself has begun, whose name it chose.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable

import msgspec

from receiver.clock.mock import MockClock
from receiver.errors import BadRequest
from receiver.model import reports as r
from receiver.model.state import Output
from receiver.model.trust import MOST_PAIRINGS, Household, HouseKey, Member, Pairing, Trusted
from receiver.peers.base import Reply
from receiver.peers.facts import Facts
from receiver.peers.link import PeerLink
from receiver.peers.mock import MockWire
from receiver.peers.neighbour import Neighbour
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.protocol import peers as m
from receiver.protocol.events import Change, Done, StateEvent
from receiver.protocol.peer_codec import decode_peer_message
from receiver.server.hub import Hub
from receiver.session import effects as e
from receiver.session.history import History
from receiver.session.roaming import RoamingSession
from receiver.session.session import Session
from receiver.trust.caller import PEER, Caller
from receiver.trust.circle import Circle
from receiver.trust.house_keys import HouseKeys
from receiver.trust.pairings import Pairings
from receiver.trust.seal import Seal
from tests.fuzz.target import Target, require
from tests.handoff.receiver import item
from tests.server.test_hub import ME, state
from tests.session.stage import uncapped

_PEER = m.Hello("b", "Bedroom", "1", 7766, "boot")
_MOST_LINES = 60
_MOST_TICKS = 3000
_BEGIN = 100.0

_REPORTS: dict[bytes, Callable[[int, float], r.Report]] = {
    b"opened": lambda track, _: r.Opened(track, seekable=True, live=False),
    b"live": lambda track, _: r.Opened(track, seekable=False, live=True),
    b"described": lambda track, _: r.Described(track, duration_ms=60_000.0),
    b"ready": lambda track, _: r.Ready(track, 0.0, ahead_s=20.0),
    b"sounding": lambda track, now: r.Sounding(track, 0.0, now, now),
    b"late": lambda track, now: r.Position(track, 59_000.0, now),
    b"joined": r.Joined,
    b"covered": lambda track, _: r.Covered(track, "/v1/covers/" + "0" * 32),
    b"ended": lambda track, _: r.Ended(track),
    b"failed": lambda track, _: r.Failed(track, "unplayable", "Damaged."),
    b"died": lambda _, __: r.Died("ended by SIGSEGV"),
}
"""What the engine says of the newest track, and at which instant."""


class _Receiver:
    """One receiver, and a link to a peer that says what it likes."""

    def __init__(self) -> None:
        self.clock = MockClock(_BEGIN)
        self.neighbour = Neighbour(_PEER.receiver, _PEER.name)
        ids = itertools.count(1)
        output = Output("mock", "mock")
        session = Session(
            ME,
            "s",
            uncapped(),
            output,
            History(lambda: 1e9),
            new_id=lambda: f"i-{next(ids)}",
            seed=lambda: next(ids),
        )
        self.session = RoamingSession(session, Facts({_PEER.receiver: self.neighbour}, self.clock))
        self.hub = Hub()
        me = m.Hello(ME.id, ME.name, "1", 7766, "boot")
        wire, _ = MockWire.pair("here", "there")
        self.pairings = Pairings(Trusted(), lambda: 1e9, self._trust_changed)
        own = Member(ME.id, ME.name, "")
        self.house = HouseKeys(None, own, self._trust_changed)
        self.seal = Seal(Circle(self.pairings, self.house), "")
        self.link = PeerLink(wire, me, self.seal, self.hub.join(), self, self.clock)
        self.link.peer = _PEER
        self.neighbour.join(self.link)
        self.track = 0
        self.given = b""
        self.commands = 0
        self.answered: set[object] = set()
        self._publish()

    def hear(self, line: bytes) -> None:
        """Take in a line of the play."""
        waits = re.fullmatch(rb"wait (\d{1,2}(?:\.\d{1,3})?)", line)
        if waits:
            self.wait(float(waits[1]))
        elif line in _REPORTS:
            now = self.clock.now()
            self._carry_out(self.session.report(_REPORTS[line](self.track, now), now))
        else:
            with contextlib.suppress(BadRequest):
                message = decode_peer_message(line.replace(b'"given"', b'"%b"' % self.given))
                self.link._hear(message, self.clock.now())
        self._publish()

    def wait(self, seconds: float) -> None:
        """Time passes, and what is due is done."""
        end = self.clock.now() + seconds
        ticks = 0
        while self.session.wake_at <= end:
            ticks += 1
            require(ticks < _MOST_TICKS, "it rests at some time")
            self.clock.step(max(self.session.wake_at - self.clock.now(), 0.0))
            self._carry_out(self.session.tick(self.clock.now()))
            self._publish()
        self.clock.step(end - self.clock.now())

    def finish(self) -> None:
        """The peer is gone for good, and all is over: then everybody has an answer."""
        self._carry_out(self.session.peer_gone(_PEER.receiver, self.clock.now(), dead=True))
        self.wait(60.0)
        self.asked(c.Stop(id="last"), PEER, self.clock.now(), lambda _: None)
        require(len(self.answered) == self.commands, "each command is answered")

    def _publish(self) -> None:
        """As the control loop does: what everybody is told must be possible to tell."""
        told = self.session.state
        peers = {self.neighbour.id: self.neighbour.peer}
        self.hub.publish(msgspec.structs.replace(told, peers=peers))
        codec.encode(self.hub.snapshot())
        anchor = told.session.anchor
        require(anchor is None or anchor.position_ms >= 0, "it is within the item")
        require(0 <= told.volume.percent <= 100, "the volume is one")

    def _carry_out(self, effects: list[e.Effect]) -> None:
        for effect in effects:
            match effect:
                case e.OpenItem(track=track) | e.PrepareItem(track=track):
                    self.track = track
                case e.Answer(token, result):
                    self._answer(token)
                    if isinstance(result, dict):
                        codec.encode(Done("c", result))
                case e.AnswerPlay(token) | e.Forward(token):
                    self._answer(token)
                case e.SayToPeer(message=message):
                    self._say(message)

    def _say(self, message: m.HandoffMessage) -> None:
        codec.encode(message)
        if isinstance(message, m.Prepare):
            self.given = message.handoff.encode()

    def _trust_changed(self) -> None:
        """As the file of the pairings would keep it."""
        codec.encode(Circle(self.pairings, self.house).trusted)

    def _answer(self, token: object) -> None:
        require(token not in self.answered, "a command is answered once")
        self.answered.add(token)

    # --- as the ears of the link ------------------------------------------------------------

    def asked(self, command: c.Command, caller: Caller, received: float, reply: Reply) -> None:
        """See `Ears`."""
        self.commands += 1
        token, now = self.commands, self.clock.now()
        if isinstance(command, c.Transfer):
            effects = self.session.transfer(command, _PEER.receiver, token, now)
        else:
            effects = self.session.command(command, token, now)
        self._carry_out(effects)

    def told(self, link: PeerLink) -> None:
        """See `Ears`."""
        self.neighbour.refresh(self.clock.now())
        if self.neighbour.peer.session is not None:
            theirs = self.neighbour.peer.session
            self._carry_out(self.session.peer_plays(_PEER.receiver, theirs))

    def handed(self, link: PeerLink, message: m.HandoffMessage) -> None:
        """See `Ears`."""
        self._carry_out(self.session.hear(_PEER.receiver, message, self.clock.now()))

    def trusted(self, link: PeerLink, trust: m.Trust) -> None:
        """See `Ears`."""
        self.seal.hear(trust, _PEER.receiver)
        codec.encode(self.seal.told())
        require(len(self.pairings.all) <= MOST_PAIRINGS, "no more pairings than are kept")
        require(self.house.house.keys, "it has a key")


def _run(data: bytes) -> None:
    receiver = _Receiver()
    for line in data.split(b"\n")[:_MOST_LINES]:
        receiver.hear(line)
    receiver.finish()


def _play(*lines: bytes | msgspec.Struct) -> bytes:
    return b"\n".join(line if isinstance(line, bytes) else codec.encode(line) for line in lines)


_SONG = item("song")
_AT_US = round((_BEGIN + 1) * 1e6)
_MOVING = m.Moving("theirs", 5, 1, 7, "song")
_THEIRS = state(40)
_TAKEN = (
    m.Prepare("h", 1, _MOVING, _SONG, 10_000.0, round(_BEGIN * 1e6)),
    m.QueuePart("h", 7, 0, [m.Row(_SONG, 1)]),
    *(b"opened", b"ready"),
    m.Commit("h", 1, _AT_US, 11_000.0, 30_000, 7),
    m.Go("h", 1),
)
_STARTED = (c.Play(id="1", url="http://x/a.ogg"), b"opened", b"described", b"sounding")
_MORE = c.QueueAdd(id="2", items=[c.Entry("http://x/b.ogg"), c.Entry("http://x/c.ogg")])
_READY = m.Ready("given", 2, 0.0, 100_000.0, 50_000, 1000)
_PHONE = Pairing(id="0a1b2c3d", name="Phone", role="guest", digest="0" * 64, created=1, seen=2)
_HOUSE = Household(
    keys=[HouseKey(2, "1" * 64)], members=[Member("b", "Bedroom", "2" * 64)], revoked=["0b1b2c3d"]
)
_SEEDS = (
    _play(m.Trust(_HOUSE, [_PHONE]), *_STARTED, m.Trust(_HOUSE, [])),
    _play(*_TAKEN, b"sounding", b"wait 2", m.Released("h"), c.Next(id="3")),
    _play(*_TAKEN[:4], b"wait 1", m.Abort("h", "No."), *_STARTED),
    _play(*_STARTED, _MORE, b"wait 45", b"late", b"joined", c.SetShuffle(id="3", shuffle=True)),
    _play(*_STARTED, c.Transfer(id="3", to="bedroom"), b"wait 1", m.Failed("h", "busy", "No.")),
    _play(
        *(*_STARTED, _MORE, c.Transfer(id="3", to="bedroom"), _READY, m.Armed("given", 2)),
        *(b"wait 1", c.Pause(id="4"), m.TakenOver("given", 1), c.Next(id="5"), b"wait 5"),
    ),
    _play(
        *(
            *_STARTED,
            c.Transfer(id="3", to="bedroom", paused=True),
            _READY,
            c.Seek(id="4", by_ms=1),
        ),
        *(m.Armed("given", 2, late_us=9000), m.Ask("given"), m.Failed("given", "busy", "No.")),
    ),
    _play(StateEvent(3, _THEIRS), Change(4, {"session": {"id": "s", "epoch": 9}}), *_STARTED),
    _play(_MORE, c.QueueJump(id="3", item="i-1"), c.Seek(id="4", by_ms=-5.0), b"failed", b"failed"),
    _play(*_STARTED, _MORE, c.QueueRemove(id="3", items=["i-1", "i-3"]), b"died", b"sounding"),
    _play(
        _MORE, c.QueueMove(id="3", item="i-2", at=0), c.SetRepeat(id="4", repeat="all"), b"wait 9"
    ),
    _play(
        *_STARTED,
        Done("p-1", {"t1_us": 1, "t2_us": 2, "t3_us": 3, "clock": {"receiver": "b", "boot": "1"}}),
        m.OnBehalf(c.Pause(id="3"), "guest", "0a1b2c3d", "Anna"),
    ),
)

TARGETS = (
    Target(
        "plays",
        _run,
        _SEEDS,
        (
            *(b"\n%b\n" % line for seed in _SEEDS for line in seed.split(b"\n")),
            *(
                b'"revision":',
                b'"epoch":',
                b'"peers":{',
                b"null",
                b"true",
                b'"attempt":2',
                b'"at":',
            ),
        ),
    ),
)
