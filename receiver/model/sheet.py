"""Findings as people read them: the worst first, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from receiver.model.health import VERDICTS, Finding, Verdict

WIDTH = 80
_COLOURS: dict[Verdict, str] = {"ok": "32", "warn": "33", "fail": "31"}


def sheet(findings: Sequence[Finding], *, colour: bool = False) -> Iterator[str]:
    """The lines: verdict, name, what was seen, and below it what to do. Control characters, which
    may come from strangers, are left out.
    """
    name_width = max((len(finding.name) for finding in findings), default=0)
    indent = " " * (len("warn") + name_width + 4)
    for finding in sorted(findings, key=lambda one: -VERDICTS.index(one.verdict)):
        verdict = f"{finding.verdict:<4}"
        if colour:
            verdict = f"\x1b[{_COLOURS[finding.verdict]}m{verdict}\x1b[0m"
        seen, *more = _wrapped(finding.seen, WIDTH - len(indent)) or [""]
        yield f"{verdict}  {finding.name:<{name_width}}  {seen}".rstrip()
        yield from (indent + line for line in more)
        advice = _wrapped(finding.advice, WIDTH - len(indent) - 3)
        for mark, line in zip(("-> ", *["   "] * len(advice)), advice, strict=False):
            yield f"{indent}{mark}{line}"


def in_words(findings: Iterable[Finding]) -> str:
    """The verdict over all of them, in a sentence."""
    by_verdict: dict[Verdict, list[str]] = {verdict: [] for verdict in VERDICTS}
    for finding in findings:
        by_verdict[finding.verdict].append(finding.name)
    failed, warned = by_verdict["fail"], by_verdict["warn"]
    worth = f"worth a look: {', '.join(warned)}"
    if failed:
        return f"Something is wrong: {', '.join(failed)}" + (f"; {worth}." if warned else ".")
    return f"It works; {worth}." if warned else "All is well."


def _wrapped(text: str, width: int) -> list[str]:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.wrap(shown, width, break_on_hyphens=False)
