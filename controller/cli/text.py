"""Text on a terminal: what strangers wrote, made harmless, and cut to a width."""

from __future__ import annotations

import unicodedata

SHOWN = 200
"""No text of strangers is shown longer than this many characters."""


def plain(text: str) -> str:
    """`text` without what could command a terminal or turn the reading direction.

    Control characters and line ends become blanks, invisible formatting is left out.
    """
    kept = (_harmless(letter) for letter in text)
    return " ".join("".join(kept).split())


def _harmless(letter: str) -> str:
    if letter.isprintable():
        return letter
    return "" if unicodedata.category(letter) == "Cf" else " "


def columns(text: str) -> int:
    """How many columns a terminal takes for `text`."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def fit(text: str, width: int) -> str:
    """`text`, cut to at most `width` columns, with an ellipsis where something is missing."""
    if columns(text) <= width:
        return text
    kept, used = "", 0
    for letter in text:
        used += _columns(letter)
        if used > width - 1:
            break
        kept += letter
    return kept.rstrip() + "…" if width > 0 else ""


def clock_time(ms: float) -> str:
    """A position as `1:23` or `1:02:03`."""
    seconds = max(int(ms // 1000), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
