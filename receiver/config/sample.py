"""A configuration file to begin with, made of the declaration: it cannot get out of date."""

from __future__ import annotations

import textwrap
from dataclasses import MISSING, fields

from receiver.config.config import OPTIONS, Config
from receiver.config.load import shown

WIDTH = 98


def sample() -> str:
    """Every option, its help and its default as comments: what `--print-config` shows, and what is
    installed.
    """
    parts = ["# The receiver of Tonearm. What stands here as a comment is the default.\n"]
    for option, field in zip(OPTIONS, fields(Config), strict=True):
        # What is found out on each machine has no value to be shown.
        default = "..." if field.default is MISSING else field.default
        text = f"{option.help[0].upper()}{option.help[1:]} ({option.kind.allowed})."
        comment = textwrap.fill(text, WIDTH, initial_indent="# ", subsequent_indent="# ")
        parts.append(f"{comment}\n#{option.key} = {shown(default)}\n")
    return "\n".join(parts)
