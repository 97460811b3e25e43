"""A track that is to be heard at an instant, from the place where it is by then."""

from __future__ import annotations

from receiver.engine.track import Landing, Track
from receiver.model.orders import FadeIn
from receiver.pcm.cue import Cue

BACK_MS = 100.0
"""A place that was passed by so little is waited for; to one further back the track has to seek."""
MISSED_S = 0.2
"""So long after the instant, a track that has run out of frames waits for its buffer to last."""


class Entrance:
    """How a `FadeIn` is carried out. Engine thread only."""

    def __init__(self, order: FadeIn) -> None:
        self._order = order
        self._sought = False

    def _place_ms(self, now: float) -> float | None:
        """The place to be heard next: at the instant, or now if that is past; None: any."""
        if self._order.position_ms is None:
            return None
        return self._order.position_ms + max(now - self._order.at, 0.0) * 1000

    def within_reach(self, track: Track, now: float) -> bool:
        """Whether the track has in hand what is to be heard next."""
        place = self._place_ms(now)
        if place is None:
            return True
        first = track.position_ms
        return first - BACK_MS <= place < first + track.ahead_s * 1000 or (
            track.finished and place >= first
        )

    def seek(self, track: Track, now: float) -> bool:
        """Let the track go there; False when it has done so before, and came too late."""
        place = self._place_ms(now)
        if self._sought or place is None:
            return False
        self._sought = True
        track.seek(Landing(track.seek_number, place))
        return True

    def missed(self, track: Track, now: float, needed_s: float) -> bool:
        """Whether the instant has passed and the track has less than `needed_s` in hand."""
        late = now - self._order.at > MISSED_S
        return late and track.buffered_s < needed_s and not track.finished

    def begin(self, track: Track) -> None:
        """Have the track's voice fade in at the instant."""
        order, rate = self._order, track.output.rate
        frame = None
        if order.position_ms is not None:
            frame = (order.position_ms - track.origin_ms) * rate / 1000
        track.voice.fade_at(Cue(order.at, rate, frame), 1.0, round(order.over_s * rate))
