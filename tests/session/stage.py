"""A session on a stage: commands and reports in, and what it wants done, in words."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from receiver.clock.mock import MockWallClock
from receiver.errors import TonearmError
from receiver.model import reports as r
from receiver.model.state import Anchor, ClockId, Output, ReceiverInfo, State
from receiver.protocol import commands as c
from receiver.session import effects as e
from receiver.session.caps import Caps
from receiver.session.history import History
from receiver.session.loudness import Loudness
from receiver.session.session import Session


def curve(percent: int) -> tuple[float, float | None]:
    """A volume curve that is easy to read."""
    return percent / 100, None if percent == 0 else percent - 100.0


def uncapped() -> Loudness:
    """What is as loud as anybody likes."""
    return Loudness(curve, Caps(), MockWallClock().time_of_day)


class Stage:
    """Plays one session by hand. Tokens are the ids of the commands."""

    def __init__(self, caps: Caps | None = None) -> None:
        me = ReceiverInfo("r", "Kitchen", "0", ClockId("r", "boot"))
        self.wall = MockWallClock()
        self.loudness = Loudness(curve, caps or Caps(), self.wall.time_of_day)
        history = History(self.wall.unix_time)
        self.session = Session(me, "s", self.loudness, Output("mock", "mock"), history)
        self.now = 100.0
        self.answers: dict[str, dict[str, Any] | TonearmError | str] = {}
        self._ids = itertools.count(1)

    @property
    def state(self) -> State:
        """The state as it is now."""
        return self.session.state

    @property
    def playback(self) -> str:
        """What it is doing."""
        return self.state.session.playback

    @property
    def anchor(self) -> Anchor:
        """The position, which must be known."""
        found = self.state.session.anchor
        assert found is not None
        return found

    def ask(self, kind: type[c.Command], **fields: Any) -> tuple[str, list[e.Effect]]:
        """Give a command; returns its id, and what the session wants done besides answers."""
        command_id = f"c{next(self._ids)}"
        command = msgspec.convert({"type": _tag(kind), "id": command_id, **fields}, c.Command)
        return command_id, self._sorted(self.session.command(command, command_id, self.now))

    def say(self, report: r.Report) -> list[e.Effect]:
        """Give a report."""
        return self._sorted(self.session.report(report, self.now))

    def play(self, **fields: Any) -> str:
        """Play something and let it sound from its start."""
        command_id, _ = self.ask(c.Play, url="http://x/a.ogg", **fields)
        track = self.session.track
        self.say(r.Opened(track, seekable=True, live=False))
        self.say(r.Described(track, duration_ms=60_000.0))
        self.say(r.Sounding(track, fields.get("position_ms", 0.0), self.now, self.now))
        return command_id

    def answer(self, command_id: str) -> dict[str, Any] | str:
        """The one answer to a command: its result, or the code of its error."""
        found = self.answers[command_id]
        return found.code if isinstance(found, TonearmError) else found

    def _sorted(self, effects: list[e.Effect]) -> list[e.Effect]:
        """Put answers aside, each at most once."""
        rest = []
        for effect in effects:
            if isinstance(effect, e.Answer | e.AnswerPlay):
                assert effect.token not in self.answers, "answered twice"
                result = effect.result if isinstance(effect, e.Answer) else {"receipt": {}}
                self.answers[str(effect.token)] = result
            else:
                rest.append(effect)
        return rest


def _tag(kind: type[c.Command]) -> str:
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str)
    return tag
