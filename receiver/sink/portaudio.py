"""The sound card, through PortAudio's callback stream."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from receiver.clock.base import Clock
from receiver.errors import NoDevice
from receiver.pcm.dither import Dither
from receiver.pcm.format import Format, Samples
from receiver.sink.alsa import quiet_stderr, takes_only_int16
from receiver.sink.base import FrameReader, SinkInfo
from receiver.sink.cards import Card, cards_stamp, cards_that_play, id_of
from receiver.sink.device_clock import DeviceClock
from receiver.sink.devices import Device, find_device, known_devices
from receiver.sink.periods import PERIODS, period_frames

CHANNELS = 2
PRIORITY = 5
"""Of the callback's thread under SCHED_RR: above all that is not real-time, below the kernel's."""

COMMON_RATES = (44100, 48000)
"""Tried when a device takes neither the rate that is asked for nor the one it claims to have."""

USUAL_RATES = (44100, 48000, 88200, 96000, 176_400, 192_000)
"""What devices for music have."""

MAX_DELAY = 2.0
"""Seconds. A device that claims to hold more is not believed."""

BUSY = -9985
"""PortAudio's number for a device that somebody else uses."""


class PortAudioSink:
    """One output device, named as in `find_device`; "" is the system's default.

    `rate` 0 is the device's own. Frames go out as float32, which PortAudio converts where it must;
    for a device that has only 16 bits we dither (`docs/decisions/0002-dither.md`). The device has
    a buffer of about `buffer_seconds`, in two periods (`receiver.sink.periods`).
    """

    info: SinkInfo

    def __init__(self, device: str, rate: int, buffer_seconds: float, clock: Clock) -> None:
        self._device = device
        self._rate = rate
        self._buffer_seconds = buffer_seconds
        self._clock = clock
        self._stream: Any = None
        self._running = False
        # Written by the audio thread while the stream runs, by the other one while it does not.
        self._reader: FrameReader
        self._device_clock: DeviceClock
        self._channels = CHANNELS
        self._dither: Dither | None = None
        self._samples: Samples
        self._rounded: npt.NDArray[np.int16]
        self._bytes: memoryview
        self._first = True
        self._tells = False
        self._pulled = 0
        self.pulled_at = 0.0
        self._underruns = 0
        self._primed = 0
        self._lasts_s = 0.0
        self.delay_s = 0.0
        self.gap_s = 0.0
        self.realtime = False
        """Whether the system granted the callback's thread real-time priority."""

    def open(self, reader: FrameReader) -> SinkInfo:
        """Open the device, at another rate if it does not take the one asked for. The device may
        have come, or come back elsewhere, since PortAudio looked: where it does not open, that
        looks again.
        """
        if cards_stamp() != _seen.cards:
            _look_again()
        try:
            return self._open(reader)
        except NoDevice:
            _look_again()
            return self._open(reader)

    def _open(self, reader: FrameReader) -> SinkInfo:
        devices = list_devices()
        device = choose_device(self._device, devices)
        self._reader = reader
        self._channels = min(CHANNELS, device.channels)
        self._dither = Dither(self._channels) if takes_only_int16(device.pcm) else None
        rates = dict.fromkeys((self._rate or device.rate, device.rate, *COMMON_RATES))
        for rate in rates:
            try:
                self._stream = self._open_stream(device, rate)
                break
            except _portaudio().PortAudioError as error:
                refusal = error
        else:
            raise _refused(device, refusal, devices)
        self._underruns, self.gap_s = 0, 0.0
        # What PortAudio calls latency leaves out the period that is being filled.
        buffer = self._stream.latency + self._stream.blocksize / rate
        card = f"hw:{device.hardware[0]}" if device.hardware else None
        form = Format(rate, self._channels)
        self.info = SinkInfo("portaudio", device.name, form, buffer, card=card)
        self._lasts_s, self._primed = buffer, round(buffer * rate) + 1
        self._device_clock = DeviceClock(rate)
        return self.info

    def start(self) -> None:
        """Begin to pull: the buffer is filled by the first callbacks, then the device plays."""
        if self._running:
            return
        if cards_stamp() != _seen.cards:  # PortAudio never comes back from starting what is gone
            raise NoDevice("Sound cards have come or gone since the device was opened.")
        self._first = True
        self._tells = False
        self._pulled = 0
        self.pulled_at = self._clock.now()
        self._device_clock.restart()
        try:
            self._stream.start()
        except _portaudio().PortAudioError as error:
            name = self.info.device
            raise NoDevice(
                f'The sound device "{name}" cannot be started: {error.args[0]}; check that it is '
                "still connected.",
                device=name,
            ) from error
        self._running = True

    def drop(self) -> None:
        """Stop at once."""
        if self._running:
            self._running = False
            self._stream.abort()

    def close(self) -> None:
        """Stop and let go of the device."""
        self.drop()
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    @property
    def started(self) -> bool:
        """See `AudioSink.started`."""
        if not self._running or not self._stream.active:
            return False
        return self._clock.now() - self.pulled_at < self.info.patience

    @property
    def underruns(self) -> int:
        """How often the device ran dry, or must have: no frames for longer than its buffer."""
        return self._underruns

    @property
    def level_dbfs(self) -> float | None:
        """None: metering costs, and a card is heard."""
        return None

    # -- the audio thread -------------------------------------------------------------------------

    def _callback(self, buffer: Any, frames: int, time: Any, status: Any) -> None:
        """Fill PortAudio's buffer. Copies and counts."""
        now = self._clock.now()
        if self._first:
            self._first = False
            self.realtime = _take_priority()
        elif (status and status.output_underflow) or (
            # More time has passed since the last pull than the device had frames for: not every
            # driver tells. The gap before the first refill is none: the device was starting.
            now - self.pulled_at > self._lasts_s and self._pulled > self._primed
        ):
            self._underruns += 1
            self.gap_s = now - self.pulled_at
            self._device_clock.restart()
        delay = time.outputBufferDacTime - time.currentTime
        if 0.0 < delay < MAX_DELAY:
            self._tells = True
            heard_at = now + delay
            if self._pulled > self._primed:
                heard_at = self._device_clock.heard_at(self._pulled, heard_at)
        elif self._tells:
            heard_at = now  # it ran dry: what it is given now is heard at once
        else:
            # Before it plays, a device tells nothing: what it holds is what it was given.
            heard_at = now + min(self._pulled / self.info.format.rate, self._lasts_s)
        self.delay_s = heard_at - now
        if frames != len(self._samples):
            self._make_room(frames)  # PortAudio may give less than a period; no driver is known to
        # Into arrays that are there: to copy them takes less than to make one of the buffer.
        self._reader.read(self._samples, heard_at)
        if self._dither is not None:
            self._dither.to_int16(self._samples, self._rounded)
        buffer[:] = self._bytes
        self._pulled += frames
        self.pulled_at = now

    # -- inside -----------------------------------------------------------------------------------

    def _make_room(self, period: int) -> None:
        """Have the arrays for so many frames at a time."""
        self._samples = np.zeros((period, self._channels), np.float32)
        self._rounded = np.zeros((period, self._channels), np.int16)
        self._bytes = (self._samples if self._dither is None else self._rounded).data.cast("B")

    def _open_stream(self, device: Device, rate: int) -> Any:
        period = period_frames(rate, self._buffer_seconds)
        self._make_room(period)
        with quiet_stderr():
            return _portaudio().RawOutputStream(
                samplerate=rate,
                blocksize=period,
                device=device.index,
                channels=self._channels,
                dtype="float32" if self._dither is None else "int16",
                latency=(PERIODS - 1) * period / rate,
                callback=self._callback,
                prime_output_buffers_using_stream_callback=True,
            )


def list_devices() -> list[Device]:
    """All devices that can play, in PortAudio's order, as they were when it looked last. Raises
    `NoDevice` without PortAudio.
    """
    _seen.devices = [
        _device(entry) for entry in _portaudio().query_devices() if entry["max_output_channels"] > 0
    ]
    return _seen.devices


def choose_device(wanted: str, devices: list[Device]) -> Device:
    """The one of the devices listed last that is called `wanted`, as in `find_device`; "" is
    PortAudio's default. Raises `NoDevice`.
    """
    try:
        return find_device(wanted, devices) if wanted else _default(devices)
    except NoDevice as error:
        unlisted = _unlisted(wanted, devices)
        if unlisted is None:
            raise
        raise unlisted from error


def seen_devices() -> list[Device]:
    """What `list_devices` has found last. Where cards have come or gone since, those that came are
    named by their ids. Any thread: asks neither PortAudio nor a driver, as all do that follows.
    """
    if cards_stamp() == _seen.cards:
        return _seen.devices
    there = {card.id for card in cards_that_play()}
    stayed = [device for device in _seen.devices if device.card is None or device.card in there]
    return [*stayed, *map(_named_by_id, _unseen())]


def check_device(wanted: str) -> None:
    """Raises `NoDevice` where it is certain that no device is called `wanted`, so that it need not
    be looked for. A card that PortAudio has not seen may have been in use then.
    """
    unseen = _unseen()
    if any(card.is_called(wanted) for card in unseen):
        return
    if _seen.devices and cards_stamp() == _seen.cards:
        find_device(wanted, [*_seen.devices, *map(_named_by_id, unseen)])


def _unseen() -> list[Card]:
    """The cards that PortAudio has not seen: it lists none that does not open."""
    seen = {device.card for device in _seen.devices}
    return [card for card in cards_that_play() if card.id not in seen]


def _named_by_id(card: Card) -> Device:
    return Device(-1, card.id, card.id, CHANNELS, 0)


def rates_of(device: Device) -> list[int]:
    """Which of the usual rates it takes; none while somebody holds it. Opens it for a moment."""
    taken = []
    for rate in USUAL_RATES:
        try:
            with quiet_stderr():
                _portaudio().check_output_settings(
                    device.index, min(CHANNELS, device.channels), "int16", samplerate=rate
                )
        except _portaudio().PortAudioError:
            continue
        taken.append(rate)
    return taken


class _Seen:
    """What the sound cards of the machine were when PortAudio looked last."""

    def __init__(self) -> None:
        self.cards = 0
        self.devices: list[Device] = []


_seen = _Seen()


def _look_again() -> None:
    """Have PortAudio look for devices, which it does only when it is started. That ends every
    stream: only while none is open.
    """
    library = _portaudio()
    _seen.cards = cards_stamp()
    try:
        with quiet_stderr():
            library._terminate()  # noqa: SLF001 - there is no other way
            library._initialize()  # noqa: SLF001
    except library.PortAudioError as error:
        raise NoDevice(f"PortAudio cannot be started: {error.args[0]}; see its log.") from error


def _default(devices: list[Device]) -> Device:
    try:
        index = _portaudio().query_devices(kind="output")["index"]
    except (_portaudio().PortAudioError, ValueError) as error:
        raise NoDevice(f"There is no default sound device; {known_devices(devices)}.") from error
    return next(device for device in devices if device.index == index)


def _refused(device: Device, why: Exception, devices: list[Device]) -> NoDevice:
    """The error for a device that PortAudio did not open."""
    if BUSY in why.args:
        return _busy(device.name, devices)
    return NoDevice(
        f'The sound device "{device.name}" cannot be opened: {why.args[0]}; check that it is '
        f"connected, or {known_devices(devices)}.",
        device=device.name,
    )


def _unlisted(wanted: str, devices: list[Device]) -> NoDevice | None:
    """The error for a card that PortAudio does not list, though it is there; None: it is not."""
    for card in _unseen():
        if card.is_called(wanted) if wanted else card.in_use:
            if card.in_use:
                return _busy(card.name, devices)
            return NoDevice(
                f'The sound device "{card.name}" is there, but does not open; check that something '
                "is connected to it, and that this user is in the group audio.",
                device=card.name,
            )
    return None


def _busy(name: str, devices: list[Device]) -> NoDevice:
    other = f", or {known_devices(devices)}" if devices else ""
    return NoDevice(
        f'The sound device "{name}" is busy: another program uses it. Stop that program{other}.',
        device=name,
    )


def _device(entry: dict[str, Any]) -> Device:
    """Our words for PortAudio's."""
    name, channels = entry["name"], entry["max_output_channels"]
    device = Device(entry["index"], name, None, channels, round(entry["default_samplerate"]))
    return device if device.hardware is None else replace(device, card=id_of(device.hardware[0]))


def _take_priority() -> bool:
    """Ask for real-time priority for the thread that calls; whether it was granted."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    except OSError:
        return False
    return True


@lru_cache
def _portaudio() -> ModuleType:
    """The library, loaded when it is first needed. Raises `NoDevice` where it is missing."""
    _seen.cards = cards_stamp()
    try:
        import sounddevice  # noqa: PLC0415 - loads PortAudio, which looks at every device
    except OSError as error:
        raise NoDevice(
            "The PortAudio library is missing; install the package libportaudio2."
        ) from error
    module: ModuleType = sounddevice
    return module
