"""What a handoff wants done, on either side. The control loop carries it out, in order."""

from __future__ import annotations

import msgspec

from receiver.errors import TonearmError
from receiver.model.state import Item, Problem, Transferred
from receiver.protocol.peers import HandoffMessage, Moving

Token = object
"""Stands for whoever waits for an answer; a handoff only keeps it and gives it back."""


# --- either side --------------------------------------------------------------------------------


class Send(msgspec.Struct, frozen=True):
    """Say `message` to the receiver `peer`; without a link to it, let it be."""

    peer: str
    message: HandoffMessage


class Release(msgspec.Struct, frozen=True):
    """The session is at the receiver `to` now, with `epoch`: what is left of it here falls silent
    and is forgotten, and an empty session takes its place.
    """

    to: str
    epoch: int


class StandPaused(msgspec.Struct, frozen=True):
    """Stand paused at `position_ms` of the item; None: of a live one."""

    position_ms: float | None


# --- the source ---------------------------------------------------------------------------------


class SendQueue(msgspec.Struct, frozen=True):
    """Say the whole queue to `peer`, in parts, as it is now: with its revision."""

    peer: str
    handoff: str


class FadeOut(msgspec.Struct, frozen=True):
    """Fall silent from the instant `at` on, over `over` seconds (linear gain), and stand still,
    ready to go on.
    """

    at: float
    over: float


class FadeBack(msgspec.Struct, frozen=True):
    """The fade-out does not count any more, begun or not: be heard again as soon as can be, where
    the music would be by then: at the instant `at` it was at `position_ms` (None: live). Past the
    end of the item, go on behind it.
    """

    position_ms: float | None
    at: float


class KeepEpoch(msgspec.Struct, frozen=True):
    """The session stays here and its epoch is `epoch` now: higher than any it had elsewhere."""

    epoch: int


class Answer(msgspec.Struct, frozen=True):
    """The one answer to the transfer."""

    token: Token
    result: Transferred | TonearmError


class Doubt(msgspec.Struct, frozen=True):
    """Nothing is heard here, and this is why: it belongs into the state, until `Clear` or until a
    command has something heard again.
    """

    reason: Problem


class Clear(msgspec.Struct, frozen=True):
    """What `Doubt` said is over."""


# --- the target ---------------------------------------------------------------------------------


class Open(msgspec.Struct, frozen=True):
    """Open the item beside what is here, unheard and standing, decoded ahead from `position_ms` on
    (None: live). Takes the place of the `Open` before. `opened` or `failed` is said of it.
    """

    item: Item
    position_ms: float | None


class SetVolume(msgspec.Struct, frozen=True):
    """Set the volume of the speaker, in percent."""

    percent: int


class FadeIn(msgspec.Struct, frozen=True):
    """What was opened is heard from the instant `at` on, beginning with the frame at `position_ms`
    (None: live), fading in over `over` seconds (linear gain); what sounded before gives way.
    `sounding` or `failed` is said of it.
    """

    position_ms: float | None
    at: float
    over: float


class Drop(msgspec.Struct, frozen=True):
    """Forget what was opened and the parts of the queue, and silence it if it sounds. What was
    here before is as it was, and goes on if it had given way.
    """

    reason: str


class Own(msgspec.Struct, frozen=True):
    """The session is here from now on, with this epoch, the queue that came with `handoff`, and
    what was opened at hand. `notice`: what went wrong meanwhile, for the state.
    """

    handoff: str
    session: Moving
    item: Item | None
    notice: Problem | None = None


Effect = (
    Send
    | Release
    | StandPaused
    | SendQueue
    | FadeOut
    | FadeBack
    | KeepEpoch
    | Answer
    | Doubt
    | Clear
    | Open
    | SetVolume
    | FadeIn
    | Drop
    | Own
)
