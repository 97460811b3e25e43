"""The sound devices of the machine, and the sinks that stand for them."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import Literal

from receiver.clock.base import Clock
from receiver.engine.output import MakeSink
from receiver.engine.settings import EngineSettings
from receiver.errors import NoDevice
from receiver.model.state import SoundDevice
from receiver.sink.base import AudioSink
from receiver.sink.guarded import GuardedSink
from receiver.sink.mock import MockSink
from receiver.sink.portaudio import PortAudioSink, check_device, list_devices, seen_devices

log = logging.getLogger(__name__)

MOCK: Literal["mock"] = "mock"
MOCK_RATE = 44100


class SoundDevices:
    """See `receiver.engine.choosing.Devices`."""

    def __init__(self, settings: EngineSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._gate = threading.Lock()
        self._backend = settings.backend

    @property
    def configured(self) -> MakeSink:
        """The device that is used until another is chosen."""
        return partial(self._guarded, self._settings.device)

    def choose(self, device: str) -> MakeSink:
        """See `Devices`."""
        if self._settings.backend == MOCK:
            if device not in ("", MOCK):
                raise NoDevice(f'There is no sound device "{device}"; choose "{MOCK}".')
        elif device:
            check_device(device)
        return partial(self._guarded, device)

    def known(self) -> list[SoundDevice]:
        """See `Devices`."""
        if self._settings.backend == MOCK:
            return [SoundDevice(MOCK)]
        return [SoundDevice(device.name, device.card) for device in seen_devices()]

    def _guarded(self, device: str, buffer_s: float) -> AudioSink:
        """A sink for a device, with a buffer of so many seconds, not yet open."""
        return GuardedSink(lambda: self._make(device, buffer_s), self._gate)

    def _make(self, device: str, buffer_s: float) -> AudioSink:
        """On the thread of the device: to look for devices may take long."""
        settings = self._settings
        if self._is_mock(device):
            return MockSink(self._clock, settings.rate or MOCK_RATE, buffer_s, keep_time=True)
        return PortAudioSink(device, settings.rate, buffer_s, self._clock)

    def _is_mock(self, device: str) -> bool:
        if self._settings.backend == "auto" and device:
            return False
        if self._backend == "auto":  # once and for all: who had a device waits for it
            self._backend = "portaudio" if list_devices() else MOCK
            if self._backend == MOCK:
                log.warning("This machine has no sound device: the mock plays, which nobody hears.")
        return self._backend == MOCK
