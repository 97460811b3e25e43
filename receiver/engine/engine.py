"""The engine: one track at a time from encoded bytes to the device, without a click on any edge.

It takes orders and bytes, and gives reports. It owns no thread and no socket: whoever runs it
calls `step` as often as it asks for. Engine thread only; the audio thread sees nothing but the
mixer and its voices.
"""

from __future__ import annotations

from collections.abc import Callable

from receiver.clock.base import Clock
from receiver.decoder.base import Decoder
from receiver.engine.departures import NEVER
from receiver.engine.joint import Joint
from receiver.engine.output import Output
from receiver.engine.start import LITTLE_S, StartPolicy
from receiver.engine.track import BLOCKS_AT_ONCE, REFILL_S, Landing, Track
from receiver.engine.transport import Phase, Transport
from receiver.engine.wire import Data, Tail
from receiver.model import orders, reports
from receiver.pcm.voice import Voice

GRACE_S = 0.25
"""What sounded before goes on for so long while its successor is made ready."""
POSITION_EVERY_S = 2.0
"""An anchor tells the position in between; this is for what drifts, and each report costs."""
LEVEL_EVERY_S = 0.5


class Engine:
    """Plays tracks. See the module."""

    def __init__(
        self,
        output: Output,
        make_decoder: Callable[[], Decoder],
        clock: Clock,
        report: Callable[[reports.Report], None],
    ) -> None:
        self._output = output
        self._make_decoder = make_decoder
        self._clock = clock
        self._report = report
        self._track: Track | None = None
        self._joint = Joint()
        self._transport = Transport(output, self._joint, clock)
        self._decoded_told = False
        self._position_at = 0.0
        self._ends_at: float | None = None
        self._unheard_told = False

    def open(self) -> None:
        """Open the device and hold it ready."""
        self._output.open()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to poll for input, upon which there is a `step` to do."""
        return self._output.descriptors

    @property
    def quiet(self) -> bool:
        """Whether nothing is heard, and nothing left to be heard."""
        return not self._transport.departures and self._output.quiet

    def close(self) -> None:
        """Let go of everything."""
        self._joint.forget()
        self._end_overlap()
        self._drop_track()
        self._output.close()

    # --- orders and bytes -------------------------------------------------------------------

    def take(self, message: orders.PlayOrder | Data | Tail) -> None:
        """Carry out one order, or take in encoded bytes."""
        if self._joint.crossed:
            self._cross()  # the order is for what sounds
        match message:
            case Data() | Tail() | orders.Seek():
                self._for_track(message)
            case orders.Load():
                self._load(message)
            case orders.Prepare(number, crossfade_s):
                if self._track is not None:
                    self._joint.prepare(self._new_track(number), crossfade_s)
            case orders.Forget(number):
                self._joint.forget(number)
            case orders.Stop():
                self._leave_track(0.0)
                self._output.rest()
            case orders.Warm():
                self._output.warm()
            case orders.SetGain(gain, muted):
                self._output.set_gain(gain, muted=muted)
            case orders.Locate():
                self._position_at = 0.0
            case orders.Ping():
                self._report(reports.Pong())
            case _:
                self._transport.take(message, self._track)

    def _for_track(self, message: Data | Tail | orders.Seek) -> None:
        tracks = [self._track, self._joint.track]
        if self._joint.overlap is not None and not isinstance(message, orders.Seek):
            tracks.append(self._joint.overlap.track)
        track = next((t for t in tracks if t is not None and t.number == message.track), None)
        if track is None:
            return
        match message:
            case Data(_, feed, data, last):
                track.inlet.put(feed, data, last, self._clock.now())
            case Tail(_, offset, size, data):
                track.tail(offset, size, data)
            case orders.Seek(_, seek, position_ms):
                self._joint.unbind()
                track.seek(Landing(seek, position_ms))
                self._unheard_told = False
                if track is self._track:
                    self._transport.sought(track)

    def _new_track(self, number: int) -> Track:
        return Track(number, self._make_decoder(), self._output.mixer.format, self._report)

    def _load(self, order: orders.Load) -> None:
        self._leave_track(GRACE_S)
        self._output.open()
        if not order.paused:
            self._output.poise()
        track = self._new_track(order.track)
        track.wanted_s, track.through = order.ahead_s, order.through
        if order.start_ms > 0:
            track.seek(Landing(0, order.start_ms, needed=True))
        self._track = track
        self._transport.paused = order.paused
        self._decoded_told = False
        self._transport.await_bytes(waits=0)
        if self._output.missed:
            self._tell_unheard(track)

    def _leave_track(self, grace: float) -> None:
        """Part with the current track; if it is heard, it is for `grace` seconds more."""
        self._joint.forget()
        self._end_overlap()
        self._transport.clear()
        if self._track is not None:
            self._transport.send_off(self._track.voice, grace)
            self._drop_track()

    def _drop_track(self) -> None:
        track, self._track = self._track, None
        if track is not None:
            track.close()

    def _end_overlap(self) -> None:
        """The track that still sounds under the one at hand is over."""
        overlap, self._joint.overlap = self._joint.overlap, None
        if overlap is not None:
            track = overlap.track
            self._transport.departures.send_off(track.voice, 0.0)
            track.close()
            self._report(reports.Ended(track.number))

    # --- the turn ---------------------------------------------------------------------------

    def step(self) -> float:
        """Do what is due. Returns the seconds until the next call at the latest; 0: at once."""
        now = self._clock.now()
        if self._joint.crossed:
            self._cross()
        if self._track is not None and self._track.output != self._output.mixer.format:
            self._refit(self._track)
        waits = [
            self._output.tick(now),
            self._transport.tick(self._track, now),
            self._overlapping(),
        ]
        if self._track is not None:
            self._watch_unheard(self._track)
            waits.append(self._turn(self._track, now))
        return max(min(*waits, NEVER), 0.0)

    def _watch_unheard(self, track: Track) -> None:
        """Tell, once after each order, that the track is to be heard and there is no device."""
        unheard = self._output.missed and not self._transport.paused
        if unheard and not self._unheard_told:
            self._transport.interrupt(track)
            self._tell_unheard(track)
        self._unheard_told = unheard

    def _tell_unheard(self, track: Track) -> None:
        self._unheard_told = True
        self._report(reports.Unheard(track.number, track.goal_ms, self._output.problem or ""))

    def _overlapping(self) -> float:
        """Look after the track that still sounds under the one at hand."""
        overlap = self._joint.overlap
        if overlap is None:
            return NEVER
        if overlap.over:
            self._end_overlap()
            return 0.0
        return 0.0 if overlap.work() else overlap.wait_s

    def _turn(self, track: Track, now: float) -> float:
        more = self._decode(track)
        if track.left is not None:
            self._jumped(track, track.left)
        if not self._decoded_told and track.voice.buffered and not track.landing:
            self._decoded_told = True
            self._report(reports.Decoded(track.number, now))
        if track.error is not None and (
            not track.buffered_s or self._transport.phase is Phase.LOADING
        ):
            return self._fail(track)
        more = self._work_ahead(track) or more
        wait = self._advance(track, now)
        return 0.0 if more else wait

    def _work_ahead(self, track: Track) -> bool:
        """Make the follower ready; True if there may be more to do at once."""
        if self._transport.phase in (Phase.LOADING, Phase.STARTING):
            return False
        bound = self._joint.bound
        gain = 0.0 if self._transport.paused else 1.0
        more = self._joint.work(track, gain, self._output.mixer)
        if self._joint.bound and not bound and self._transport.heard:
            self._transport.cue_exit(track)
        follower = self._joint.track
        if follower is not None and follower.error is not None and not self._joint.bound:
            error = follower.error
            self._joint.forget()
            self._report(reports.Failed(follower.number, error.code, error.message, error.detail))
        return more

    def _cross(self) -> None:
        """The follower has begun to sound, in the audio thread."""
        before, now = self._track, self._clock.now()
        assert before is not None
        self._end_overlap()
        track = self._track = self._joint.cross(self._output.mixer)
        self._transport.policy = StartPolicy(now)
        self._ends_at = None
        self._position_at = now + LEVEL_EVERY_S
        heard_at = track.voice.first_heard_at or now
        if self._joint.overlap is not None:
            self._report(reports.Joined(track.number, heard_at, overlaps=True))
            return
        before.close()
        self._report(reports.Joined(track.number, heard_at))

    def _refit(self, track: Track) -> None:
        """The device came back with another format: what was decoded for the one before is lost."""
        self._joint.forget()
        self._end_overlap()
        track.refit(self._output.mixer.format)
        self._transport.await_bytes(waits=0)

    def _decode(self, track: Track) -> bool:
        """Decode a little; True if there may be more to do at once."""
        if self._transport.phase is Phase.STARTING and track.buffered_s > self._output.buffer_s:
            return False  # the audio thread has something to do now
        if self._transport.phase in (Phase.LOADING, Phase.STARTING) or track.buffered_s < LITTLE_S:
            return track.work(1)
        if track.buffered_s > REFILL_S and not track.landing:
            return False  # in few large strokes: a wake-up costs more than a block
        return track.work(BLOCKS_AT_ONCE)

    def _jumped(self, track: Track, left: Voice) -> None:
        """The track begins anew at another place; what sounds goes on until it is there."""
        track.left = None
        self._joint.unbind()
        self._end_overlap()
        self._transport.send_off(left, GRACE_S)
        self._transport.await_bytes(waits=0)

    def _fail(self, track: Track) -> float:
        error = track.error
        assert error is not None
        self._leave_track(0.0)
        self._output.rest()
        self._report(reports.Failed(track.number, error.code, error.message, error.detail))
        return 0.0

    def _advance(self, track: Track, now: float) -> float:
        match self._transport.phase:
            case Phase.LOADING:
                return self._begin_when_ready(track, now)
            case Phase.CUED:
                return self._notice_entrance(track, now)
            case Phase.STARTING:
                return self._notice_start(track, now)
            case Phase.PAUSING:
                return self._notice_pause(track)
            case Phase.SOUNDING:
                return self._follow(track, now)
            case Phase.STANDING:
                return NEVER

    @property
    def _needed_s(self) -> float:
        """What a track has at least decoded before it begins."""
        return self._output.buffer_s + 0.03

    def _begin_when_ready(self, track: Track, now: float) -> float:
        voice, policy = track.voice, self._transport.policy
        enough = track.buffered_s >= self._needed_s or track.decoded
        if track.landing or not (voice.buffered or voice.ended) or not enough:
            return NEVER
        if track.inlet.first_at is not None and not policy.waits:
            policy.began = track.inlet.first_at
        if not policy.may_start(now, track.ahead_s, track.full, track.remaining_s):
            if not policy.told and now - policy.began > LITTLE_S:
                policy.told = True
                self._report(reports.Buffering(track.number, track.position_ms))
            return 0.02
        if track.ahead_s < track.wanted_s and not track.full:
            return 0.005
        if self._transport.paused:
            self._transport.phase = Phase.STANDING
            self._output.rest()
            place, ahead_s = track.position_ms, track.ahead_s
            self._report(reports.Ready(track.number, place, track.seek_number, ahead_s))
            return NEVER
        self._ends_at = None
        self._transport.enter(track)
        return 0.0

    def _notice_entrance(self, track: Track, now: float) -> float:
        if self._transport.missed(track, now, self._needed_s):
            return 0.0
        return self._notice_start(track, now)

    def _notice_start(self, track: Track, now: float) -> float:
        heard = track.position_heard()
        if not self._transport.begun(track) or heard is None:
            if track.voice.starved and track.voice.parked:
                return self._run_dry(track)
            if not self._output.ready:
                return NEVER
            return self._notice_end(track, now) if track.voice.ended else 0.002
        self._transport.entered(track)
        self._position_at = now + LEVEL_EVERY_S
        self._report(reports.Sounding(track.number, *heard, now, track.seek_number))
        return 0.0

    def _notice_pause(self, track: Track) -> float:
        if not track.voice.parked and self._output.running:
            return 0.002
        self._transport.phase = Phase.STANDING
        self._output.rest()
        self._report(reports.Paused(track.number, track.position_ms, track.seek_number))
        return NEVER

    def _follow(self, track: Track, now: float) -> float:
        """Watch the sounding track: its place, its end, and whether it runs dry."""
        if track.voice.ended:
            return self._notice_end(track, now)
        if track.voice.starved and track.voice.parked:
            return self._run_dry(track)
        if now >= self._position_at:
            self._tell_position(track, now)
        return min(self._position_at - now, max(track.buffered_s - 0.05, 0.01))

    def _run_dry(self, track: Track) -> float:
        """Wait until there is more than before."""
        self._report(reports.Buffering(track.number, track.position_ms, ran_dry=True))
        self._transport.await_bytes(waits=self._transport.policy.waits + 1)
        self._transport.policy.told = True
        return 0.0

    def _tell_position(self, track: Track, now: float) -> None:
        self._position_at = now + (LEVEL_EVERY_S if self._output.metered else POSITION_EVERY_S)
        heard = track.position_heard()
        if heard is not None:
            self._report(reports.Position(track.number, *heard))
        self._report(reports.Health(track.buffered_s))
        track.tell_holes()
        self._output.tell()

    def _notice_end(self, track: Track, now: float) -> float:
        """Wait until the last frame was not only taken but heard."""
        if self._joint.bound:
            return 0.002  # the follower is about to sound
        if self._ends_at is None:
            heard = track.position_heard()
            self._ends_at = heard[1] if heard is not None else now
        if now < self._ends_at:
            return self._ends_at - now
        if track.error is not None:
            return self._fail(track)
        self._leave_track(0.0)
        self._output.rest()
        self._report(reports.Ended(track.number))
        return 0.0
