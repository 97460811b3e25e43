"""What the session wants done. The control loop carries it out, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from receiver.errors import TonearmError
from receiver.model.orders import Order
from receiver.model.state import Item
from receiver.protocol.peers import HandoffMessage

Token = object
"""Stands for whoever waits for an answer; the session only keeps it and gives it back."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Fetch the item as a new track and load it into the engine; `accepted` is when the command
    for it came, on the clock. It is ready with at least `ahead_s` in hand.
    """

    track: int
    item: Item
    start_ms: float
    paused: bool
    accepted: float
    ahead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PrepareItem:
    """Fetch the item as a new track that is to follow the one that sounds, without a gap."""

    track: int
    item: Item


@dataclass(frozen=True, slots=True)
class ForgetItem:
    """Let the track that was prepared be."""

    track: int


@dataclass(frozen=True, slots=True)
class CloseItem:
    """Stop fetching."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Give an order to the engine."""

    order: Order


@dataclass(frozen=True, slots=True)
class Answer:
    """The one answer to a command: an error, or `result`."""

    token: Token
    result: dict[str, Any] | TonearmError


@dataclass(frozen=True, slots=True)
class AnswerPlay:
    """The answer to a play: its result is the latency receipt of `track`."""

    token: Token
    track: int


@dataclass(frozen=True, slots=True)
class Remember:
    """The volume changed: worth keeping over a restart."""

    percent: int
    muted: bool


@dataclass(frozen=True, slots=True)
class SayToPeer:
    """Send a message of a handoff to another receiver, if there is a link to it."""

    peer: str
    message: HandoffMessage


@dataclass(frozen=True, slots=True)
class Forward:
    """Have another receiver carry out the command, and answer it."""

    token: Token
    peer: str


Effect = (
    OpenItem
    | PrepareItem
    | ForgetItem
    | CloseItem
    | Tell
    | Answer
    | AnswerPlay
    | Remember
    | SayToPeer
    | Forward
)
