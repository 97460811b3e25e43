"""Puts an engine together from its settings: which sink, which decoder."""

from __future__ import annotations

import logging
from functools import partial

from receiver.clock.base import Clock
from receiver.decoder.shelf import Shelf
from receiver.decoder.vorbis import VorbisDecoder
from receiver.engine.engine import Engine
from receiver.engine.link import Receive
from receiver.engine.output import Output
from receiver.engine.settings import EngineSettings
from receiver.sink.base import AudioSink
from receiver.sink.mock import MockSink
from receiver.sink.portaudio import PortAudioSink, list_devices

log = logging.getLogger(__name__)

MOCK_RATE = 44100


def build_engine(settings: EngineSettings, clock: Clock, report: Receive) -> Engine:
    """An engine, its device not yet open."""

    def make_sink(buffer_s: float) -> AudioSink:
        if settings.backend == "mock" or (
            settings.backend == "auto" and _nothing_to_play_on(settings)
        ):
            return MockSink(clock, settings.rate or MOCK_RATE, buffer_s, keep_time=True)
        return PortAudioSink(settings.device, settings.rate, buffer_s, clock)

    buffer_s, max_buffer_s = settings.buffer_ms / 1000, settings.max_buffer_ms / 1000
    output = Output(make_sink, buffer_s, max_buffer_s, clock, report)
    return Engine(output, partial(VorbisDecoder, Shelf()), clock, report)


def _nothing_to_play_on(settings: EngineSettings) -> bool:
    if settings.device or list_devices():
        return False
    log.warning("This machine has no sound device: the mock plays, which nobody hears.")
    return True
