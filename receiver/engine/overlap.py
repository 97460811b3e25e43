"""The overlap of two tracks: one falls while the other, which follows it, rises."""

from __future__ import annotations

import math
from typing import NamedTuple

from receiver.engine.track import BLOCKS_AT_ONCE, REFILL_S, Track
from receiver.pcm.crossfade import Curve, Mark
from receiver.pcm.cue import Cue
from receiver.pcm.mixer import Mixer

SHORTEST_S = 0.05
"""A shorter overlap is none: the curve would be steeper than an edge may be."""
MARGIN_S = 0.1
"""It begins so far ahead of what is being taken, or the audio thread might be there first."""
SOON_S = 3.0
"""So long before it begins it is arranged: the engine looks more often than that."""
LOW_S = 0.5
"""With so little of the track that falls in hand, the engine is to look after it."""
FAITHFUL = 1 / 128
"""A track may end before its overlap does by this share of it: that is quieter than a 64th."""


class Span(NamedTuple):
    """Where the overlap lies: `frames` frames of the voice before, from its frame `start` on."""

    start: int
    frames: int


def span_of(before: Track, after: Track, seconds: float) -> Span | None:
    """Where `after` is to overlap `before`; None where the two only touch.

    At most `seconds`, half of the shorter track, and what is left of the one before. Tracks whose
    length is not known, live ones among them, do not overlap.
    """
    end, rate = before.voice_frames, before.output.rate
    if end is None or before.frames is None or after.frames is None:
        return None
    left = end - before.voice.consumed - math.ceil(MARGIN_S * rate)
    frames = min(round(seconds * rate), before.frames // 2, after.frames // 2, left)
    return Span(end - frames, frames) if frames >= SHORTEST_S * rate else None


class Overlap:
    """Two tracks that sound together over a span, arranged ahead. Engine thread only."""

    def __init__(self, before: Track, after: Track, span: Span, mixer: Mixer) -> None:
        self.track = before
        """The track that falls; to be fed and decoded until the overlap is over."""
        self._voice, self._after, self._span, self._mixer = before.voice, after.voice, span, mixer
        channels = mixer.format.channels
        self._curve = before.voice.curve
        rise = self._curve.rise if self._curve is not None else 0
        before.voice.curve = Curve(channels, rise, span.start, span.frames)
        after.voice.curve = Curve(channels, span.frames)
        after.voice.mark = Mark(before.voice, span.start)
        if before.voice not in mixer.voices:
            mixer.add(before.voice)  # it stands, and has not sounded: it is to be read first
        mixer.add(after.voice)

    def undo(self) -> None:
        """Let it not be, as long as it has not begun."""
        self._mixer.remove(self._after)
        self._after.curve = self._after.mark = None
        self._voice.curve = self._curve

    def fade_to(self, gain: float) -> None:
        """Fade the track that falls along with the other, if it is still heard."""
        if not self._voice.starved:
            self._voice.fade_to(gain)

    def fade_at(self, cue: Cue, gain: float, ramp: int) -> None:
        """The same when the cue comes."""
        self._voice.fade_at(cue, gain, ramp)

    def keep_on(self) -> None:
        """Forget the cue."""
        self._voice.keep_on()

    def work(self) -> bool:
        """Decode a little more of the track that falls; True if there may be more to do at once."""
        return self.track.buffered_s <= REFILL_S and self.track.work(BLOCKS_AT_ONCE)

    @property
    def wait_s(self) -> float:
        """Seconds until `work` is wanted again."""
        return max(self.track.buffered_s - LOW_S, 0.01)

    @property
    def over(self) -> bool:
        """The other has risen and this one is not heard any more, or is not to be: it ran dry, or
        its stream came to an end too early.
        """
        voice, end = self._voice, self._span.start + self._span.frames
        if voice.starved or voice.ended:
            return True
        last = voice.consumed + voice.buffered
        cut = self.track.finished and last < end - self._span.frames * FAITHFUL
        return cut or voice.consumed >= end
