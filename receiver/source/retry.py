"""How long to be patient with a server, and how to wait between attempts."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from receiver.clock.base import Clock
from receiver.errors import TonearmError

Jitter = Callable[[], float]
"""Gives a number from 0 to 1."""


class Limits(msgspec.Struct, frozen=True):
    """What one stream may take. Times in seconds, sizes in bytes."""

    connect: float = 5.0
    """To look up the name and connect, TLS included."""
    stall: float = 8.0
    """Without a byte while one is wanted: of the answer's head, and of its body."""
    open_patience: float = 10.0
    """Of failed attempts before the first answer: someone waits for it."""
    patience: float = 60.0
    """Of failed attempts since the last new byte, once there was an answer."""
    first_pause: float = 0.2
    """Before the second attempt; it doubles with every further one."""
    longest_pause: float = 5.0
    """Between two attempts, whatever the server asks for."""
    ahead: int = 2 << 20
    """To fetch ahead of the reader."""
    behind: int = 1 << 20
    """To keep behind the reader."""


class Mishap(Exception):
    """A failure that may mend when the server is asked again.

    `final` is the error it becomes when patience is out; `retry_after` the pause the server asked
    for, in seconds.
    """

    def __init__(self, final: TonearmError, retry_after: float | None = None) -> None:
        super().__init__(final.message)
        self.final = final
        self.retry_after = retry_after


class Patience:
    """Waits between the attempts at one thing: ever longer, up to a cap, and not for ever."""

    def __init__(
        self, clock: Clock, limits: Limits, total: float, jitter: Jitter = random.random
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._total = total
        self._jitter = jitter
        self._pause = limits.first_pause
        self._end: float | None = None

    def renew(self, total: float) -> None:
        """There was progress: start over, with `total` seconds from the next mishap."""
        self._total = total
        self._pause = self._limits.first_pause
        self._end = None

    async def wait(self, mishap: Mishap) -> None:
        """Wait before the next attempt; raises the final error instead when the time is up.

        A pause is between half and all of its nominal length, so that many receivers that lost
        one server do not come back to it at once.
        """
        now = self._clock.now()
        if self._end is None:
            self._end = now + self._total
        pause = self._pause * (0.5 + self._jitter() / 2)
        if mishap.retry_after is not None:
            pause = min(max(pause, mishap.retry_after), self._limits.longest_pause)
        if now + pause > self._end:
            raise mishap.final from mishap
        self._pause = min(2 * self._pause, self._limits.longest_pause)
        await self._clock.sleep(pause)
