"""From the threads on which edges come to the event loop, where everything else is."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable

from hw.pins.base import InputPin
from receiver.clock.base import Clock

log = logging.getLogger(__name__)

MOST_WAITING = 256
"""Edges that wait for the loop; of more, the oldest are lost. Contacts find back by themselves."""
STORM = 200
STORM_S = 0.1
"""More than `STORM` edges within `STORM_S` are no fingers: a loose wire, or an open input."""
PEACE_S = 1.0
"""For so long a line that storms is not listened to."""

Take = Callable[[bool, float], None]
"""Gets the level, and the instant at which it was read."""


class Edges:
    """Carries edges over to the event loop, in their order. Made on the loop."""

    def __init__(self, clock: Clock, carried: Callable[[], None]) -> None:
        """`carried` is called after some were taken."""
        self._clock = clock
        self._carried = carried
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[Take, bool, float]] = deque(maxlen=MOST_WAITING)
        self._woken = False
        self._closed = False

    def put(self, take: Take, level: bool) -> None:
        """Have `take` called with the level on the event loop. Any thread."""
        self._waiting.append((take, level, self._clock.now()))
        if not (self._woken or self._closed):
            self._woken = True
            self._loop.call_soon_threadsafe(self._drain)

    def close(self) -> None:
        """Let nothing through any more."""
        self._closed = True
        self._waiting.clear()

    def _drain(self) -> None:
        # Before the first is taken: what comes in from now on wakes us again.
        self._woken = False
        for _ in range(len(self._waiting)):
            take, level, at = self._waiting.popleft()
            take(level, at)
        self._carried()


class Line:
    """One input, and `take` for its edges. A line that storms is let alone for a while, so that it
    costs next to nothing. Event loop only.
    """

    def __init__(self, pin: InputPin, name: str, edges: Edges, take: Take) -> None:
        self._pin = pin
        self._name = name
        self._edges = edges
        self._take = take
        self._count = 0
        self._counted_from = -math.inf
        self._listens = False
        self._warned = False
        self.wake_at = math.inf
        """The instant at which `tick` is due."""
        self._listen()

    @property
    def level(self) -> bool:
        """What it reads now."""
        return self._pin.level

    def tick(self, now: float) -> None:
        """Time has passed: the storm is noticed, or the peace is over."""
        if now < self.wake_at:
            return
        if self._listens:
            self._listens = False
            self._pin.unwatch()
            self.wake_at = now + PEACE_S
            self._warn()
        else:
            self.wake_at = math.inf
            self._listen()
            self._take(self._pin.level, now)

    def close(self) -> None:
        """Let go of the pin."""
        self._listens = False
        self._pin.close()

    def _listen(self) -> None:
        self._listens = True
        self._count = 0
        self._pin.watch(lambda level: self._edges.put(self._edge, level))

    def _edge(self, level: bool, at: float) -> None:
        if not self._listens:
            return  # it was on its way
        if at - self._counted_from > STORM_S:
            self._counted_from, self._count = at, 0
        self._count += 1
        if self._count > STORM:
            self.wake_at = at
        self._take(level, at)

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            log.warning(
                "%s: GPIO %d changes more than %d times a second. Look at its wires; until it is"
                " quiet it is only looked at now and then.",
                self._name, self._pin.number, round(STORM / STORM_S),
            )  # fmt: skip
