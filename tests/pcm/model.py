"""Voices and mixer one frame at a time, in plain arithmetic: slow, and easy to believe.

There is no starving here: a test has to keep the voices fed.
"""

from __future__ import annotations


class SlowGain:
    """A gain that takes one step per frame."""

    def __init__(self, value: float) -> None:
        self.value = value

    def step(self, target: float, ramp: int) -> float:
        """The gain of the next frame."""
        way = target - self.value
        if abs(way) * ramp <= 1 + 1e-6:
            self.value = target
        else:
            self.value += (1 if way > 0 else -1) / ramp
        return self.value


class SlowVoice:
    """A list of frames and an envelope."""

    def __init__(self) -> None:
        self.frames: list[float] = []
        self.envelope = SlowGain(0.0)
        self.target, self.ramp = 0.0, 192

    def fade_to(self, gain: float, ramp: int) -> None:
        """As `Voice.fade_to`."""
        self.target, self.ramp = gain, ramp

    def frame(self) -> float:
        """The next frame; a frame that would be silent is left for later."""
        if not self.frames or self.envelope.step(self.target, self.ramp) == 0.0:
            return 0.0
        return self.envelope.value * self.frames.pop(0)


class SlowMixer:
    """Any number of voices under one gain."""

    def __init__(self, voices: list[SlowVoice], ramp: int) -> None:
        self.voices, self.ramp = voices, ramp
        self.volume, self.gain = SlowGain(1.0), 1.0

    def read(self, frames: int) -> list[float]:
        """The next `frames` frames."""
        if all(voice.envelope.value == voice.target == 0.0 for voice in self.voices):
            self.volume.value = self.gain
        return [self._frame() for _ in range(frames)]

    def _frame(self) -> float:
        total = sum(voice.frame() for voice in self.voices)
        return total * self.volume.step(self.gain, self.ramp)
