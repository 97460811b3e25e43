"""What is heard at an instant, by whoever listens to the sound card: a real audio process, real
PortAudio, real ALSA, and a null sink that is recorded.

The stand-in's own report of its delay errs by up to two milliseconds, now and then by more: the
limits here are wide, and what is exact to the frame is shown in virtual time (`test_fade_in`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from receiver.clock.system import SystemClock
from receiver.engine.child import AudioChild
from receiver.engine.process_link import ProcessLink
from receiver.engine.settings import EngineSettings
from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.test_links import Running, running
from tests.rig.card import RATE, Card, Recorder
from tests.rig.heard import Ears, gains
from tests.rig.tracks import Track, Tracks

pytestmark = [pytest.mark.device, pytest.mark.tools("oggenc", "oggdec")]

CLOCK = SystemClock()
BUFFER_MS = 50.0
FADE_S = 0.05
POSITION_MS = 1234.0
LIMIT_MS = 10.0
BLOCK = 64


@pytest.fixture
async def audio(card: Card) -> AsyncIterator[Running]:
    """An audio process that plays on the stand-in card."""
    settings = EngineSettings("portaudio", "dac", RATE, BUFFER_MS)
    with card.in_this_process():
        async with running(ProcessLink(settings, CLOCK, AudioChild.start(settings))) as run:
            yield run


async def listen(recorder: Recorder, seconds: float) -> None:
    """Let the card play for so long."""
    frames = recorder.frames + round(seconds * RATE)
    assert await asyncio.to_thread(recorder.wait_frames, frames, 20.0)


def instant_of_fade(gain: np.ndarray, start: int) -> float:
    """The frame at which a line through the middle of a fade in or out leaves silence or full
    gain, where `gain` is that of each block from frame `start` on.
    """
    middle = np.flatnonzero((gain > 0.2) & (gain < 0.8))
    slope, level = np.polyfit(start + BLOCK * (middle + 0.5), gain[middle], 1)
    return float((0.0 if slope > 0 else 1.0) - level) / float(slope)


async def play_between_instants(run: Running, recorder: Recorder, track: Track) -> list[float]:
    """Have a track heard from one instant to another; by how many milliseconds the beginning, the
    place and the end were off.
    """
    run.load(1, track.path.read_bytes(), paused=True)
    await run.until(r.Ready)
    run.link.send(o.Warm())
    await listen(recorder, 1.0)
    begins = CLOCK.now() + 0.3
    ends = begins + 1.0
    run.link.send(o.FadeIn(1, POSITION_MS, begins, FADE_S))
    await run.until(r.Sounding)
    run.link.send(o.FadeOut(1, ends, FADE_S))
    await run.until(r.Paused)
    await listen(recorder, 0.3)
    pcm = recorder.pcm()
    heard = max((s for s in Ears([track]).listen(pcm) if s.track), key=lambda s: s.frames)
    level = gains(pcm, heard, track, BLOCK)
    half = len(level) // 2
    first, last = recorder.frame_at(begins), recorder.frame_at(ends)
    errors = [
        instant_of_fade(level[:half], heard.start) - first,
        POSITION_MS * RATE / 1000 - (first + heard.offset),
        instant_of_fade(level[half:], heard.start + half * BLOCK) - last,
    ]
    return [error * 1000 / RATE for error in errors]


async def test_a_track_is_heard_from_one_instant_to_another(
    audio: Running, recorder: Recorder, tracks: Tracks
) -> None:
    errors = await play_between_instants(audio, recorder, tracks.get(41, 5))
    assert np.abs(errors).max() < LIMIT_MS
