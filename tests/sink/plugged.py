"""A device for virtual time that can be unplugged, hang, or be busy, however often it is opened."""

from __future__ import annotations

from receiver.clock.base import Clock
from receiver.engine.output import MakeSink
from receiver.errors import NoDevice
from receiver.model.state import SoundDevice
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


class Cards:
    """Devices to choose from, for `Chooser`: the first is "dac"."""

    def __init__(self, first: Plugged) -> None:
        self.devices = {"dac": first}
        self.opened: list[MockSink] = []
        """As what each was opened so far."""

    def add(self, name: str, device: Plugged) -> Plugged:
        """Plug in another one."""
        self.devices[name] = device
        return device

    def choose(self, device: str) -> MakeSink:
        """See `Devices`."""
        if device not in self.devices:
            raise NoDevice(f'There is no sound device "{device}".')

        def make(buffer_s: float) -> MockSink:
            self.opened.append(self.devices[device].make(buffer_s))
            return self.opened[-1]

        return make

    def known(self) -> list[SoundDevice]:
        """See `Devices`."""
        return [SoundDevice(name) for name in self.devices]
