"""When to look for a device that is missed."""

from __future__ import annotations

from receiver.errors import NoDevice
from receiver.sink.base import DeviceHangs

RETRY_S = 1.0
"""A device that is missed is looked for so often,"""
RETRY_AT_REST_S = 5.0
"""and so often while nobody wants to hear anything."""
ASK_S = 0.1
"""A device that hangs is asked so often whether it has come to itself."""
LOAD_S = 3.0
"""The first opening takes longer where the machine is slow: PortAudio is loaded, and looks at every
device. Until then nothing is wrong."""
STUCK_S = 10.0
"""Hanging for so long, it may hang for good: only another process could open it then."""


class Absence:
    """Keeps the time of it. Pure: every call takes the instant."""

    def __init__(self) -> None:
        self.retry_at = 0.0
        """When to look next."""
        self._lost_at = float("-inf")
        self._hangs_since: float | None = None

    def lost(self, now: float) -> None:
        """The device does not work any more: look for it at once, as it may only have stumbled,
        but not without a pause between one time and the next.
        """
        self.retry_at, self._lost_at = max(now, self._lost_at + RETRY_S), now

    def missed(self, error: NoDevice, now: float, *, needed: bool) -> bool:
        """It could not be opened, though it may be `needed`; whether it may hang for good."""
        if not isinstance(error, DeviceHangs):
            self._hangs_since = None
            self.retry_at = now + (RETRY_S if needed else RETRY_AT_REST_S)
            return False
        self.retry_at = now + ASK_S
        if self._hangs_since is None:
            self._hangs_since = now
        stuck = now - self._hangs_since > STUCK_S
        if stuck:
            self._hangs_since = now
        return stuck

    def may_be_loading(self, now: float) -> bool:
        """Whether it hangs, and not for longer than it may take the first time."""
        return self._hangs_since is not None and now - self._hangs_since < LOAD_S

    def over(self) -> None:
        """It is there."""
        self._hangs_since = None
