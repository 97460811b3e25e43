"""How an error is told: one line on stderr."""

from __future__ import annotations

import json
import sys

from controller.cli.text import plain
from receiver.errors import TonearmError


def complain(error: TonearmError, as_json: bool, about: str = "") -> None:
    """Tell the error, in words or, for programs, as JSON; `about` names what it is about."""
    if as_json:
        told = {"code": error.code, "message": error.message, "detail": error.detail}
        line = json.dumps({"error": told})
    else:
        line = f"tonearm: {plain(about + ': ' if about else '')} {plain(error.message)}"
    print(" ".join(line.split()), file=sys.stderr)
