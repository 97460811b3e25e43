"""How a device comes to rest while nothing is to be heard."""

from __future__ import annotations

LINGER_S = 5.0
RELEASE_S = 60.0
NEVER = float("inf")


class Rest:
    """First it is fed silence for `linger_s`, so that an amplifier or DAC does not click between
    two tracks. Then it is stopped, and stays open: it costs nothing and sounds at once. After
    `release_s` (0: never) it is let go, for others to use and for a DAC to go to sleep.
    """

    def __init__(self, linger_s: float = LINGER_S, release_s: float = RELEASE_S) -> None:
        self._linger_s = linger_s
        self._release_s = max(release_s, linger_s) if release_s > 0 else NEVER
        self._since: float | None = None

    def interrupt(self) -> None:
        """Something is to be heard, or may be soon."""
        self._since = None

    def may_stop(self, now: float) -> bool:
        """Whether it has lingered long enough."""
        return self._lasted(now) >= self._linger_s

    def may_release(self, now: float) -> bool:
        """Whether it has been silent long enough to be let go."""
        return self._lasted(now) >= self._release_s

    def wait(self, now: float) -> float:
        """Seconds until the next of the two."""
        lasted = self._lasted(now)
        return min(
            (s - lasted for s in (self._linger_s, self._release_s) if s > lasted), default=NEVER
        )

    def _lasted(self, now: float) -> float:
        if self._since is None:
            self._since = now
        return now - self._since
