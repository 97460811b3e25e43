"""The receivers seen before, so that the next command needs no search. Light: standard library."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, NamedTuple

from controller.address import Address

MOST = 100
"""So many are remembered; those seen longest ago are forgotten first."""


class Known(NamedTuple):
    """A receiver and where commands for it go: to itself, or to another one that forwards them. The
    id never changes, the name may.
    """

    id: str
    name: str
    address: Address


class Memory:
    """What is remembered, in `$XDG_STATE_HOME/tonearm/receivers.json`.

    It only saves time: a file that is missing, broken or cannot be written is no error.
    """

    def __init__(self, path: str | None = None) -> None:
        self._path = path or state_path("receivers.json")
        self._receivers: dict[str, Known] = {}
        self._default: str | None = None
        self._load()

    def all(self) -> list[Known]:
        """Every receiver that is remembered."""
        return list(self._receivers.values())

    def default(self) -> Known | None:
        """The receiver meant when none is named: the one used last."""
        return self._receivers.get(self._default or "")

    def recent(self) -> list[Known]:
        """Every receiver that is remembered, the default first, then those met last."""
        newest = reversed(self._receivers.values())
        return sorted(newest, key=lambda receiver: receiver.id != self._default)

    def find(self, wanted: str) -> Known | None:
        """The receiver with this id or, in any case of letters, this name."""
        named = (r for r in self._receivers.values() if r.name.casefold() == wanted.casefold())
        return self._receivers.get(wanted) or next(named, None)

    def saw(self, *receivers: Known) -> None:
        """Remember where these are."""
        before = dict(self._receivers)
        for receiver in receivers:
            self._receivers[receiver.id] = receiver
        if self._receivers != before:
            self._save()

    def used(self, receiver: Known) -> None:
        """Remember where this one is, and that it is the default from now on."""
        if self._receivers.get(receiver.id) != receiver or self._default != receiver.id:
            self._receivers.pop(receiver.id, None)
            self._receivers[receiver.id] = receiver
            self._default = receiver.id
            self._save()

    def _load(self) -> None:
        try:
            with open(self._path, encoding="utf-8") as file:
                stored = json.load(file)
            for entry in stored["receivers"]:
                known = _from_json(entry)
                self._receivers[known.id] = known
            default = stored.get("default")
            self._default = default if isinstance(default, str) else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return

    def _save(self) -> None:
        newest = list(self._receivers.values())[-MOST:]
        stored = {
            "default": self._default,
            "receivers": [
                {"id": r.id, "name": r.name, "host": r.address.host, "port": r.address.port}
                for r in newest
            ],
        }
        with contextlib.suppress(OSError):
            write_whole(self._path, stored)


def state_path(name: str) -> str:
    """Where a file of the controller's memory is kept, by the XDG rules: a relative path in the
    variable is ignored.
    """
    home = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(home):
        home = os.path.expanduser("~/.local/state")
    return os.path.join(home, "tonearm", name)


def write_whole(path: str, stored: Any, *, private: bool = False) -> None:
    """Put JSON into a file in one step, so that nobody reads half of it; a `private` one is for its
    owner alone. Raises `OSError`.
    """
    draft = f"{path}.{os.getpid()}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(draft, "w", encoding="utf-8", opener=_for_owner if private else None) as file:
        json.dump(stored, file, indent=1)
    os.replace(draft, path)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _from_json(entry: dict[str, Any]) -> Known:
    """One entry of the file. Raises `TypeError`, `KeyError`."""
    known = Known(entry["id"], entry["name"], Address(entry["host"], entry["port"]))
    strings = (known.id, known.name, known.address.host)
    if not all(isinstance(text, str) for text in strings) or type(known.address.port) is not int:
        raise TypeError
    return known
