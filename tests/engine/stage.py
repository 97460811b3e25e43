"""An engine on a stage: mock decoder, mock sink, mock clock. Time moves a millisecond at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np

from receiver.clock.mock import MockClock
from receiver.decoder.mock import MockDecoder, encode
from receiver.decoder.vorbis import VorbisDecoder
from receiver.engine.card_volume import CardVolume
from receiver.engine.choosing import Chooser
from receiver.engine.engine import Engine
from receiver.engine.output import Output
from receiver.engine.speaking import SpeakingEngine
from receiver.engine.speech import SPOKEN, Speech
from receiver.engine.wire import MAX_DATA, Data, Tail, ToEngine
from receiver.model import orders, reports
from receiver.pcm.format import Block, Format, Samples
from receiver.pcm.voice import Voice
from receiver.sink.mock import MockSink
from receiver.sink.mock_mixer import MockMixer
from tests.sink.plugged import Cards, Plugged

R = TypeVar("R")

RATE = 48000
STEP_S = 0.001
BUFFER_S = 0.0116
WORD = RATE // 25


def frames(count: int, start: int = 1, rate: int = RATE) -> bytes:
    """A stream in which every frame tells its number: n is n / 2**20 left, and -n right."""
    numbers = np.arange(start, start + count, dtype=np.float32) / 2**20
    return encode(Block(np.stack([numbers, -numbers], axis=1), Format(rate, 2)))


def mock_words(folder: Path) -> Path:
    """Every word is `WORD` frames at full scale, which is the hardest to fade."""
    for file in SPOKEN.glob("*.ogg"):
        block = Block(np.ones((WORD, 1), np.float32), Format(RATE, 1))
        (folder / file.name).write_bytes(encode(block))
    return folder


def numbers(heard: Samples) -> list[int]:
    """The numbers of the frames heard; 0 for silence, and for frames that are not at full gain."""
    exact = heard[:, 0].astype(np.float64) * 2**20
    return np.where(exact == np.round(exact), exact, 0).astype(int).tolist()


class Stage:
    """Runs an engine in virtual time and hears what its sink plays."""

    def __init__(
        self,
        requests_per_seek: int = 1,
        *,
        fault: str = "",
        buffer_s: float = BUFFER_S,
        card: MockMixer | None = None,
        words: Path = SPOKEN,
    ) -> None:
        """`fault`: of the device, from the start; `card` has its volume; `words`: a folder of what
        is said of codes, made by `mock_words` if it is another.
        """
        self.clock = MockClock()
        self.reports: list[reports.Report] = []
        self.device = Plugged(self.clock, RATE, fault)
        self.cards = Cards(self.device)
        volume = card and CardVolume("hardware", lambda _: card, self.clock, self._reported)
        self._output = Output(
            self.cards.choose("dac"), buffer_s, 0.25, self.clock, self._reported, volume=volume
        )
        spoken_decoder = VorbisDecoder if words == SPOKEN else MockDecoder
        self.decoders: list[MockDecoder] = []
        """Of all tracks so far."""

        def make_decoder() -> MockDecoder:
            self.decoders.append(MockDecoder(requests_per_seek))
            return self.decoders[-1]

        engine = Engine(self._output, make_decoder, self.clock, self._reported)
        speech = Speech(self._output, spoken_decoder, words)
        chooser = Chooser(self.cards, self._output, self._reported)
        self.engine = SpeakingEngine(engine, speech, chooser)
        self.engine.open()
        self.streams: dict[int, bytes] = {}
        self.held_back: set[int] = set()
        """Tracks whose bytes are given by hand."""
        self._at = 0.0

    @property
    def sinks(self) -> list[MockSink]:
        """As what devices were opened so far."""
        return self.cards.opened

    @property
    def sink(self) -> MockSink:
        """The sink in use."""
        return self.sinks[-1]

    @property
    def heard(self) -> Samples:
        """All that was heard so far."""
        return self.sink.heard

    def index(self, instant: float) -> int:
        """Place in `heard` of the frame heard at an instant, if the sink has not stopped since it
        was first started.
        """
        return round((instant - self.sink._began) * RATE)

    @property
    def voices(self) -> tuple[Voice, ...]:
        """What is mixed now."""
        return self._output.mixer.voices

    def load(self, track: int, stream: bytes, **fields: object) -> None:
        """Load a track, and answer its wishes for bytes from `stream`."""
        self.streams[track] = stream
        self.give(orders.Load(track, **fields))  # type: ignore[arg-type]
        self.send(track, 0, 0)
        self.give(Tail(track, 0, len(stream), stream))

    def prepare(self, track: int, stream: bytes, crossfade_s: float = 0.0) -> None:
        """Prepare a track to follow, and give its bytes."""
        self.streams[track] = stream
        self.give(orders.Prepare(track, crossfade_s))
        self.send(track, 0, 0)
        if crossfade_s:
            self.give(Tail(track, 0, len(stream), stream))

    def send(self, track: int, feed: int, offset: int) -> None:
        """Give all bytes of a track from `offset` on."""
        if track in self.held_back:
            return
        stream = self.streams[track]
        for start in range(offset, len(stream), MAX_DATA):
            self.give(Data(track, feed, stream[start : start + MAX_DATA]))
        self.give(Data(track, feed, b"", last=True))

    def give(self, message: ToEngine) -> None:
        """Give the engine a message."""
        self.engine.take(message)

    def run(self, seconds: float) -> None:
        """Let time pass; the sink plays, the engine does what is due."""
        for _ in range(round(seconds / STEP_S)):
            for _ in range(100):
                if self.engine.step() > 0:
                    break
            self.clock.step(STEP_S)
            if self.sink.started:
                self._at += STEP_S * RATE
                self.sink.pull(int(self._at))
                self._at -= int(self._at)

    def all(self, kind: type[R]) -> list[R]:
        """The reports of a kind."""
        return [report for report in self.reports if isinstance(report, kind)]

    def last(self, kind: type[R]) -> R:
        """The newest report of a kind."""
        return self.all(kind)[-1]

    def _reported(self, report: reports.Report) -> None:
        self.reports.append(report)
        if isinstance(report, reports.Want):
            self.send(report.track, report.feed, report.offset)
