"""`tonearm status`."""

from __future__ import annotations

import json

import msgspec

from controller.cli.arguments import Arguments
from controller.cli.elsewhere import doing
from controller.cli.progress import label_of
from controller.cli.text import clock_time, plain, queue_words, until
from controller.known import Memory
from controller.locate import Located, locate
from receiver.errors import NoReceiver
from receiver.model.state import State
from receiver.protocol.events import StateEvent


def status(arguments: Arguments) -> int:
    """Show what the receiver does, or, with --json, its whole state."""
    located = locate(arguments.device, Memory())
    try:
        event = msgspec.convert(located.status, StateEvent)
    except msgspec.ValidationError as error:
        raise NoReceiver(
            f"The receiver at {located.receiver.address} speaks another version of the protocol"
            f" ({error}). Bring both to the same version."
        ) from None
    position_ms = _position_ms(located, event.state)
    if arguments.json:
        print(json.dumps({**located.status, "position_ms": position_ms}))
    else:
        print("\n".join(lines(located, event.state, position_ms)))
    return 0


def _position_ms(located: Located, state: State) -> float | None:
    """The position heard now: the state says when it held, by a clock that has to be asked."""
    anchor, item = state.session.anchor, state.session.item
    if anchor is None or item is None:
        return None
    now_us = located.send("time", {"t1_us": 0}).get("t3_us")
    position = anchor.position_at(max(int(now_us or 0), anchor.at_us))
    return position if item.duration_ms is None else min(position, item.duration_ms)


def lines(located: Located, state: State, position_ms: float | None) -> list[str]:
    """The state, in words, and a line for each other receiver of the house."""
    session, volume, output = state.session, state.volume, state.output
    where = f"{'through ' if located.forwarded else ''}{located.receiver.address}"
    shown = [f"{plain(state.receiver.name)}  {where}  {plain(state.receiver.id)}"]
    if session.item is None:
        shown.append(session.playback)
    else:
        shown.append(f"{session.playback}  {label_of(session.item)}")
        length = session.item.duration_ms
        of_length = "" if length is None else f" of {clock_time(length)}"
        shown.append(f"position  {clock_time(position_ms or 0.0)}{of_length}")
    queue = session.queue
    words = queue_words(queue.length, queue.index, queue.repeat, queue.shuffle)
    if words:
        shown.append(f"queue  {words}")
    loudness = "silent" if volume.db is None else f"{volume.db:.1f} dB"
    cap = f", cap {volume.cap} %{until(volume.cap_until)}" if volume.cap < 100 else ""
    shown.append(f"volume  {volume.percent} %, {'muted' if volume.muted else loudness}{cap}")
    shown.append(
        f"output  {plain(output.device)} ({plain(output.backend)}),"
        f" {output.rate} Hz, {output.channels} channels, {output.underruns} underruns"
    )
    if state.access.pairing:
        shown.append("pairing  somebody new is let in now")
    elif state.access.auth == "open":
        shown.append("access  open: whoever reaches it may command it")
    if state.problem is not None:
        shown.append(f"problem  {plain(state.problem.message)}")
    others = sorted(located.house[1:], key=lambda speaker: speaker.name.casefold())
    shown += [f"{plain(speaker.name)}: {doing(speaker)}" for speaker in others]
    return shown
