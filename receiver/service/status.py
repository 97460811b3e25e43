"""What the receiver does, in one line: `systemctl status` shows it."""

from __future__ import annotations

from urllib.parse import urlsplit

from receiver.model.state import Item, State

LONGEST = 120
_VERBS = {
    "loading": "Opening", "buffering": "Waiting for", "playing": "Playing", "paused": "Paused:",
}  # fmt: skip


def status_line(state: State) -> str:
    """At most `LONGEST` characters, none of them of a URL but the name of its host: the rest may
    hold passwords.
    """
    if state.problem is not None:
        line = state.problem.message
    elif state.session.item is None:
        line = "Ready"
    else:
        line = f"{_VERBS[state.session.playback]} {_called(state.session.item)}"
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _called(item: Item) -> str:
    if item.tags.title:
        return f"{item.tags.title} by {item.tags.artist}" if item.tags.artist else item.tags.title
    return f"a stream from {urlsplit(item.url).hostname}"
