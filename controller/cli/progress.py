"""The line that shows what plays: its text, and how it is drawn."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from controller.cli.text import clock_time, label, plain, queue_words
from controller.cli.width import columns, fit
from receiver.model.state import Item, QueueState, State

SYMBOLS = {"idle": "■", "loading": "…", "buffering": "…", "playing": "▶", "paused": "‖"}
BAR = 24
USUAL = 80
"""Columns of a terminal that does not tell."""

NARROW = 60
"""Below so many columns there is no bar, and nothing is said of the queue."""


def label_of(item: Item) -> str:
    """Artist and title, or else the last part of the URL."""
    return label(item.url, item.tags.title, item.tags.artist)


def line(
    state: State, position_ms: float | None, connected: bool, width: int, moved_to: str = ""
) -> str:
    """The state as one line of at most `width` columns, which must be at least 20. `moved_to`: the
    receiver that the music went to.
    """
    session = state.session
    if not connected:
        return fit(f"… {plain(state.receiver.name)} does not answer; trying again", width)
    if session.item is None:
        what = plain(state.problem.message) if state.problem else "nothing plays"
        if moved_to:
            what = f"moved to {plain(moved_to)}"
        return fit(f"{SYMBOLS[session.playback]} {what}", width)
    right = _right(state, position_ms or 0.0, session.item, wide=width >= NARROW)
    shown = fit(label_of(session.item), max(width - columns(right) - 4, 8))
    return fit(f"{SYMBOLS[session.playback]} {shown}  {right}", width)


def _right(state: State, position_ms: float, item: Item, wide: bool) -> str:
    """Everything right of the title."""
    parts = [clock_time(position_ms)]
    if item.duration_ms:
        if wide:
            done = round(BAR * min(max(position_ms / item.duration_ms, 0.0), 1.0))
            parts.append("━" * done + "─" * (BAR - done))
        else:
            parts.append("/")
        parts.append(clock_time(item.duration_ms))
    if wide:
        parts += _queue_signs(state.session.queue)
    parts.append("muted" if state.volume.muted else f"{state.volume.percent} %")
    if state.output.level_dbfs is not None:
        parts.append(f"{state.output.level_dbfs:.0f} dBFS")
    return " ".join(parts)


def _queue_signs(queue: QueueState) -> list[str]:
    """What `queue_words` says, in little room."""
    signs = []
    if queue.length > 1 and queue.index is not None:
        signs.append(f"{queue.index + 1}/{queue.length}")
    if queue.repeat != "off":
        signs.append("↻1" if queue.repeat == "one" else "↻")
    if queue.shuffle:
        signs.append("⇄")
    return signs


def sentence(state: State, position_ms: float | None, connected: bool, moved_to: str = "") -> str:
    """The state as a line of a log: words instead of symbols. `moved_to` as for `line`."""
    session, volume = state.session, state.volume
    if not connected:
        return f"{plain(state.receiver.name)} does not answer; trying again"
    parts: list[str] = [session.playback]
    if session.item is not None:
        length = session.item.duration_ms
        parts.append(label_of(session.item))
        parts.append(
            clock_time(position_ms or 0.0) + (f" of {clock_time(length)}" if length else "")
        )
        queue = session.queue
        parts.append(queue_words(queue.length, queue.index, queue.repeat, queue.shuffle))
    elif moved_to:
        parts.append(f"moved to {plain(moved_to)}")
    parts.append("muted" if volume.muted else f"volume {volume.percent} %")
    if state.problem is not None:
        parts.append(plain(state.problem.message))
    return ", ".join(filter(None, parts))


class Display:
    """Shows states: one line in place on a terminal, a line for each change elsewhere."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self.in_place = self._out.isatty()
        self._drawn = False
        self._said: object = None

    def show(
        self, state: State, position_ms: float | None, connected: bool, moved_to: str = ""
    ) -> None:
        """Draw the line anew, or write one if something changed but the position."""
        if self.in_place:
            text = line(state, position_ms, connected, self._width(), moved_to)
            self._out.write(f"\r{text}\x1b[K")
            self._drawn = True
        else:
            item = state.session.item
            news = (item and item.id, sentence(state, None, connected, moved_to))
            if news == self._said:
                return
            self._said = news
            self._out.write(sentence(state, position_ms, connected, moved_to) + "\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """Write a line of its own; what is drawn in place goes on below it."""
        if self._drawn:
            self._out.write("\r\x1b[K")
            self._drawn = False
        self._out.write(text + "\n")
        self._out.flush()

    def leave(self) -> None:
        """Leave the line as it stands, and go on below it."""
        if self._drawn:
            self._out.write("\n")
            self._out.flush()
            self._drawn = False

    def _width(self) -> int:
        try:
            known = os.get_terminal_size(self._out.fileno()).columns
        except (OSError, ValueError):
            known = 0
        return max((known or USUAL) - 1, 20)
