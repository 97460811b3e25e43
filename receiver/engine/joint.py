"""The joint between two tracks: the second is made ready while the first sounds, and follows it
without a frame between, or overlaps it.
"""

from __future__ import annotations

from receiver.engine.overlap import SOON_S, Overlap, span_of
from receiver.engine.track import Track
from receiver.pcm.cue import Cue
from receiver.pcm.mixer import Mixer
from receiver.pcm.voice import Voice

ENOUGH_S = 0.3
"""The track at hand has so much before anything is decoded of its follower, and the follower has
so much before it is bound to follow."""
AHEAD_S = 1.5


class Joint:
    """The track that is to follow, if any, and the one that it overlaps, once it sounds. Engine
    thread only.
    """

    def __init__(self) -> None:
        self.track: Track | None = None
        """What is to follow."""
        self.overlap: Overlap | None = None
        """What still sounds under the track at hand."""
        self._crossfade_s = 0.0
        self._before: Voice | None = None
        self._arranged: Overlap | None = None

    @property
    def bound(self) -> bool:
        """Whether it will follow by itself, in the audio thread."""
        return self._before is not None

    @property
    def crossed(self) -> bool:
        """Whether it sounds: the track before has ended, or gives way to it."""
        return self.bound and self.track is not None and self.track.voice.consumed > 0

    def prepare(self, track: Track, crossfade_s: float) -> None:
        """Let `track` be the follower, in the place of any other."""
        self.forget()
        self.track, self._crossfade_s = track, crossfade_s

    def forget(self, number: int | None = None) -> None:
        """Let the follower be, if it is the track of that number. Not after it has `crossed`."""
        if number is not None and (self.track is None or self.track.number != number):
            return
        self.unbind()
        track, self.track = self.track, None
        if track is not None:
            track.close()

    def unbind(self) -> None:
        """It does not follow by itself for now: the voice before goes elsewhere."""
        before, self._before = self._before, None
        arranged, self._arranged = self._arranged, None
        if arranged is not None:
            arranged.undo()
        elif before is not None:
            before.follow_with(None)

    def fade_to(self, gain: float) -> None:
        """Fade along with the track at hand."""
        if self.bound and self.track is not None:
            self.track.voice.fade_to(gain)
        if self.overlap is not None:
            self.overlap.fade_to(gain)

    def fade_at(self, cue: Cue, gain: float, ramp: int) -> None:
        """Fade along with the track at hand, when the cue comes."""
        if self.bound and self.track is not None:
            self.track.voice.fade_at(cue, gain, ramp)
        if self.overlap is not None:
            self.overlap.fade_at(cue, gain, ramp)

    def keep_on(self) -> None:
        """Forget the cue along with the track at hand."""
        if self.bound and self.track is not None:
            self.track.voice.keep_on()
        if self.overlap is not None:
            self.overlap.keep_on()

    def work(self, current: Track, gain: float, mixer: Mixer) -> bool:
        """Decode a little of the follower when `current` can spare the time, and bind it when it is
        known where `current` ends; `gain` is that of its envelope. True if there may be more to do
        at once.
        """
        track = self.track
        if track is None or track.error is not None or current.landing:
            return False
        if current.buffered_s < ENOUGH_S and not current.decoded:
            return False
        more = track.buffered_s < AHEAD_S and track.work(1)
        # One without a single frame cannot take over.
        ready = track.buffered_s >= ENOUGH_S or (track.decoded and track.buffered_s > 0.0)
        if ready and current.error is None and not self.bound:
            self._bind(current, track, gain, mixer)
        return more

    def _bind(self, current: Track, track: Track, gain: float, mixer: Mixer) -> None:
        span = span_of(current, track, self._crossfade_s)
        if span is not None:
            if span.start - current.voice.consumed > SOON_S * mixer.format.rate:
                return
            track.voice.fade_to(gain)
            self._arranged = Overlap(current, track, span, mixer)
        elif current.finished:
            track.voice.fade_to(gain)
            current.voice.follow_with(track.voice)
        else:
            return
        self._before = current.voice

    def cross(self, mixer: Mixer) -> Track:
        """The follower, which has `crossed`, is the track at hand from now on. The one before is
        over, or in `overlap`.
        """
        track, before = self.track, self._before
        assert track is not None
        assert before is not None
        self.overlap, self._arranged = self._arranged, None
        if self.overlap is None:
            mixer.replace(before, track.voice)
        self.track = self._before = None
        return track
