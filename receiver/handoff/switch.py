"""The instant of the switch: when both can make it, and the target holds what is heard then."""

from __future__ import annotations

import math

import msgspec

from receiver.handoff.view import View
from receiver.model.state import Item
from receiver.protocol.peers import Ready

FADE, LONG_FADE = 0.03, 0.12
TIGHT = 0.005
"""Clocks that agree within this are good enough for the short fade."""
SLACK = 0.02
"""For a commit, its answer and `go`, on programs that do not get to run at once."""
QUIET_SLACK = 0.1
"""Where nothing sounds, nobody hears that it takes longer, and fewer handoffs fail."""
NO_RETURN = 0.005
"""Before the source's last chance to have its output fade at the instant."""
HELD_MARGIN_MS = 300.0
FARTHEST = 10.0
"""An instant that lies farther ahead was reckoned on clocks that are not known."""


class Switch(msgspec.Struct, frozen=True):
    """The target is heard from `at` on, with the frame at `position_ms`; both fade over `fade`
    seconds. Without the target's word by `no_return` the source plays on. All on its clock.
    """

    at: float
    position_ms: float
    fade: float
    no_return: float
    tight: bool


class Ends(msgspec.Struct, frozen=True):
    """The item ends before that, within so many seconds."""

    within: float


class TooSoon(msgspec.Struct, frozen=True):
    """The target holds a later place only, which is reached after so many seconds."""

    after: float


class Behind(msgspec.Struct, frozen=True):
    """The target has not decoded as far as will be heard at the instant `at`."""

    at: float


def choose_switch(
    view: View, peer: str, ready: Ready, now: float, *, sounds: bool, no_sooner: float = -math.inf
) -> Switch | Ends | TooSoon | Behind:
    """The soonest switch that both can make, but not before `no_sooner`; or why there is none.

    The target needs its lead after `go` has come: a commit, its answer and `go` are three ways,
    and so is the source's own part up to its point of no return, with a way to spare.
    """
    rtt = view.rtt95(peer)
    output_delay = view.output_delay if sounds else 0.0
    error = ready.clock_error_us
    tight = error is not None and error <= TIGHT * 1e6
    if not sounds:
        at = max(now + 3 * rtt + QUIET_SLACK, no_sooner + SLACK)
        return Switch(at, view.position(now), 0.0, at - NO_RETURN, tight)
    fade = FADE if tight else LONG_FADE
    at = max(now + max(ready.lead_us / 1e6 + 2 * rtt, output_delay + 3 * rtt), no_sooner) + SLACK
    switch = Switch(at, view.position(at), fade, at - output_delay - NO_RETURN, tight)
    return _misfit(view, ready, switch, now) or switch


def _misfit(view: View, ready: Ready, switch: Switch, now: float) -> Ends | TooSoon | Behind | None:
    """What speaks against a switch, if anything does."""
    item = view.item
    if item is None or item.live:
        return None
    if item.duration_ms is not None:
        overlap = min(view.session.crossfade_ms, item.duration_ms / 2) if view.followed else 0.0
        end = item.duration_ms - overlap
        if view.position(switch.at + switch.fade) >= end:
            return Ends(max(end - view.position(now), 0.0) / 1e3)
    if switch.position_ms < ready.from_ms - 1:
        return TooSoon((ready.from_ms - switch.position_ms) / 1e3)
    return Behind(switch.at) if switch.position_ms > reach(item, ready.to_ms) else None


def reach(item: Item, held_to_ms: float) -> float:
    """The last place to begin from, where the item is decoded as far as that: some of it must be
    left, unless it is all that there is.
    """
    if item.duration_ms is not None and held_to_ms >= item.duration_ms - 1:
        return item.duration_ms
    return held_to_ms - HELD_MARGIN_MS
