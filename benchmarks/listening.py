"""From a recording and the instant of a command to the milliseconds until it was heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.rig.card import RATE, Recorder
from tests.rig.heard import STEP, Ears, Stretch, gains, mixture
from tests.rig.tracks import Pcm, Track

QUIET = 32
"""Of 32768: -60 dBFS."""
LONGEST_FADE = RATE // 40
"""Frames before a new place in which it may be faded in already."""
GAIN_BLOCK = 64
GAIN_CHANGED = 0.03
"""A gain that differs by so much, as a part of itself, has begun to change."""


class NotHeard(Exception):
    """The recording does not hold what the command should have done."""


@dataclass
class Heard:
    """A finished recording, and what it holds."""

    pcm: Pcm
    stretches: Sequence[Stretch]
    clock: Callable[[float], float]

    @classmethod
    def of(cls, recorder: Recorder, ears: Ears) -> Heard:
        """Listen to all that `recorder` has."""
        pcm = recorder.pcm()
        return cls(pcm, ears.listen(pcm), recorder.clock())

    def frame_at(self, instant: float) -> int:
        """The frame that was played at `instant`."""
        return max(0, round((instant - self.clock(0)) * RATE))

    def ms_after(self, frame: int, instant: float) -> float:
        """Milliseconds from `instant` to `frame`."""
        return 1000 * (self.clock(frame) - instant)

    def first_sound(self, after: float) -> int:
        """First frame of sound from silence, after an instant."""
        start = self.frame_at(after)
        loud = np.flatnonzero(np.abs(self.pcm[start:].astype(np.int32)).max(axis=1) > QUIET)
        if not len(loud):
            raise NotHeard("no sound")
        return start + int(loud[0])

    def last_sound(self, after: float, before: float) -> int:
        """Last frame of sound between two instants; there must be silence after it."""
        start, end = self.frame_at(after), self.frame_at(before)
        loud = np.flatnonzero(np.abs(self.pcm[start:end].astype(np.int32)).max(axis=1) > QUIET)
        last = int(loud[-1]) if len(loud) else 0
        if last > end - start - RATE // 10:
            raise NotHeard("no silence")
        return start + last

    def new_place(self, after: float, before: float, old: Stretch) -> Stretch:
        """The first stretch between two instants that is another track than `old`, or another
        place of it.
        """
        start, end = self.frame_at(after), self.frame_at(before)
        for stretch in self.stretches:
            moved = stretch.track != old.track or abs(stretch.offset - old.offset) > RATE // 10
            if stretch.kind == "track" and moved and start < stretch.end and stretch.start < end:
                return stretch
        raise NotHeard("no new place")

    def first_frame(self, old: Stretch, new: Stretch, tracks: Sequence[Track]) -> int:
        """Where `new` is first heard: before its stretch begins, if it is faded in over `old`."""
        by_name = {track.name: track for track in tracks}
        parts = [(by_name[stretch.track], stretch.offset) for stretch in (old, new)]
        earliest = max(new.start - LONGEST_FADE, old.start, -new.offset, 0)
        fade = range(earliest, new.start, STEP)
        weights = mixture(self.pcm, earliest, earliest + STEP * len(fade), parts)[:, 1]
        absent = np.flatnonzero(np.abs(weights) < GAIN_CHANGED)
        return fade[int(absent[-1])] + STEP if len(absent) else earliest

    def track_at(self, instant: float) -> Stretch:
        """The stretch of a track that was playing at an instant."""
        frame = self.frame_at(instant)
        for stretch in self.stretches:
            if stretch.kind == "track" and stretch.start <= frame < stretch.end:
                return stretch
        raise NotHeard("nothing was playing")

    def gain_change(self, after: float, before: float, track: Track) -> int:
        """First frame at which the gain begins to change between two instants."""
        stretch = self.track_at(after)
        start, end = self.frame_at(after), min(self.frame_at(before), stretch.end)
        span = Stretch("track", start, end, stretch.track, start + stretch.offset)
        values = gains(self.pcm, span, track, GAIN_BLOCK)
        level = np.median(gains(self.pcm, _before(span), track, GAIN_BLOCK))
        changed = np.abs(values / level - 1) > GAIN_CHANGED
        # Two in a row: a single quiet block may be wrong by so much through rounding.
        begun = np.flatnonzero(changed[:-1] & changed[1:])
        if not len(begun):
            raise NotHeard("no change of gain")
        return start + int(begun[0]) * GAIN_BLOCK


def _before(span: Stretch) -> Stretch:
    """The 0.2 s before a stretch."""
    frames = RATE // 5
    return Stretch("track", span.start - frames, span.start, span.track, span.position - frames)
