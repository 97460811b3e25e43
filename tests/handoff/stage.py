"""One side of a handoff on a stage: the test speaks for the other, and for everybody else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from receiver.errors import TonearmError
from receiver.handoff import effects as e
from receiver.handoff.desk import Handoffs
from receiver.handoff.giving import Wish
from receiver.handoff.part import Effects
from receiver.model.state import Item, Transferred
from receiver.protocol import peers as m
from tests.handoff.receiver import item

SONG = item("song")
NEXT = item("next")
RADIO = item("radio", None, live=True)
HERE = m.Moving("s", 4, 2, 7, "song")
AHEAD = 1000.0
"""Seconds that the other's clock is ahead."""
Kind = TypeVar("Kind")


@dataclass
class FixedView:
    """What the test says. The item began at the instant `began`, or stands at `stands_at`."""

    session: m.Moving = HERE
    item: Item | None = SONG
    followed: bool = True
    began: float = 90.0
    stands_at: float | None = None
    output_delay: float = 0.02
    lead: float = 0.05
    held: tuple[float, float] = (10_000.0, 20_000.0)
    rtt: float = 0.004
    error: float | None = 0.001

    def position(self, at: float) -> float:
        position = (at - self.began) * 1e3 if self.stands_at is None else self.stands_at
        limit = self.item.duration_ms if self.item else None
        return position if limit is None else min(position, limit)

    def name(self, peer: str) -> str:
        return peer.title()

    def rtt95(self, peer: str) -> float:
        return self.rtt

    def clock_error(self, peer: str) -> float | None:
        return self.error

    def to_own(self, peer: str, at_us: int) -> float:
        return at_us / 1e6 - AHEAD


@dataclass
class Stage:
    """One receiver; the other is called `other`. It is 100 s past, ten seconds into the song."""

    view: FixedView = field(default_factory=FixedView)
    now: float = 100.0
    effects: list[e.Effect] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.handoffs = Handoffs(self.view)

    def note(self, effects: Effects) -> list[e.Effect]:
        """Keep what is to be done; what is sent is told apart."""
        self.effects += effects
        return list(effects)

    def transfer(self, **fields: Any) -> list[e.Effect]:
        """Somebody asks for a transfer to the other."""
        fields = {"handoff": "h", "token": "asker", "to": "other"} | fields
        return self.note(self.handoffs.transfer(Wish(**fields), self.now))

    def hear(self, message: m.HandoffMessage, peer: str = "other") -> list[e.Effect]:
        """The other speaks."""
        return self.note(self.handoffs.hear(peer, message, self.now))

    def wait(self, seconds: float) -> list[e.Effect]:
        """Time passes, and what is due is done."""
        end, done = self.now + seconds, list[e.Effect]()
        while self.handoffs.wake_at <= end:
            before = self.handoffs.wake_at
            self.now = max(before, self.now)
            done += self.note(self.handoffs.tick(self.now))
            assert self.handoffs.wake_at > before, "It would be called for ever."
        self.now = end
        return done

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do."""
        return self.handoffs.wake_at == math.inf and not self.handoffs.holds_commands

    @property
    def answer(self) -> Transferred | TonearmError:
        """The one answer."""
        [answer] = [effect.result for effect in self.effects if isinstance(effect, e.Answer)]
        return answer

    @property
    def code(self) -> str:
        """That of the answer, which is an error."""
        answer = self.answer
        assert isinstance(answer, TonearmError)
        return answer.code

    # --- the target's part, which the test plays --------------------------------------------

    def ready(self, attempt: int = 1, **fields: Any) -> list[e.Effect]:
        """The target is ready: by default with all it could need."""
        known: dict[str, Any] = {
            "from_ms": 0.0, "to_ms": 100_000.0, "lead_us": 50_000, "clock_error_us": 1000
        }  # fmt: skip
        return self.hear(m.Ready("h", attempt, **known | fields))

    def go(self) -> m.Commit:
        """All goes well up to `go`; gives what was committed."""
        self.transfer()
        commit = only(self.ready(), m.Commit)
        self.hear(m.Armed("h", commit.attempt))
        return commit


def prepare(attempt: int = 1, **fields: Any) -> m.Prepare:
    """The source prepares: the song, ten seconds in, at the instant 100 of the target's clock."""
    known: dict[str, Any] = {
        "handoff": "h", "session": m.Moving("s", 5, 2, 7, "song"), "item": SONG,
        "position_ms": 10_000.0, "at_us": round((100 + AHEAD) * 1e6),
    }  # fmt: skip
    if "paused" in fields:
        known["session"] = msgspec.structs.replace(known["session"], paused=fields.pop("paused"))
    return m.Prepare(attempt=attempt, **known | fields)


def commit(at: float, attempt: int = 1, **fields: Any) -> m.Commit:
    """The source commits, for an instant of the target's clock."""
    known = {"position_ms": 10_500.0, "fade_us": 30_000, "revision": 7}
    return m.Commit("h", attempt, round((at + AHEAD) * 1e6), **known | fields)


def said(effects: Effects) -> list[m.HandoffMessage]:
    """The messages among the effects."""
    return [effect.message for effect in effects if isinstance(effect, e.Send)]


def only(effects: Effects, kind: type[Kind]) -> Kind:
    """The one effect or message of a kind."""
    [found] = [one for one in [*effects, *said(effects)] if isinstance(one, kind)]
    return found


def kinds(effects: Effects) -> list[str]:
    """What is to be done, in words: a message counts by itself."""
    return [
        type(effect.message if isinstance(effect, e.Send) else effect).__name__
        for effect in effects
    ]
