"""Text from strangers, as it may stand in the state."""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories: control, format (which turns the direction of reading), surrogate, line
and paragraph ends.
"""


def visible(text: str) -> str:
    """`text` without what commands a terminal, ends a line or hides what is read."""
    if text.isprintable():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) not in _UNSEEN)
