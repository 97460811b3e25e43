"""Times, volumes and numbers as people write them."""

from __future__ import annotations

import re
from typing import Any

from receiver.errors import BadRequest
from receiver.protocol.limits import MAX_CROSSFADE_S, MAX_POSITION_MS

_SECONDS = r"(?P<seconds>\d{1,6}(?:\.\d{1,3})?)"
_MINUTES = r"(?:(?P<hours>\d{1,3}):(?=[0-5]\d:))?(?P<minutes>\d{1,4}):(?=[0-5]\d(?:\.|$))"
_TIME = re.compile(rf"(?P<sign>[+-]?)(?:{_MINUTES})?{_SECONDS}", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_CROSSFADE = re.compile(r"(\d{1,2}(?:\.\d{1,3})?)s?", re.ASCII)
_VOLUME = re.compile(r"([+-]?)(\d{1,3})%?", re.ASCII)


def parse_seek(text: str) -> dict[str, Any]:
    """The fields of a seek: `83`, `1:23`, `1:02:03`, `1:23.5`; with `+` or `-`, from here.

    Raises `BadRequest`.
    """
    text = text.strip()
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadRequest(f"{text!r} is no time: write 83, 1:23, 1:02:03, +10 or -1:30.")
    hours, minutes = int(match["hours"] or 0), int(match["minutes"] or 0)
    total = (hours * 60 + minutes) * 60_000 + round(float(match["seconds"]) * 1000)
    if total > MAX_POSITION_MS:
        raise BadRequest(f"{text!r} is longer than a week.")
    if match["sign"]:
        return {"by_ms": -total if match["sign"] == "-" else total}
    return {"position_ms": total}


def parse_volume(text: str) -> dict[str, Any]:
    """The fields of a volume: `40` or `40%`; with `+` or `-`, from what it is. Raises
    `BadRequest`.
    """
    text = text.strip()
    match = _VOLUME.fullmatch(text)
    if match is None or int(match[2]) > 100:
        raise BadRequest(f"{text!r} is no volume: write 0 to 100, or a step such as +5 or -5.")
    sign, number = match[1], int(match[2])
    if sign:
        return {"by": -number if sign == "-" else number}
    return {"percent": number}


def parse_crossfade(text: str) -> dict[str, Any]:
    """The fields of a crossfade: `4`, `2.5` or `off`. Raises `BadRequest`."""
    text = text.strip()
    if text == "off":
        return {"seconds": 0.0}
    match = _CROSSFADE.fullmatch(text)
    if match is None or float(match[1]) > MAX_CROSSFADE_S:
        raise BadRequest(f"{text!r} is no crossfade: write 0 to {MAX_CROSSFADE_S} seconds, or off.")
    return {"seconds": float(match[1])}


def parse_numbers(text: str, length: int) -> range:
    """The indexes of the items `3`, or `3-5`, of a queue: people count from 1. Raises
    `BadRequest`.
    """
    text = text.strip()
    match = _NUMBERS.fullmatch(text)
    if match is None:
        raise BadRequest(f"{text!r} is no number: write 3, or 3-5 for several.")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= length:
        held = f"1 to {length}" if length else "nothing"
        raise BadRequest(f"There is no {text} in the queue: it holds {held}.")
    return range(first - 1, last)


def parse_number(text: str, length: int) -> int:
    """The index of one item, as `parse_numbers` takes it."""
    indexes = parse_numbers(text, length)
    if len(indexes) > 1:
        raise BadRequest(f"{text.strip()!r} are several: name one.")
    return indexes[0]
