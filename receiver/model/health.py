"""What a doctor found: of a receiver, or of the way to one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Verdict = Literal["ok", "warn", "fail"]
VERDICTS: tuple[Verdict, ...] = ("ok", "warn", "fail")
"""From the best to the worst."""

FAILED = 9
"""Exit code of a doctor that found a failure."""


class Finding(msgspec.Struct, frozen=True):
    """One line: `seen` is the fact, in words; `advice` what to do, empty when all is well.

    `warn`: it plays, but not as well as it could, or not for long; `fail`: something that a
    speaker is for does not work.
    """

    name: str
    verdict: Verdict
    seen: str
    advice: str = ""


class Examination(msgspec.Struct, frozen=True):
    """All findings of one receiver. `id` is empty where it is not known."""

    id: str
    name: str
    version: str
    running: bool
    verdict: Verdict
    findings: list[Finding]


def worst(findings: Iterable[Finding]) -> Verdict:
    """The worst of their verdicts; `ok` when there are none."""
    return max((finding.verdict for finding in findings), key=VERDICTS.index, default="ok")


def exit_code(verdict: Verdict) -> int:
    """What a program that told the verdict ends with."""
    return FAILED if verdict == "fail" else 0
