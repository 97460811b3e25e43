"""Puts an engine together from its settings: which sink, which decoder."""

from __future__ import annotations

from functools import partial

from receiver.clock.base import Clock
from receiver.decoder.shelf import Shelf
from receiver.decoder.vorbis import VorbisDecoder
from receiver.engine.card_volume import CardVolume
from receiver.engine.choosing import Chooser
from receiver.engine.devices import SoundDevices
from receiver.engine.engine import Engine
from receiver.engine.link import Receive
from receiver.engine.output import Output
from receiver.engine.rest import Rest
from receiver.engine.settings import EngineSettings
from receiver.engine.speaking import SpeakingEngine
from receiver.engine.speech import Speech
from receiver.sink.card_mixer import CardMixer


def build_engine(settings: EngineSettings, clock: Clock, report: Receive) -> SpeakingEngine:
    """An engine, its device not yet open."""
    devices = SoundDevices(settings, clock)
    buffer_s, max_buffer_s = settings.buffer_ms / 1000, settings.max_buffer_ms / 1000
    rest = Rest(settings.linger_s, settings.release_s)
    volume = CardVolume(settings.volume, _open_mixer, clock, report)
    output = Output(devices.configured, buffer_s, max_buffer_s, clock, report, rest, volume)
    make_decoder = partial(VorbisDecoder, Shelf())
    engine = Engine(output, make_decoder, clock, report)
    chooser = Chooser(devices, output, report)
    return SpeakingEngine(engine, Speech(output, make_decoder), chooser)


def _open_mixer(card: str) -> CardMixer:
    from receiver.sink.alsa_mixer import AlsaMixer  # noqa: PLC0415 - few cards have a use for it

    return AlsaMixer(card)
