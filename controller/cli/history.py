"""`tonearm history`: what was played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from controller.cli.arguments import Arguments
from controller.cli.text import clock_time, label, plain
from controller.known import Memory
from controller.locate import locate
from controller.past import Past


def history(arguments: Arguments) -> int:
    """List it, the newest first."""
    located = locate(arguments.device, Memory())
    past = Past()
    while not past.complete:
        past.take(located.send("history.list", past.wanted))
    for line in map(json.dumps, past.items) if arguments.json else _as_text(past.items):
        print(line)
    return 0


def _as_text(items: list[dict[str, Any]]) -> Iterator[str]:
    """A row for each: when it was first heard, how long it is, what it is, and who wanted it."""
    if not items:
        yield "Nothing was played yet"
    durations = [item["duration_ms"] for item in items]
    lengths = ["" if duration is None else clock_time(duration) for duration in durations]
    columns = max(map(len, lengths), default=0)
    for item, length in zip(items, lengths, strict=True):
        at = datetime.fromtimestamp(item["played_at"]).strftime("%Y-%m-%d %H:%M")  # noqa: DTZ006
        tags = item["tags"]
        what = label(item["url"], tags["title"], tags["artist"])
        by = f"  ({plain(item['added_by'])})" if item["added_by"] else ""
        yield f"{at}  {length:>{columns}}  {what}{by}"
