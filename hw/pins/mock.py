"""A bench with pins on it, that behave as electricity does.

A line is pulled by the resistor of whoever set it up, driven by whoever drives it, and joined to
others by wires. Edges come of the level that results, on the thread of whoever changed something.
"""

from __future__ import annotations

from collections.abc import Iterable

from hw.pins.base import NoPins, OnEdge, PinError, Pull
from receiver.clock.base import Clock


class MockLine:
    """One line of the chip, as one sees it from outside: with a probe and a piece of wire."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.busy = False
        """True when another program has it."""
        self.level = False
        """What a probe reads."""
        self.edges = 0
        """Edges there were, whether anybody watched or not."""
        self.told = 0
        """Edges that somebody was told of."""
        self.pull: Pull = "none"
        self.net = {self}
        """All that is wired together."""
        self._outside: bool | None = None
        self._inside: bool | None = None
        self._stuck = False
        self._on_edge: OnEdge | None = None

    @property
    def watched(self) -> bool:
        """Whether somebody wants to hear of edges."""
        return self._on_edge is not None

    @property
    def driven(self) -> set[bool]:
        """The levels it is connected to: from outside, from inside, or both."""
        return {level for level in (self._outside, self._inside) if level is not None}

    def drive_low(self) -> None:
        """Connect it to ground, as a button does."""
        self.touch(False)

    def drive_high(self) -> None:
        """Connect it to 3.3 V."""
        self.touch(True)

    def release(self) -> None:
        """Connect it to nothing: what is wired to it and the resistor decide."""
        self.touch(None)

    def touch(self, level: bool | None) -> None:
        """Connect it to a level, or, with None, to nothing."""
        if not self._stuck:
            self._outside = level
            _settle(self.net)

    def stick(self, level: bool) -> None:
        """Weld it to a level: what is done to it from now on is in vain."""
        self.touch(level)
        self._stuck = True

    def wire(self, other: MockLine) -> None:
        """Solder a wire from here to another line."""
        joined = self.net | other.net
        for line in joined:
            line.net = joined
        _settle(joined)

    async def play(self, clock: Clock, script: Iterable[tuple[float, bool | None]]) -> None:
        """Do one thing after another: wait for so many seconds, then touch it with a level, or,
        with None, with nothing. A bounce is such a script.
        """
        for seconds, level in script:
            await clock.sleep(seconds)
            self.touch(level)

    # --- from inside the chip ---------------------------------------------------------------

    def set_up(self, pull: Pull) -> None:
        """Make it an input."""
        self.pull, self._inside = pull, None
        _settle(self.net)

    def drive(self, level: bool) -> None:
        """Make it an output at a level."""
        self.pull, self._inside = "none", level
        _settle(self.net)

    def watch(self, on_edge: OnEdge | None) -> None:
        """Have somebody told of edges, or nobody."""
        self._on_edge = on_edge

    def become(self, level: bool) -> None:
        """The current has found this level."""
        if level == self.level:
            return
        self.level = level
        self.edges += 1
        if self._on_edge is not None:
            self.told += 1
            self._on_edge(level)


def _settle(net: set[MockLine]) -> None:
    """Find the level of all that is wired together. Where two drive, ground wins; of resistors,
    the one to ground; where there is nothing at all, each stays as it was.
    """
    driven = set().union(*(line.driven for line in net))
    pulled = {line.pull == "up" for line in net if line.pull != "none"}
    for line in sorted(net, key=lambda line: line.number):
        line.become(min(driven or pulled, default=line.level))


class MockPins:
    """See `PinFactory`. `line` is what a test touches."""

    def __init__(self, *, missing: str | None = None) -> None:
        """`missing` is why the machine has no pins, as the real ones say it."""
        if missing is not None:
            raise NoPins(missing)
        self._lines: dict[int, MockLine] = {}
        self._used: set[int] = set()

    def line(self, number: int) -> MockLine:
        """The line of a number."""
        return self._lines.setdefault(number, MockLine(number))

    def input(self, number: int, pull: Pull) -> MockInput:
        """See `PinFactory`."""
        line = self._claim(number)
        line.set_up(pull)
        return MockInput(line, self._used)

    def output(self, number: int, high: bool) -> MockOutput:
        """See `PinFactory`."""
        line = self._claim(number)
        line.drive(high)
        return MockOutput(line, self._used)

    def _claim(self, number: int) -> MockLine:
        line = self.line(number)
        if line.busy or number in self._used:
            raise PinError(f"GPIO {number} cannot be used (GPIO busy); something else uses it.")
        self._used.add(number)
        return line


class MockInput:
    """See `InputPin`."""

    def __init__(self, line: MockLine, used: set[int]) -> None:
        self.number = line.number
        self._line = line
        self._used = used

    @property
    def level(self) -> bool:
        """See `InputPin`."""
        return self._line.level

    def watch(self, on_edge: OnEdge) -> None:
        """See `InputPin`."""
        self._line.watch(on_edge)

    def unwatch(self) -> None:
        """See `InputPin`."""
        self._line.watch(None)

    def close(self) -> None:
        """See `InputPin`."""
        self.unwatch()
        self._line.set_up("none")
        self._used.discard(self.number)


class MockOutput:
    """See `OutputPin`. Once it is closed its line stays as it was driven last."""

    def __init__(self, line: MockLine, used: set[int]) -> None:
        self.number = line.number
        self._line = line
        self._used = used

    def drive(self, high: bool) -> None:
        """See `OutputPin`."""
        self._line.drive(high)

    def close(self) -> None:
        """See `OutputPin`."""
        self._used.discard(self.number)
