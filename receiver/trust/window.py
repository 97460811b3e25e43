"""The pairing window: a while in which a code lets a new controller in."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import NamedTuple

from receiver.errors import BadCode, PairingClosed
from receiver.model.trust import Role

OPEN_S = 120.0
FIRST_OPEN_S = 600.0
"""On the first start nobody can have come yet, and there is no other way in."""
TRIES = 5
DIGITS = 6


class Opened(NamedTuple):
    """A window that is open: its `code`, for people, until the instant `until`."""

    code: str
    until: float
    role: Role


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


class Window:
    """Open or closed. Pure: every call takes the instant."""

    def __init__(self, make_code: Callable[[], str] = new_code) -> None:
        self._make_code = make_code
        self._opened: Opened | None = None
        self._tries = 0

    def open(self, now: float, role: Role = "owner", seconds: float = OPEN_S) -> Opened:
        """Open it for whoever is to get `role`. A window that is open gets another code."""
        self._opened = Opened(self._make_code(), now + seconds, role)
        self._tries = TRIES
        return self._opened

    def close(self) -> None:
        """Let nobody in. Harmless when it is closed."""
        self._opened = None

    def opened(self, now: float) -> Opened | None:
        """The window, while it is open."""
        return None if self._opened is None or now >= self._opened.until else self._opened

    def expired(self, now: float) -> bool:
        """Whether its time has just run out; it is closed then, and this is said once."""
        if self._opened is None or now < self._opened.until:
            return False
        self._opened = None
        return True

    def admit(self, code: str, now: float) -> Role:
        """The role of who says `code`; it is closed then. Raises `PairingClosed`, and `BadCode`
        for a wrong code: after five of those it closes.
        """
        opened = self.opened(now)
        if opened is None:
            raise PairingClosed(
                "This receiver lets nobody new in now. Hold its button, or run tonearm-receiver"
                " pair on it, then try again."
            )
        # In a time that tells nothing of how much of it was right.
        if not hmac.compare_digest(code.encode(), opened.code.encode()):
            self._tries -= 1
            if not self._tries:
                self._opened = None
                raise BadCode("The code is wrong, for the last time: pairing is closed.", left=0)
            raise BadCode(
                f"The code is wrong; {self._tries} more tries.",
                left=self._tries,
            )
        self._opened = None
        return opened.role
