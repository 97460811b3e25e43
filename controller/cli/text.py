"""Text on a terminal: what strangers wrote, made harmless."""

from __future__ import annotations

SHOWN = 200
"""No text of strangers is shown longer than this many characters."""


def plain(text: str) -> str:
    """`text` without what could command a terminal or turn the reading direction.

    Control characters and line ends become blanks; whatever else is invisible is left out.
    """
    return " ".join("".join(map(_harmless, text)).split())


def _harmless(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if letter.isspace() or letter < "\xa0" else ""


def label(url: str, title: str | None, artist: str | None) -> str:
    """Artist and title, or else the last part of the URL."""
    known = " - ".join(part for part in (plain(artist or ""), plain(title or "")) if part)
    return (known or plain(_last_part(url)) or plain(url))[:SHOWN]


def _last_part(url: str) -> str:
    """The name of what a URL leads to, as its owner writes it."""
    name = url.rstrip("/").rpartition("/")[2]
    if "%" not in name:
        return name
    from urllib.parse import unquote  # noqa: PLC0415 - few names need it

    return unquote(name)


def until(time: str | None) -> str:
    """The time of day at which something ends, as the end of a sentence; "" where it does not."""
    return f" until {plain(time)}" if time else ""


def clock_time(ms: float) -> str:
    """A position as `1:23` or `1:02:03`."""
    seconds = max(int(ms // 1000), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def in_front(text: str) -> str:
    """`text` as it stands at the beginning of a line."""
    return text[:1].upper() + text[1:]


def counted(number: int) -> str:
    """So many items."""
    return "1 item" if number == 1 else f"{number} items"


def queue_words(length: int, index: int | None, repeat: str, shuffle: bool) -> str:
    """What there is to say of a queue beside the current item: `2 of 5, repeat all, shuffled`."""
    words = []
    if length > 1:
        words.append(counted(length) if index is None else f"{index + 1} of {length}")
    if repeat != "off":
        words.append(f"repeat {repeat}")
    if shuffle:
        words.append("shuffled")
    return ", ".join(words)
