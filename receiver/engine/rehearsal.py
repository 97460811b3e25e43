"""Plays half a second of noise to nobody, so that the first real track finds everything warm.

The first pass through code costs many times what the second does: libraries are bound, tables are
made, memory is touched.
"""

from __future__ import annotations

from pathlib import Path

from receiver.clock.mock import MockClock
from receiver.decoder.vorbis import VorbisDecoder
from receiver.engine.engine import Engine
from receiver.engine.output import Output
from receiver.engine.wire import Data
from receiver.model import orders
from receiver.sink.mock import MockSink

NOISE = Path(__file__).with_name("rehearsal.ogg")
STEP_S = 0.01


def rehearse() -> None:
    """Play the noise from start to end in virtual time; takes some 10 ms of real time."""
    clock = MockClock()
    sink = MockSink(clock, 44100)
    output = Output(lambda _: sink, sink.info.buffer, sink.info.buffer, clock, lambda _: None)
    engine = Engine(output, VorbisDecoder, clock, lambda _: None)
    engine.open()
    engine.take(orders.SetGain(0.5))
    engine.take(orders.Load(1))
    engine.take(Data(1, 0, NOISE.read_bytes()))
    engine.take(Data(1, 0, b"", last=True))
    for _ in range(60):
        engine.step()
        sink.pull(round(STEP_S * 44100))
        clock.step(STEP_S)
    engine.close()
