"""What a house at rest holds: tasks, threads, files, objects, and how long each list of it is."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

CONTAINERS = (dict, list, set, deque, bytearray)
DEEPEST = 12
"""Objects within objects."""
FULL_SIZE = 300
"""The longest memory that the receivers keep on purpose."""


@dataclass
class Census:
    """Counted at one instant. `blocks` are allocated by Python. As JSON, so that it is one object
    and what was counted is not counted: `kinds`, how many objects there are of each, and `lengths`,
    how long each list is, by where it is.
    """

    tasks: int
    threads: int
    files: int
    blocks: int
    kinds: bytes
    lengths: bytes

    def grown(self, before: Census) -> list[str]:
        """What there is more of than before; memories that are not full yet may fill up."""
        found = [
            f"{name}: {was} -> {now}"
            for name, was, now in (
                ("tasks", before.tasks, self.tasks),
                ("threads", before.threads, self.threads),
                ("files", before.files, self.files),
            )
            if now > was
        ]
        were = msgspec.json.decode(before.lengths)
        found += [
            f"{where}: {were.get(where, 0)} -> {length}"
            for where, length in msgspec.json.decode(self.lengths).items()
            if length > max(FULL_SIZE, were.get(where, 0))
        ]
        return found

    def kinds_more_than(self, before: Census) -> list[tuple[str, int]]:
        """The kinds of objects of which there are more than before, most first."""
        now, then = (Counter(msgspec.json.decode(each.kinds)) for each in (self, before))
        return (now - then).most_common(8)


def census(roots: dict[str, object]) -> Census:
    """Count now. `roots` are where the lists are looked for."""
    gc.collect()
    lengths: Counter[str] = Counter()
    seen: set[int] = set()
    for name, root in roots.items():
        for where, length in lists(root, name, seen, 0):
            lengths[where] += length
    return Census(
        len(asyncio.all_tasks()),
        threading.active_count(),
        len(list(Path("/proc/self/fd").iterdir())),
        sys.getallocatedblocks(),
        msgspec.json.encode(Counter(type(each).__qualname__ for each in gc.get_objects())),
        msgspec.json.encode(lengths),
    )


def lists(found: Any, where: str, seen: set[int], depth: int) -> Iterator[tuple[str, int]]:
    """The containers in an object of ours, in its attributes, and in what is in those."""
    if id(found) in seen or depth > DEEPEST:
        return
    seen.add(id(found))
    if isinstance(found, CONTAINERS):
        yield where, len(found)
        if isinstance(found, bytearray):
            return
        inner = list(found.values()) if isinstance(found, dict) else list(found)
        for one in inner:
            yield from lists(one, f"{where}[]", seen, depth + 1)
    elif type(found).__module__.startswith("receiver.") and not isinstance(found, msgspec.Struct):
        for name, value in attributes(found):
            yield from lists(value, f"{where}.{name}", seen, depth + 1)


def attributes(found: object) -> Iterator[tuple[str, Any]]:
    """All attributes, wherever they are kept."""
    yield from getattr(found, "__dict__", {}).items()
    for kind in type(found).__mro__:
        for name in getattr(kind, "__slots__", ()):
            if hasattr(found, name):
                yield name, getattr(found, name)
