"""Instance names: what a receiver is called on the network when others have the same name."""

from __future__ import annotations

from collections.abc import Iterator

MAX_LABEL_BYTES = 63
"""The longest label of DNS, in bytes of UTF-8."""

_DOT = "\N{ONE DOT LEADER}"
"""Stands for a dot, which would end the label."""


def instance_names(name: str) -> Iterator[str]:
    """The names to try, in order: "Kitchen", "Kitchen (2)", "Kitchen (3)", ... without end.

    Each fits into a label: cut at a character, no control characters.
    """
    label = "".join(c for c in name.replace(".", _DOT) if c.isprintable()).strip() or "Tonearm"
    yield _cut(label, MAX_LABEL_BYTES)
    number = 2
    while True:
        suffix = f" ({number})"
        yield _cut(label, MAX_LABEL_BYTES - len(suffix)) + suffix
        number += 1


def _cut(text: str, size: int) -> str:
    """As many whole characters as fit into `size` bytes."""
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore").rstrip()
