"""Puts an engine together from its settings: which sink, which decoder."""

from __future__ import annotations

import logging
import threading
from functools import partial

from receiver.clock.base import Clock
from receiver.decoder.shelf import Shelf
from receiver.decoder.vorbis import VorbisDecoder
from receiver.engine.card_volume import CardVolume
from receiver.engine.engine import Engine
from receiver.engine.link import Receive
from receiver.engine.output import Output
from receiver.engine.rest import Rest
from receiver.engine.settings import EngineSettings
from receiver.engine.speaking import SpeakingEngine
from receiver.engine.speech import Speech
from receiver.sink.base import AudioSink
from receiver.sink.card_mixer import CardMixer
from receiver.sink.guarded import GuardedSink
from receiver.sink.mock import MockSink
from receiver.sink.portaudio import PortAudioSink, list_devices

log = logging.getLogger(__name__)

MOCK_RATE = 44100


def build_engine(settings: EngineSettings, clock: Clock, report: Receive) -> SpeakingEngine:
    """An engine, its device not yet open."""
    sinks = _Sinks(settings, clock)
    buffer_s, max_buffer_s = settings.buffer_ms / 1000, settings.max_buffer_ms / 1000
    rest = Rest(settings.linger_s, settings.release_s)
    volume = CardVolume(settings.volume, _open_mixer, clock, report)
    output = Output(sinks.guarded, buffer_s, max_buffer_s, clock, report, rest, volume)
    make_decoder = partial(VorbisDecoder, Shelf())
    engine = Engine(output, make_decoder, clock, report)
    return SpeakingEngine(engine, Speech(output, make_decoder))


def _open_mixer(card: str) -> CardMixer:
    from receiver.sink.alsa_mixer import AlsaMixer  # noqa: PLC0415 - few cards have a use for it

    return AlsaMixer(card)


class _Sinks:
    """Makes the sinks that are asked for."""

    def __init__(self, settings: EngineSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._gate = threading.Lock()
        self._backend = settings.backend

    def guarded(self, buffer_s: float) -> AudioSink:
        """A sink with a buffer of so many seconds, not yet open."""
        return GuardedSink(lambda: self._make(buffer_s), self._gate)

    def _make(self, buffer_s: float) -> AudioSink:
        """On the thread of the device: to look for devices may take long."""
        settings = self._settings
        if self._backend == "auto":  # once and for all: who had a device waits for it
            self._backend = "portaudio" if settings.device or list_devices() else "mock"
            if self._backend == "mock":
                log.warning("This machine has no sound device: the mock plays, which nobody hears.")
        if self._backend == "mock":
            return MockSink(self._clock, settings.rate or MOCK_RATE, buffer_s, keep_time=True)
        return PortAudioSink(settings.device, settings.rate, buffer_s, self._clock)
