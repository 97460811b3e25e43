"""Which files were lent to receivers, by their URLs: a saved queue names the files again.

Kept in `$XDG_STATE_HOME/tonearm/lent.json`. A URL stands for one file for ever, so what is kept is
never wrong; the oldest is forgotten. A file that is missing or broken is no error.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Mapping

from controller.known import state_path, write_whole
from receiver.protocol.limits import MAX_QUEUE

NAME = "lent.json"
MOST = MAX_QUEUE
TOKEN_BYTES = 16
_TARGET = re.compile(r"http://[^/]+/[A-Za-z0-9_-]{22}/[^/]+")
"""22 letters are 16 bytes in Base 64."""


def remember(paths: Mapping[str, str]) -> None:
    """Keep where the files at these URLs are."""
    whole = {url: os.path.abspath(path) for url, path in paths.items()}
    kept = list((recall() | whole).items())[-MOST:]
    with contextlib.suppress(OSError):
        write_whole(state_path(NAME), dict(kept))


def recall() -> dict[str, str]:
    """The path of each file that was lent, by its URL."""
    try:
        with open(state_path(NAME), encoding="utf-8") as file:
            stored = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(stored, dict):
        return {}
    return {url: path for url, path in stored.items() if isinstance(path, str)}


def is_passing(url: str) -> bool:
    """Whether a URL looks like that of a lent file, which is gone when the command ends that lends
    it.
    """
    return _TARGET.fullmatch(url) is not None
