"""Columns of a terminal: wide letters take two, accents none."""

from __future__ import annotations

import unicodedata


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
