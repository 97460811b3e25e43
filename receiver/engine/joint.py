"""The joint between two tracks: the second is made ready while the first sounds, and follows it
without a frame between.
"""

from __future__ import annotations

from receiver.engine.track import Track
from receiver.pcm.cue import Cue
from receiver.pcm.mixer import Mixer
from receiver.pcm.voice import Voice

ENOUGH_S = 0.3
"""The track at hand has so much before anything is decoded of its follower, and the follower has
so much before it is bound to follow."""
AHEAD_S = 1.5


class Joint:
    """The track that is to follow, if any. Engine thread only."""

    def __init__(self) -> None:
        self.track: Track | None = None
        self._before: Voice | None = None

    @property
    def bound(self) -> bool:
        """Whether it will follow by itself, in the audio thread."""
        return self._before is not None

    @property
    def crossed(self) -> bool:
        """Whether it sounds: the track before has ended."""
        return self.bound and self.track is not None and self.track.voice.consumed > 0

    def prepare(self, track: Track) -> None:
        """Let `track` be the follower, in the place of any other."""
        self.forget()
        self.track = track

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
        if before is not None:
            before.follow_with(None)

    def fade_to(self, gain: float) -> None:
        """Fade along with the voice before."""
        if self.bound and self.track is not None:
            self.track.voice.fade_to(gain)

    def fade_at(self, cue: Cue, gain: float, ramp: int) -> None:
        """Fade along with the voice before, when the cue comes."""
        if self.bound and self.track is not None:
            self.track.voice.fade_at(cue, gain, ramp)

    def keep_on(self) -> None:
        """Forget the cue along with the voice before."""
        if self.bound and self.track is not None:
            self.track.voice.keep_on()

    def work(self, current: Track, gain: float) -> bool:
        """Decode a little of the follower when `current` can spare the time, and bind it when
        `current` is decoded to its end; `gain` is that of its envelope. True if there may be more
        to do at once.
        """
        track = self.track
        if track is None or track.error is not None:
            return False
        if current.buffered_s < ENOUGH_S and not current.decoded:
            return False
        more = track.buffered_s < AHEAD_S and track.work(1)
        ready = track.buffered_s >= ENOUGH_S or track.decoded
        if ready and current.finished and current.error is None and not self.bound:
            track.voice.fade_to(gain)
            self._before = current.voice
            current.voice.follow_with(track.voice)
        return more

    def cross(self, mixer: Mixer) -> Track:
        """The follower, which has `crossed`, is the track at hand from now on."""
        track, before = self.track, self._before
        assert track is not None
        assert before is not None
        mixer.replace(before, track.voice)
        self.track = self._before = None
        return track
