"""What is said of the other receivers of the house."""

from __future__ import annotations

from typing import Any

from controller.cli.text import label, plain
from controller.house import SOUNDING, Speaker
from controller.locate import Located


def doing(speaker: Speaker) -> str:
    """What it does: `playing Miles - Blue`, `idle`."""
    if not speaker.connected:
        return "does not answer"
    if not speaker.playback:
        return "not paired: tonearm pair"
    name = item_label(speaker.session)
    return f"{speaker.playback} {name}" if name else speaker.playback


def item_label(session: dict[str, Any]) -> str:
    """What a session plays; empty for nothing."""
    item = session.get("item")
    if not item:
        return ""
    return label(item["url"], item["tags"]["title"], item["tags"]["artist"])


def hint(located: Located) -> str:
    """Where the music is that is not here; empty where there is none."""
    from shlex import quote  # noqa: PLC0415 - seldom needed

    others = [s for s in located.house[1:] if s.playback in (*SOUNDING, "paused")]
    told = [(plain(speaker.name), doing(speaker)) for speaker in others]
    return " ".join(f"{name} is {what}: --device {quote(name)}." for name, what in told)
