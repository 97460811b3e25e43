"""`tonearm status`."""

from __future__ import annotations

import json

import msgspec

from controller import one_shot
from controller.address import Address
from controller.cli.arguments import Arguments
from controller.cli.progress import label_of
from controller.cli.text import clock_time, plain, queue_words
from controller.known import Known, Memory
from controller.locate import locate
from receiver.errors import NoReceiver
from receiver.model.state import State
from receiver.protocol.events import StateEvent


def status(arguments: Arguments) -> int:
    """Show what the receiver does, or, with --json, its whole state."""
    receiver, message = locate(arguments.device, Memory())
    try:
        event = msgspec.convert(message, StateEvent)
    except msgspec.ValidationError as error:
        raise NoReceiver(
            f"The receiver at {receiver.address} speaks another version of the protocol"
            f" ({error}). Bring both to the same version."
        ) from None
    position_ms = _position_ms(receiver.address, event.state)
    if arguments.json:
        print(json.dumps({**message, "position_ms": position_ms}))
    else:
        print("\n".join(lines(receiver, event.state, position_ms)))
    return 0


def _position_ms(address: Address, state: State) -> float | None:
    """The position heard now: the state says when it held, by a clock that has to be asked."""
    anchor, item = state.session.anchor, state.session.item
    if anchor is None or item is None:
        return None
    now_us = one_shot.send(address, "time", {"t1_us": 0}).get("t3_us")
    position = anchor.position_at(max(int(now_us or 0), anchor.at_us))
    return position if item.duration_ms is None else min(position, item.duration_ms)


def lines(receiver: Known, state: State, position_ms: float | None) -> list[str]:
    """The state, in words."""
    session, volume, output = state.session, state.volume, state.output
    shown = [f"{plain(state.receiver.name)}  {receiver.address}  {plain(state.receiver.id)}"]
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
    shown.append(f"volume  {volume.percent} %, {'muted' if volume.muted else loudness}")
    shown.append(
        f"output  {plain(output.device)} ({plain(output.backend)}),"
        f" {output.rate} Hz, {output.channels} channels, {output.underruns} underruns"
    )
    if state.problem is not None:
        shown.append(f"problem  {plain(state.problem.message)}")
    return shown
