"""What the session wants done. The control loop carries it out, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from receiver.errors import TonearmError
from receiver.model.orders import Order
from receiver.model.state import Item

Token = object
"""Stands for whoever waits for an answer; the session only keeps it and gives it back."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Fetch the item as a new track and load it into the engine; `accepted` is when the command
    for it came, on the clock.
    """

    track: int
    item: Item
    start_ms: float
    paused: bool
    accepted: float


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


Effect = OpenItem | PrepareItem | ForgetItem | CloseItem | Tell | Answer | AnswerPlay | Remember
