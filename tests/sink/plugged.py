"""A device for virtual time that can be unplugged, hang, or be busy, however often it is opened."""

from __future__ import annotations

from receiver.clock.base import Clock
from receiver.sink.mock import MockSink


class Plugged:
    """Gives a `MockSink` for each opening, with what is wrong with the device then."""

    def __init__(self, clock: Clock, rate: int, fault: str = "") -> None:
        self.rate = rate
        """Of the device, when it is opened next."""
        self.sinks: list[MockSink] = []
        self._clock = clock
        self._fault = fault

    def make(self, buffer_s: float) -> MockSink:
        """As an `Output` wants it."""
        sink = MockSink(self._clock, self.rate, buffer_s)
        if self._fault:
            getattr(sink, self._fault)()
        self.sinks.append(sink)
        return sink

    def break_(self, fault: str) -> None:
        """Let it have a fault of `MockSink` until it is mended: `vanish`, `hang` or `occupy`."""
        self._fault = fault
        for sink in self.sinks[-1:]:
            getattr(sink, fault)()

    def mend(self) -> None:
        """Let it be as good as new. What it was opened as before it vanished stays dead."""
        self._fault = ""
        for sink in self.sinks:
            sink.plug_in()
