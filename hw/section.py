"""Reads one table of the configuration, and says what is wrong with it and where."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from hw.actions import Action, action
from hw.header import FREE, TAKEN
from receiver.errors import ConfigError

T = TypeVar("T")


class Source(Protocol):
    """A table as it was found in a file."""

    @property
    def values(self) -> Mapping[str, object]:
        """What it holds."""
        ...

    def place(self, *keys: str) -> str:
        """Where a key in it stands, for people: file and line, as far as that is known."""
        ...


class Claims:
    """Who has which pin."""

    def __init__(self) -> None:
        self._owners: dict[int, str] = {}

    def claim(self, number: int, owner: str) -> str | None:
        """Take a pin; says why it cannot be had, None: it can."""
        if number in TAKEN:
            return f"GPIO {number} belongs to {TAKEN[number]}"
        if number in self._owners:
            return f"GPIO {number} is used by {self._owners[number]} already"
        self._owners[number] = owner
        return None


class Section:
    """A table that is being read. Each method takes one key out of it and raises `ConfigError`
    for a value that is not allowed; `done` raises it for what is left.
    """

    def __init__(self, source: Source, claims: Claims, *path: str) -> None:
        """`path` are the names from the source's own on."""
        self._source = source
        self._claims = claims
        self._path = path
        found: object = source.values
        for name in path[1:]:
            found = found[name] if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            raise self.error(f"{self.name} must be a table, such as {{pin = 5}}, not {found!r}.")
        self._left = dict(found)
        self._known: list[str] = []

    @property
    def name(self) -> str:
        """Its name: "buttons.play"."""
        return ".".join(self._path)

    @property
    def keys(self) -> Sequence[str]:
        """What has not been read yet."""
        return list(self._left)

    @property
    def place(self) -> str:
        """Where it stands."""
        return self._source.place(*self._path[1:])

    def error(self, what: str, *keys: str) -> ConfigError:
        """The error for a key in here; `what` is a sentence."""
        key = ".".join((*self._path, *keys))
        return ConfigError(f"{self._source.place(*self._path[1:], *keys)}: {what}", key=key)

    def within(self, key: str) -> Section:
        """The table under a key."""
        self._note(key)
        self._left.pop(key, None)
        return Section(self._source, self._claims, *self._path, key)

    def pin(self, key: str) -> int:
        """The number of a pin, which must be there and free."""
        number = self.take(key, _whole(0, 27), "the number of a GPIO, such as 5, as in BCM", None)
        refusal = self._claims.claim(number, f"{self.name} ({key})" if key != "pin" else self.name)
        if refusal is not None:
            free = ", ".join(map(str, FREE))
            raise self.error(f"{self.name}.{key}: {refusal}. There are: {free}.", key)
        return number

    def choice(self, key: str, choices: Sequence[T], default: T) -> T:
        """One of a few."""

        def read(value: object) -> T:
            for choice in choices:
                if choice == value and not isinstance(value, bool):  # True is no 1
                    return choice
            raise ValueError

        return self.take(key, read, "one of " + ", ".join(map(str, choices)), default)

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number."""
        allowed = f"a whole number from {low} to {high}"
        return self.take(key, _whole(low, high), allowed, default)

    def switch(self, key: str, *, default: bool) -> bool:
        """True or false."""

        def read(value: object) -> bool:
            if not isinstance(value, bool):
                raise ValueError  # noqa: TRY004 - one error for every wrong value
            return value

        return self.take(key, read, "true or false", default)

    def action(self, key: str) -> Action | None:
        """What is to be done, if the key is there."""
        self._note(key)
        if key not in self._left:
            return None
        words = self._left.pop(key)
        try:
            if not isinstance(words, str):
                raise ValueError('it is a text, such as "toggle"')  # noqa: TRY004, TRY301
            return action(words)
        except ValueError as error:
            raise self.error(f"{self.name}.{key} is {words!r}, but {error}.", key) from None

    def take(self, key: str, read: Callable[[object], T], allowed: str, default: T | None) -> T:
        """A value, as `read` understands it, which raises `ValueError`. Without a `default` the
        key must be there.
        """
        self._note(key)
        if key not in self._left:
            if default is None:
                raise self.error(f"{self.name} has no {key}: it must have {allowed}.")
            return default
        value = self._left.pop(key)
        try:
            return read(value)
        except ValueError:
            raise self.error(f"{self.name}.{key} must be {allowed}, not {value!r}.", key) from None

    def done(self) -> None:
        """All that can be there has been read."""
        for key in self._left:
            raise self.error(f"{self.name} has no key {key}. {guess(key, self._known)}", key)

    def _note(self, key: str) -> None:
        self._known.append(key)


def guess(name: str, known: Iterable[str]) -> str:
    """What was meant, perhaps; else what there is. A sentence."""
    there = list(known)
    close = difflib.get_close_matches(name, there, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(there)}."


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError
        return value

    return read
