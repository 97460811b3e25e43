"""The kinds of values an option can have: how each is read from text, checked and described.

A kind knows nothing of files, variables or flags. It raises `ValueError` for a value it does not
allow; `allowed` is the end of the sentence that the user reads.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from receiver.model.hours import Hours


class Kind(Protocol):
    """What the values of an option can be."""

    @property
    def allowed(self) -> str:
        """What is allowed, as the end of "must be ..."."""
        ...

    def parse(self, text: str) -> object:
        """The value that a variable or flag means. Raises `ValueError`."""
        ...

    def check(self, value: object) -> object:
        """The value as the configuration holds it. Raises `ValueError` for a wrong one."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Printable text of at most `most` bytes of UTF-8; `blank` allows none at all."""

    most: int = 1024
    blank: bool = True

    @property
    def allowed(self) -> str:
        """What is allowed."""
        least = "" if self.blank else "not blank, "
        return f"text in printable characters, {least}at most {self.most} bytes of UTF-8"

    def parse(self, text: str) -> object:
        """Text is itself."""
        return text

    def check(self, value: object) -> object:
        """A string within the limits."""
        if not isinstance(value, str) or not value.isprintable():
            raise ValueError
        if len(value.encode("utf-8")) > self.most or not (self.blank or value.strip()):
            raise ValueError
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `low` to `high`, or one of `also`."""

    low: int
    high: int
    unit: str = ""
    also: tuple[int, ...] = ()

    @property
    def allowed(self) -> str:
        """What is allowed."""
        others = "".join(f"{number} or " for number in self.also)
        unit = f" {self.unit}" if self.unit else ""
        return f"{others}a whole number from {self.low} to {self.high}{unit}"

    def parse(self, text: str) -> object:
        """Decimal digits."""
        return int(text)

    def check(self, value: object) -> object:
        """A number in the range; True and False are none."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError  # noqa: TRY004 - one error for every wrong value
        if not (self.low <= value <= self.high or value in self.also):
            raise ValueError
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a few."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """What is allowed."""
        return "one of " + ", ".join(self.words)

    def parse(self, text: str) -> object:
        """A word is itself, in small letters."""
        return text.lower()

    def check(self, value: object) -> object:
        """One of the words."""
        if value not in self.words:
            raise ValueError
        return value


_SWITCH_WORDS = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off."""

    allowed: str = field(default="true or false", init=False)

    def parse(self, text: str) -> object:
        """The usual words for on and off."""
        return _SWITCH_WORDS.get(text.lower(), text)

    def check(self, value: object) -> object:
        """A truth value."""
        if not isinstance(value, bool):
            raise ValueError  # noqa: TRY004 - one error for every wrong value
        return value


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address to listen on; empty means all of them."""

    allowed: str = field(default='an IP address, or "" for all', init=False)

    def parse(self, text: str) -> object:
        """An address is written as text everywhere."""
        return text

    def check(self, value: object) -> object:
        """An address in its usual spelling. "Any" addresses mean the same as empty."""
        if not isinstance(value, str):
            raise ValueError  # noqa: TRY004 - one error for every wrong value
        if not value:
            return value
        address = ipaddress.ip_address(value)
        return "" if address.is_unspecified else str(address)


@dataclass(frozen=True, slots=True)
class DayHours:
    """A part of the day; empty means none is named."""

    allowed: str = field(default='a part of the day like 22:00-07:00, or ""', init=False)

    def parse(self, text: str) -> object:
        """Hours are written as text everywhere."""
        return text

    def check(self, value: object) -> object:
        """The text, if `Hours` can read it."""
        if not isinstance(value, str):
            raise ValueError  # noqa: TRY004 - one error for every wrong value
        return str(Hours.parse(value)) if value else value


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, absolute or from the home folder (`~`)."""

    allowed: str = field(default="an absolute path, or one that starts with ~", init=False)

    def parse(self, text: str) -> object:
        """A path is written as text everywhere."""
        return text

    def check(self, value: object) -> object:
        """An absolute path with `~` resolved."""
        if not isinstance(value, (str, Path)):
            raise ValueError  # noqa: TRY004 - one error for every wrong value
        try:
            path = Path(value).expanduser()
        except RuntimeError as error:
            raise ValueError from error
        if not path.is_absolute():
            raise ValueError
        return path


@dataclass(frozen=True, slots=True)
class Peers:
    """Addresses of other receivers, separated by commas; empty means none."""

    allowed: str = field(default="HOST or HOST:PORT, separated by commas", init=False)

    def parse(self, text: str) -> object:
        """A list is written as text everywhere."""
        return text

    def check(self, value: object) -> object:
        """The text, if `addresses_in` can read it."""
        if not isinstance(value, str):
            raise ValueError  # noqa: TRY004 - one error for every wrong value
        addresses_in(value, default_port=1)
        return value


@dataclass(frozen=True, slots=True)
class HostNames:
    """Names of hosts, separated by commas; empty means none."""

    allowed: str = field(default="host names, separated by commas", init=False)

    def parse(self, text: str) -> object:
        """A list is written as text everywhere."""
        return text

    def check(self, value: object) -> object:
        """The text, if `names_in` can read it."""
        if not isinstance(value, str):
            raise ValueError  # noqa: TRY004 - one error for every wrong value
        names_in(value)
        return value


def names_in(text: str) -> list[str]:
    """Host names of a list separated by commas. Raises `ValueError`."""
    names = [*filter(None, map(str.strip, text.split(",")))]
    if not all(re.fullmatch(r"[\w.-]+", name, re.ASCII) for name in names):
        raise ValueError
    return names


def addresses_in(text: str, default_port: int) -> list[tuple[str, int]]:
    """Hosts and ports of a list separated by commas. Raises `ValueError`."""
    found = []
    for entry in filter(None, map(str.strip, text.split(","))):
        parts = urlsplit(f"//{entry}")
        port = default_port if parts.port is None else parts.port
        if not parts.hostname or parts.netloc != entry or "@" in entry or not port:
            raise ValueError
        found.append((parts.hostname, port))
    return found


def option(kind: Kind, help_text: str, *, settable: bool = False, **default: Any) -> Any:
    """A field of the configuration; `default` is `default=` or `default_factory=`. `settable`:
    people may change it while the receiver runs.
    """
    metadata = {"kind": kind, "help": help_text, "settable": settable}
    return field(**default, metadata=metadata)
