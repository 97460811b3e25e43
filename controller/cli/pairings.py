"""`tonearm pairings`: who is let in by a receiver."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from controller.cli.arguments import Arguments
from controller.cli.qr import drawn
from controller.cli.text import plain
from controller.cli.width import columns
from controller.known import Memory
from controller.locate import locate


def pairings(arguments: Arguments) -> int:
    """List them, let somebody new in, or let one in no more."""
    located = locate(arguments.device, Memory())
    match arguments.edit:
        case "open":
            result = located.send("pairings.open", {"role": arguments.role})
            lines = _opened(result)
        case "revoke":
            result = located.send("pairings.revoke", {"pairing": arguments.pairing})
            lines = iter([_revoked(result)])
        case _:
            result = located.send("pairings.list")
            lines = _listed(result["pairings"], result.get("receivers", []))
    for line in [json.dumps(result)] if arguments.json else lines:
        print(line)
    return 0


def _revoked(result: dict[str, Any]) -> str:
    if "receiver" in result:
        return f"{plain(result['receiver']['name'])} is of this house no more."
    told = result["pairing"]
    return f"{plain(told['name'])} ({told['role']}) is paired no more."


def _opened(result: dict[str, Any]) -> Iterator[str]:
    code = str(result["code"])
    yield (
        f"Code: {code[:3]} {code[3:]}, for {result['seconds']:.0f} s. Whoever says it is let in as"
        f" {result['role']}."
    )
    if "url" in result:  # an older receiver tells the code alone
        yield f"Or scan, or open {plain(result['url'])}"
        if sys.stdout.isatty():
            yield from drawn(result["qr"])


def _listed(rows: list[dict[str, Any]], receivers: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "Nobody is paired."
    if receivers:
        house = ", ".join(sorted(plain(receiver["name"]) for receiver in receivers))
        yield f"Of the same house: {house}."
    names = [plain(row["name"]) for row in rows]
    widest = max(map(columns, names), default=0)
    for name, row in zip(names, rows, strict=True):
        seen = datetime.fromtimestamp(row["seen"]).strftime("%Y-%m-%d %H:%M")  # noqa: DTZ006
        blanks = " " * (widest - columns(name))
        yield f"{row['id']}  {name}{blanks}  {row['role']:6}  seen {seen}"
