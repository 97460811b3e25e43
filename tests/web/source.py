"""The files of the page, as they lie there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.house.code import ROOT

WEB = ROOT / "controller" / "web"
STRINGS = WEB / "strings.js"
_ROW = re.compile(r'^  (?:"([\w.]+)"|(\w+)): \[', re.MULTILINE)
_USE = re.compile(r"""\bt\(\s*(?:[^"'`()]*\?\s*)?"([\w.]+)"(?:\s*:\s*"([\w.]+)")?""")


class Text(NamedTuple):
    """A file of text, by its path below the folder of the page."""

    path: str
    text: str


def files() -> list[Path]:
    """All of them."""
    return sorted(path for path in WEB.rglob("*") if path.is_file())


def texts(*endings: str) -> Iterator[Text]:
    """Those with one of these endings."""
    for path in files():
        if path.suffix in endings:
            yield Text(path.relative_to(WEB).as_posix(), path.read_text("utf-8"))


def string_keys() -> list[str]:
    """The keys of the table of strings, in order."""
    return [quoted or bare for quoted, bare in _ROW.findall(STRINGS.read_text("utf-8"))]


def used_keys(text: str) -> set[str]:
    """The keys that a module asks for by their whole names."""
    return {key for match in _USE.finditer(text) for key in match.groups() if key}
