"""What stood when the receiver ended is to be heard again: tried until it is, or until a command.

After a power cut the whole house starts at once, and the network or the server of the music may
come minutes after the speaker. So an item that cannot be had yet is not skipped here.
"""

from __future__ import annotations

import math
from typing import Any

from receiver.errors import HttpRefused, NoDevice, RefusedAddress, Stalled, Unreachable

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
MENDS = {Unreachable.code, Stalled.code, NoDevice.code, RefusedAddress.code}
"""What may work later. A router that is starting has every name lead to itself, which is refused.
"""


class Comeback:
    """When to try next: at the instant `at`, infinite when there is none."""

    def __init__(self) -> None:
        self.at = math.inf
        self.awaited = False
        """Whether the item is still to be heard."""
        self._pause = FIRST_PAUSE_S

    def begin(self, at: float) -> None:
        """Try at the instant `at`, and as often as it takes."""
        self.at, self.awaited, self._pause = at, True, FIRST_PAUSE_S

    def tried(self) -> None:
        """A try is being made."""
        self.at = math.inf

    def try_again(self, now: float) -> None:
        """The try came to nothing. The next comes after a pause, each longer than the last."""
        self.at = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_S)

    def over(self) -> None:
        """It is heard, or not wanted any more."""
        self.at, self.awaited = math.inf, False


def may_mend(code: str, detail: dict[str, Any]) -> bool:
    """Whether what failed so may work later, as it is."""
    return code in MENDS or (code == HttpRefused.code and detail.get("status", 0) >= 500)
