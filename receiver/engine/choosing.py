"""Has all heard from another sound device when people choose one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from receiver.engine.output import MakeSink, Output
from receiver.errors import NoDevice
from receiver.model import reports
from receiver.model.orders import DeviceOrder, ListDevices, UseDevice
from receiver.model.state import SoundDevice


class Devices(Protocol):
    """The sound devices of the machine. Engine thread only; nothing here asks a driver."""

    def choose(self, device: str) -> MakeSink:
        """What makes sinks for the device of this name, or card id; "": the default. Raises
        `NoDevice` where there is none, if that is known already.
        """
        ...

    def known(self) -> list[SoundDevice]:
        """Those there are."""
        ...


class Chooser:
    """See the module. Engine thread only."""

    def __init__(
        self, devices: Devices, output: Output, report: Callable[[reports.Report], None]
    ) -> None:
        self._devices = devices
        self._output = output
        self._report = report

    def take(self, order: DeviceOrder) -> None:
        """Carry out one order."""
        match order:
            case ListDevices():
                self._report(reports.Devices(self._devices.known()))
            case UseDevice(device):
                self._use(device)

    def _use(self, device: str) -> None:
        try:
            make_sink = self._devices.choose(device)
        except NoDevice as error:
            self._report(reports.Chosen(device, error.message))
            return
        self._output.use(make_sink, lambda why: self._report(reports.Chosen(device, why)))
