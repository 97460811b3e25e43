"""What the session wants done. The control loop carries it out, in order."""

from __future__ import annotations

from typing import Any

import msgspec

from receiver.errors import TonearmError
from receiver.model.orders import Order
from receiver.model.state import Item
from receiver.protocol.peers import HandoffMessage

Token = object
"""Stands for whoever waits for an answer; the session only keeps it and gives it back."""


class OpenItem(msgspec.Struct, frozen=True):
    """Fetch the item as a new track and load it into the engine; `accepted` is when the command
    for it came, on the clock. It is ready with at least `ahead_s` in hand; where it
    cannot seek, `through` has it go through what is before, unheard.
    """

    track: int
    item: Item
    start_ms: float
    paused: bool
    accepted: float
    ahead_s: float = 0.0
    through: bool = False


class PrepareItem(msgspec.Struct, frozen=True):
    """Fetch the item as a new track that is to follow the one that sounds: without a gap, or
    overlapping it for up to `crossfade_s`.
    """

    track: int
    item: Item
    crossfade_s: float = 0.0


class ForgetItem(msgspec.Struct, frozen=True):
    """Let the track that was prepared be."""

    track: int


class CloseItem(msgspec.Struct, frozen=True):
    """Stop fetching."""


class Tell(msgspec.Struct, frozen=True):
    """Give an order to the engine."""

    order: Order


class Answer(msgspec.Struct, frozen=True):
    """The one answer to a command: an error, or `result`."""

    token: Token
    result: dict[str, Any] | TonearmError


class AnswerPlay(msgspec.Struct, frozen=True):
    """The answer to a play: its result is the latency receipt of `track`."""

    token: Token
    track: int


class SayToPeer(msgspec.Struct, frozen=True):
    """Send a message of a handoff to another receiver, if there is a link to it."""

    peer: str
    message: HandoffMessage


class Forward(msgspec.Struct, frozen=True):
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
    | SayToPeer
    | Forward
)
