"""The sound devices of the machine, and the sinks that stand for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Literal

from receiver.clock.base import Clock
from receiver.engine.output import MakeSink
from receiver.engine.settings import EngineSettings
from receiver.errors import NoDevice
from receiver.model.state import SoundDevice
from receiver.sink.base import AudioSink
from receiver.sink.cards import cards_stamp, cards_that_play
from receiver.sink.guarded import GuardedSink
from receiver.sink.mock import MockSink
from receiver.sink.portaudio import PortAudioSink, check_device, list_devices, seen_devices

log = logging.getLogger(__name__)

MOCK: Literal["mock"] = "mock"
MOCK_RATE = 44100


class Understudy(MockSink):
    """The mock on a machine that has no sound device: it steps aside when a card `has_come`."""

    def __init__(
        self, clock: Clock, rate: int, buffer_s: float, has_come: Callable[[], bool]
    ) -> None:
        super().__init__(clock, rate, buffer_s, keep_time=True)
        self._has_come = has_come

    def start(self) -> None:
        """See `AudioSink.start`."""
        if self._has_come():
            raise NoDevice("A sound card has come.")
        super().start()

    @property
    def started(self) -> bool:
        """See `AudioSink.started`."""
        return super().started and not self._has_come()


class SoundDevices:
    """See `receiver.engine.choosing.Devices`."""

    def __init__(self, settings: EngineSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._gate = threading.Lock()
        self._backend = settings.backend
        self._without: tuple[int, set[str]] | None = None
        """The stamp of the cards, and those that could not be used, when `auto` found no device."""

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
        settings, clock = self._settings, self._clock
        if not self._is_mock(device):
            return PortAudioSink(device, settings.rate, buffer_s, clock)
        rate = settings.rate or MOCK_RATE
        if self._backend == MOCK:
            return MockSink(clock, rate, buffer_s, keep_time=True)
        return Understudy(clock, rate, buffer_s, self._has_come)

    def _is_mock(self, device: str) -> bool:
        if self._settings.backend == "auto" and device:
            return False
        if self._backend == "auto" and self._there_is_one():
            self._backend = "portaudio"  # once and for all: who had a device waits for it
        return self._backend in ("auto", MOCK)

    def _there_is_one(self) -> bool:
        """Whether the machine has a sound device. PortAudio is asked once."""
        if self._without is not None:
            return self._has_come()
        stamp, cards = cards_stamp(), cards_that_play()
        if list_devices() or any(card.in_use for card in cards):
            return True
        self._without = stamp, {card.id for card in cards}
        log.warning(
            "This machine has no sound device: the mock plays, which nobody hears, until one comes."
        )
        return False

    def _has_come(self) -> bool:
        """Whether there is a card that can play and was not there when no device was found."""
        assert self._without is not None
        stamp, before = self._without
        return cards_stamp() != stamp and any(card.id not in before for card in cards_that_play())
