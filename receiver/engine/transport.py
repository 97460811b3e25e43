"""Starts and stops the track at hand: at once, or with the frame that is heard at an instant."""

from __future__ import annotations

from enum import Enum, auto

from receiver.clock.base import Clock
from receiver.engine.departures import Departures
from receiver.engine.entrance import Entrance
from receiver.engine.joint import Joint
from receiver.engine.output import Output
from receiver.engine.start import StartPolicy
from receiver.engine.track import Track
from receiver.model.orders import FadeIn, FadeOut, KeepOn, Pause, Resume
from receiver.pcm.cue import Cue
from receiver.pcm.voice import Voice


class Phase(Enum):
    """Where the current track is."""

    LOADING = auto()
    """Not enough in hand yet, at the start or after a seek."""
    STANDING = auto()
    """Ready, paused."""
    CUED = auto()
    """Waits for the instant at which it is to be heard."""
    STARTING = auto()
    """Faded in; its first frame is not taken yet."""
    SOUNDING = auto()
    PAUSING = auto()
    """Fading out to stand."""


TransportOrder = Pause | Resume | FadeIn | FadeOut | KeepOn
HEARD = (Phase.STARTING, Phase.SOUNDING)


class Transport:
    """Fades the voice of the track at hand, and of what follows it by itself. Engine thread only.

    Whoever runs it notices when a phase is over, and sets the next.
    """

    def __init__(self, output: Output, joint: Joint, clock: Clock) -> None:
        self._output = output
        self._joint = joint
        self._clock = clock
        self.departures = Departures(output, clock)
        self.phase = Phase.LOADING
        self.paused = False
        """Whether it is to stand once it can sound."""
        self.policy = StartPolicy(0.0)
        """When `LOADING` is over."""
        self._entrance: Entrance | None = None
        self._exit: FadeOut | None = None
        self._anchor_before: tuple[int, float] | None = None

    @property
    def heard(self) -> bool:
        """Whether the track sounds, or is about to."""
        return self.phase in HEARD

    def begun(self, track: Track) -> bool:
        """Whether frames of the track were taken since it was to sound."""
        return track.voice.anchor is not self._anchor_before

    def await_bytes(self, waits: int) -> None:
        """Wait until there is enough in hand; `waits`: how often the track has run dry."""
        self.phase = Phase.LOADING
        self.policy = StartPolicy(self._clock.now(), waits)

    def interrupt(self, track: Track) -> None:
        """The device is gone: what sounded is to start again when it is back."""
        if self.phase is Phase.SOUNDING:
            self.phase = Phase.STARTING
            self._anchor_before = track.voice.anchor

    def send_off(self, voice: Voice, grace: float) -> None:
        """Part with a voice of the track; if it is heard, it is for `grace` seconds more."""
        self.departures.send_off(voice, grace if self.heard else 0.0)

    def take(self, order: TransportOrder, track: Track | None) -> None:
        """Carry out an order for the track at hand."""
        match order:
            case Pause():
                self.pause(track)
            case Resume():
                self._resume(track)
            case _ if track is not None:
                self._schedule(order, track)

    # --- at once ----------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget what is to happen at an instant."""
        self._entrance = self._exit = None

    def pause(self, track: Track | None) -> None:
        """Fade out and stand."""
        self.paused = True
        self.clear()
        self.departures.fade()
        self._joint.fade_to(0.0)
        if track is not None and (self.heard or self.phase is Phase.CUED):
            track.voice.fade_to(0.0)
            self.phase = Phase.PAUSING

    def _resume(self, track: Track | None) -> None:
        """Go on with the very next frame."""
        self.paused = False
        if track is not None and self.phase in (Phase.STANDING, Phase.PAUSING):
            self._sound(track)

    def enter(self, track: Track) -> None:
        """Have the track heard, now or as its entrance wants it; where that needs what is not in
        hand, go there first.
        """
        entrance, now = self._entrance, self._clock.now()
        if entrance is not None and not entrance.within_reach(track, now):
            if entrance.seek(track, now):
                self._wait_anew(track)
                return
            self._entrance = None
        self._sound(track)

    def _sound(self, track: Track) -> None:
        self._anchor_before = track.voice.anchor
        self._joint.fade_to(1.0)
        if track.voice not in self._output.mixer.voices:
            self._output.mixer.add(track.voice)
        self.departures.fade()
        if self._entrance is not None:
            self.phase = Phase.CUED
            self._entrance.begin(track)
            self._output.run()
        else:
            self.phase = Phase.STARTING
            track.voice.fade_to(1.0)
            self.cue_exit(track)
            self._output.sound()

    # --- at an instant ----------------------------------------------------------------------

    def _schedule(self, order: FadeIn | FadeOut | KeepOn, track: Track) -> None:
        match order:
            case FadeOut() if self.phase not in (Phase.STANDING, Phase.PAUSING):
                self._exit = order
                if self.heard:
                    self.cue_exit(track)
            case FadeIn(number) if number == track.number and (
                not self.heard or self._leaving(track)
            ):
                self.paused = False
                self._exit = None
                self._entrance = Entrance(order)
                if self.phase is not Phase.LOADING:
                    self.enter(track)
            case FadeIn() | KeepOn():
                self._keep_on(track)

    def _leaving(self, track: Track) -> bool:
        """Whether the track has begun to fade out, though that may not be heard yet."""
        return self._exit is not None and self.heard and not track.voice.cued

    def _keep_on(self, track: Track) -> None:
        """Forget what is to happen, unless it has begun."""
        if self._exit is not None and not self._leaving(track):
            self._exit = None
            if self.heard:
                track.voice.keep_on()
                self._joint.keep_on()
        elif self._entrance is not None and (self.phase is not Phase.CUED or track.voice.cued):
            self.pause(track)

    def cue_exit(self, track: Track) -> None:
        """Have the track, and what follows it by itself, fade out when that was asked for."""
        if self._exit is not None:
            cue = Cue(self._exit.at, self._output.rate)
            ramp = round(self._exit.over_s * self._output.rate)
            track.voice.fade_at(cue, 0.0, ramp)
            self._joint.fade_at(cue, 0.0, ramp)

    def tick(self, track: Track | None, now: float) -> float:
        """Do what is due; seconds until there is more to do."""
        wait = self.departures.work(now)
        if self._exit is None:
            return wait
        if now < self._exit.at:
            return min(wait, self._exit.at - now)
        if self.heard:  # what is heard by now was taken before: the fade has begun
            self._exit = None
            self.paused = True
            self.phase = Phase.PAUSING
        else:
            self.pause(track)
        return 0.0

    def entered(self, track: Track) -> None:
        """The track has begun to sound."""
        self.phase = Phase.SOUNDING
        if self._entrance is not None:
            self._entrance = None
            self.cue_exit(track)

    def missed(self, track: Track, now: float, needed_s: float) -> bool:
        """Whether the instant to sound has passed with less than `needed_s` in hand; the track
        waits for more then.
        """
        if self._entrance is None or not track.voice.cued or not self._output.running:
            return False
        if not self._entrance.missed(track, now, needed_s):
            return False
        self._wait_anew(track)
        return True

    def sought(self, track: Track) -> None:
        """The track is to go elsewhere than its entrance wanted it."""
        self._entrance = None
        if self.phase is Phase.CUED:
            self._wait_anew(track)

    def _wait_anew(self, track: Track) -> None:
        """Wait until the track, which is not heard yet, has enough in hand."""
        track.voice.fade_to(0.0)
        self.await_bytes(waits=0)
