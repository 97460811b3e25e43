"""Sums the voices and applies the volume: what the device pulls from."""

from __future__ import annotations

import numpy as np

from receiver.pcm.format import Format, Samples
from receiver.pcm.slew import MAX_BLOCK, Slew, default_ramp
from receiver.pcm.voice import Voice


class Mixer:
    """The `FrameReader` of a receiver. The engine's thread sets, the audio thread reads; no lock.

    The gain is applied here, behind all buffers of ours, so a change is heard within one buffer
    of the device.
    """

    def __init__(self, audio_format: Format) -> None:
        self.format = audio_format
        self._ramp = default_ramp(audio_format.rate)
        self._scratch: Samples = np.zeros((MAX_BLOCK, audio_format.channels), np.float32)
        # Written by the engine's thread.
        self.voices: tuple[Voice, ...] = ()
        """The voices that are mixed; replaced as a whole, never changed."""
        self._gain = 1.0
        self._held = False
        # Written by the audio thread.
        self._volume = Slew(audio_format.channels, 1.0)
        self.silent_frames = 0
        """Frames given out since a voice was last heard; 0 while one is. A volume of 0 does not
        count as silence: the voices run on under it."""

    def add(self, voice: Voice) -> None:
        """Mix `voice` in; it must have the mixer's format. Engine's thread."""
        self.voices = (*self.voices, voice)

    def replace(self, voice: Voice, successor: Voice) -> None:
        """Mix `successor` in the place of `voice`, which it followed. Engine's thread."""
        self.voices = tuple(successor if other is voice else other for other in self.voices)

    def remove(self, voice: Voice) -> None:
        """Leave `voice` out, which should have parked; harmless when it is not there. Engine's
        thread.
        """
        self.voices = tuple(other for other in self.voices if other is not voice)

    def set_gain(self, gain: float) -> None:
        """Let the linear gain of everything go to `gain`, on a ramp. Engine's thread."""
        self._gain = gain

    @property
    def gain(self) -> float:
        """The gain of the newest frame that was given out."""
        return self._volume.value

    def hold(self) -> None:
        """Fade everything out and stand still: until `release` no voice gives a frame, so none is
        lost. Engine's thread.
        """
        self._held = True

    def release(self) -> None:
        """Go on after `hold`, faded in. Harmless without it. Engine's thread."""
        self._held = False

    def begin(self) -> None:
        """What is read next comes out of silence: let it be no louder than the gain, not even for
        the length of a ramp. Engine's thread, while nobody reads.
        """
        self._volume.value = min(self._volume.value, self._gain)

    def cut(self) -> None:
        """Begin from silence, on a ramp. Engine's thread, while nobody reads."""
        self._volume.value = 0.0

    def read(self, out: Samples, heard_at: float) -> None:
        """Fill `out` with the next frames; `heard_at` is the instant of the first, in seconds.

        Audio thread.
        """
        voices = self.voices
        gain = self._gain
        if (
            len(voices) == 1
            and gain == self._volume.value <= 1.0
            and not self._held
            and voices[0].read_steady(out, heard_at, gain)
        ):
            self.silent_frames = 0
            return
        if len(out) <= MAX_BLOCK:
            self._mix(out, heard_at)
            return
        for start in range(0, len(out), MAX_BLOCK):
            self._mix(out[start : start + MAX_BLOCK], heard_at + start / self.format.rate)

    def _mix(self, out: Samples, heard_at: float) -> None:
        if not self._held:
            self._mix_to(self._gain, out, heard_at)
            return
        # The last frame of the ramp would be silent: it is not taken any more.
        audible = max(0, self._volume.frames_to(0.0, self._ramp) - 1)
        self._mix_to(0.0, out[:audible], heard_at)
        if audible < len(out):
            out[audible:] = 0.0
            self._volume.value = 0.0
            self.silent_frames += len(out) - audible

    def _mix_to(self, gain: float, out: Samples, heard_at: float) -> None:
        """Mix, with the volume moving to `gain`."""
        loudest = max(gain, self._volume.value)
        steady = self._volume.value == gain
        frames, voices = self._sum(out, heard_at, gain if steady else 1.0)
        if frames < len(out):
            out[frames:] = 0.0
        if frames == 0:
            self._volume.value = gain  # nothing to be heard: no ramp is needed
            self.silent_frames += len(out)
            return
        if not steady:
            self._volume.apply(out, gain, self._ramp)
        if voices > 1 or loudest > 1.0:
            np.minimum(out, 1.0, out=out)
            np.maximum(out, -1.0, out=out)
        self.silent_frames = len(out) - frames

    def _sum(self, out: Samples, heard_at: float, gain: float) -> tuple[int, int]:
        """Sum the voices into the start of `out`: how many frames, and of how many voices."""
        longest = sounding = 0
        for voice in self.voices:
            if not sounding:
                longest = voice.read(out, heard_at, gain)
                sounding = 1 if longest else 0
                continue
            part = self._scratch[: len(out)]
            frames = voice.read(part, heard_at, gain)
            if frames:
                both = min(frames, longest)
                np.add(out[:both], part[:both], out=out[:both])
                out[both:frames] = part[both:frames]
                longest = max(frames, longest)
                sounding += 1
        return longest, sounding
