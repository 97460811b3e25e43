"""One stream in the mixer: its frames, and an envelope that fades them in and out."""

from __future__ import annotations

import math

import numpy as np

from receiver.pcm.crossfade import Curve, Mark
from receiver.pcm.cue import Cue, Fade
from receiver.pcm.format import Format, Samples
from receiver.pcm.ring_buffer import RingBuffer
from receiver.pcm.slew import MIN_RAMP, Slew, default_ramp


class Voice:
    """A stream of frames with an envelope that never jumps.

    The engine's thread writes and fades, the audio thread reads; no lock, since each attribute is
    written by one of them. A new voice is *parked*: its gain is 0 and it consumes nothing. It
    parks again when a fade to 0 is over: the next frame is the first to be heard at the next
    fade in, so a pause and resume lose no frame and double none.

    A voice that is about to run dry fades out over what it still has and parks by itself
    (`starved`); after `end` it plays to its very last frame at full gain instead, and with
    `follow_with` another voice goes on from the next frame.

    A fade can be given a cue (`fade_at`): it begins in the audio thread, with the very frame. Two
    voices overlap by a `curve` each, and a `mark` in the first at which the second begins.
    """

    def __init__(
        self, audio_format: Format, seconds: float, ramp_frames: int | None = None
    ) -> None:
        self.format = audio_format
        self._ramp = max(MIN_RAMP, ramp_frames or default_ramp(audio_format.rate))
        self._ring = RingBuffer(math.ceil(seconds * audio_format.rate), audio_format.channels)
        # Written by the engine's thread.
        self._fade = Fade(0.0, self._ramp)
        self._ending = False
        self._successor: Voice | None = None
        self.curve: Curve | None = None
        """Gains of the frames besides the envelope. Engine's thread."""
        self.mark: Mark | None = None
        """Where the voice begins, if not at once when it is faded in: it then goes on at the level
        of the envelope of the one before. Engine's thread."""
        # Written by the audio thread.
        self._envelope = Slew(audio_format.channels, 0.0)
        self._begun: Fade | None = None
        """The newest fade with a cue that has come."""
        self._starved_of: Fade | None = None
        self._last_level = 0.0
        self.parked = True
        """True while nothing is consumed."""
        self.starvations = 0
        """How often the voice ran dry while it was heard."""
        self.first_heard_at: float | None = None
        """Instant at which the first frame is heard, in seconds on the clock; None before."""
        self.anchor: tuple[int, float] | None = None
        """Newest pair (frames, instant): frame number `frames` is the next to be heard, at
        `instant` seconds. None before the first frame was consumed."""

    # -- the engine's thread ----------------------------------------------------------------

    def write(self, samples: Samples) -> int:
        """Append as many frames as there is room for; returns how many."""
        return self._ring.write(samples)

    @property
    def writable(self) -> int:
        """Frames that `write` will take now."""
        return self._ring.writable

    def unread(self) -> Samples:
        """All frames that were written and not yet given. Engine's thread, while nobody reads."""
        frames: Samples = np.empty((self.buffered, self.format.channels), np.float32)
        self._ring.read_into(frames)
        return frames

    def end(self) -> None:
        """All frames are written: play to the last of them."""
        self._ending = True

    def follow_with(self, successor: Voice | None) -> None:
        """Let another voice, not yet mixed, go on without a gap when this one has ended: its first
        frame follows the last one here, at the same level. None: let it be, if it is not too late.
        The successor must be faded along with this voice (`fade_to`, `fade_at`, `keep_on`).
        """
        self._successor = successor

    def fade_to(self, gain: float, ramp_frames: int | None = None) -> None:
        """Let the envelope go to `gain` (0 silent, 1 full) by 1/`ramp_frames` per frame.

        At 0 the voice parks. Clears `starved`.
        """
        ramp = max(MIN_RAMP, ramp_frames or self._ramp)
        if self.curve is not None and self.curve.bends(self._ring.read, ramp):
            ramp = math.ceil(ramp * math.sqrt(2))  # two at equal power that fade as one
        self._fade = Fade(gain, ramp)

    def fade_at(self, cue: Cue, gain: float, ramp_frames: int) -> None:
        """`fade_to` from the instant of `cue` on; until then go on as before. In the place of
        another cue that has not come.

        A fade in begins only on a parked voice with enough frames, the first of which is the one
        that is due then: those before it are passed over, as soon as there are any.
        """
        self._fade = Fade(gain, max(MIN_RAMP, ramp_frames), cue, self._in_force)

    def keep_on(self) -> None:
        """Forget a cue that has not come. Harmless without one."""
        self._fade = self._in_force

    @property
    def cued(self) -> bool:
        """Whether a cue has not come yet."""
        return self._fade is not self._in_force

    @property
    def _in_force(self) -> Fade:
        """The fade that the envelope follows now."""
        fade = self._fade
        return fade if fade.before is None or self._begun is fade else fade.before

    # -- any thread ---------------------------------------------------------------------------

    @property
    def buffered(self) -> int:
        """Frames written and not yet consumed."""
        return self._ring.readable

    @property
    def consumed(self) -> int:
        """Frames given to the device, or passed over, so far."""
        return self._ring.read

    @property
    def level(self) -> float:
        """Value of the envelope."""
        return self._envelope.value

    @property
    def starved(self) -> bool:
        """True when the voice could not follow the last `fade_to` for want of frames: it has
        parked, or is fading out to do so. It stays so until the next `fade_to`.
        """
        return self._starved_of is self._in_force

    @property
    def ended(self) -> bool:
        """True once `end` was called and all frames are consumed."""
        return self._ending and self._ring.readable == 0

    # -- the audio thread ---------------------------------------------------------------------

    def read_steady(self, out: Samples, heard_at: float, gain: float) -> bool:
        """Fill `out` as `read` would if the envelope stands at full gain and there is plenty, else
        touch nothing and return False. What nearly every block takes: short, for cold caches.
        """
        fade, frames, ring, curve = self._fade, len(out), self._ring, self.curve
        if (
            fade.gain != 1.0
            or self._envelope.value != 1.0
            or self._starved_of is fade
            or ring.written - ring.read < frames + self._ramp
            or (curve is not None and curve.bends(ring.read, frames))
        ):
            return False
        ring.read_into(out, gain)
        self.anchor = (ring.read, heard_at + frames / self.format.rate)
        return True

    def read(self, out: Samples, heard_at: float, gain: float) -> int:
        """Put the next frames, times envelope and `gain`, at the start of `out`; returns how many.

        `out` has at most `MAX_BLOCK` frames; what lies behind the returned ones is not touched.
        `heard_at` is the instant of the first frame of `out`, in seconds.
        """
        mark = self.mark
        if mark is not None and not self._ring.read:
            return self._begin(mark, out, heard_at, gain)
        return self._read_on(out, heard_at, gain)

    def _begin(self, mark: Mark, out: Samples, heard_at: float, gain: float) -> int:
        """Begin in this block, if the other voice has come so far."""
        lead = mark.lead(len(out))
        if lead == len(out):
            return 0
        self.take_over(mark.leader.level)
        out[:lead] = 0.0
        frames = self._read_on(out[lead:], heard_at + lead / self.format.rate, gain)
        return lead + frames if frames else 0

    def _read_on(self, out: Samples, heard_at: float, gain: float) -> int:
        """Read under the fade in force, and from its cue on under the one that has it."""
        fade = self._fade
        cue = None if self._begun is fade else fade.cue
        if cue is None:
            return self._read_with(fade, out, heard_at, gain)
        wait = cue.wait(heard_at, self._ring.read)
        if fade.gain == 0.0:
            return self._leave_at(wait, fade, out, heard_at, gain)
        return self._enter_at(wait, fade, out, heard_at, gain)

    def _leave_at(self, wait: int, fade: Fade, out: Samples, heard_at: float, gain: float) -> int:
        """Read on for `wait` frames, then fade out."""
        assert fade.before is not None
        frames = self._read_with(fade.before, out[:wait], heard_at, gain)
        if wait >= len(out):
            return frames
        self._begun = fade
        if frames < wait:
            return frames  # it has parked: there is nothing to fade
        return wait + self._read_with(fade, out[wait:], heard_at + wait / self.format.rate, gain)

    def _enter_at(self, wait: int, fade: Fade, out: Samples, heard_at: float, gain: float) -> int:
        """Stand for `wait` frames, then fade in with the frame that is due."""
        assert fade.before is not None
        assert fade.cue is not None
        if not self.parked:
            return self._read_with(fade.before, out, heard_at, gain)
        ring, sounding = self._ring, len(out) - wait
        skip = fade.cue.skip(heard_at, ring.read, wait)
        there = ring.skip(skip) == skip
        if (
            sounding <= 0
            or not there
            or not (self._ending or ring.readable >= sounding + self._ramp)
        ):
            return 0
        self._begun = fade
        out[:wait] = 0.0
        return wait + self._read_with(fade, out[wait:], heard_at + wait / self.format.rate, gain)

    def _read_with(self, fade: Fade, out: Samples, heard_at: float, gain: float) -> int:
        """Read under `fade`, and on into the successor."""
        frames = 0 if self.ended and self.parked else self._read_curved(fade, out, heard_at, gain)
        successor = self._successor
        if successor is None or frames == len(out) or not (self.ended and self.parked):
            return frames
        successor.take_over(self._last_level)
        self._last_level = 0.0
        return frames + successor.read(out[frames:], heard_at + frames / self.format.rate, gain)

    def take_over(self, level: float) -> None:
        """Go on at the level at which the voice before ended; 0 changes nothing. Audio thread."""
        if level:
            self._envelope.value = level
            self.parked = False

    def _read_curved(self, fade: Fade, out: Samples, heard_at: float, gain: float) -> int:
        place, curve = self._ring.read, self.curve
        frames = self._read_own(fade, out, heard_at, gain)
        if curve is not None:
            curve.apply(out[:frames], place)
        return frames

    def _read_own(self, fade: Fade, out: Samples, heard_at: float, gain: float) -> int:
        ending = self._ending  # before the frames are counted: then those counted are all
        level = self._envelope.value
        if fade.gain == level and self._starved_of is not fade:
            if level == 0.0:
                self.parked = True
                return 0
            reserve = 0 if ending else self._frames_to_fade(level)
            if self._ring.readable >= len(out) + reserve:
                self._ring.read_into(out, gain * level)
                self._count(len(out), heard_at)
                return len(out)
        frames = self._read_edge(out, fade, ending)
        if frames and gain != 1.0:
            out[:frames] *= gain
        self._count(frames, heard_at)
        return frames

    def _read_edge(self, out: Samples, fade: Fade, ending: bool) -> int:
        """Read where the envelope moves, or the frames run out."""
        available = self._ring.readable
        level = self._envelope.value
        if self._starved_of is fade:
            return self._fade_out(out, self._ramp)
        if fade.gain == 0.0:
            in_time = ending or self._envelope.frames_to(0.0, fade.ramp) <= available + 1
            return self._fade_out(out, fade.ramp if in_time else self._ramp)
        if ending:
            frames = self._play(out[:available], fade)
            if frames == available:
                self._end_here()
            return frames
        # Always keep back what a fade out takes.
        spare = available - self._frames_to_fade(max(level, fade.gain))
        if spare >= len(out):
            return self._play(out, fade)
        self._starved_of = fade
        if level == 0.0:
            return 0
        self.starvations += 1
        frames = self._play(out[: max(0, spare)], fade)
        return frames + self._fade_out(out[frames:], self._ramp)

    def _play(self, out: Samples, fade: Fade) -> int:
        self._ring.read_into(out)
        self._envelope.apply(out, fade.gain, fade.ramp)
        self.parked = False
        return len(out)

    def _fade_out(self, out: Samples, ramp: int) -> int:
        """Fade towards silence; park where the next frame would be silent, without taking it."""
        audible = max(0, self._envelope.frames_to(0.0, ramp) - 1)
        frames = min(len(out), audible, self._ring.readable)
        self._ring.read_into(out[:frames])
        self._envelope.apply(out[:frames], 0.0, ramp)
        if frames == audible:
            self._park()
        elif self.ended:
            self._end_here()
        return frames

    def _frames_to_fade(self, level: float) -> int:
        return math.ceil(level * self._ramp)

    def _end_here(self) -> None:
        """Park after the last frame; whoever follows goes on at the level that was reached."""
        self._last_level = self._envelope.value
        self._park()

    def _park(self) -> None:
        self._envelope.value = 0.0
        self.parked = True

    def _count(self, frames: int, heard_at: float) -> None:
        if frames:
            if self.first_heard_at is None:
                self.first_heard_at = heard_at
            self.anchor = (self._ring.read, heard_at + frames / self.format.rate)
