"""Words over the music: what the device pulls from while something is said."""

from __future__ import annotations

import numpy as np

from receiver.pcm.format import Samples
from receiver.pcm.mixer import Mixer
from receiver.pcm.slew import MAX_BLOCK, Slew, default_ramp
from receiver.pcm.voice import Voice

DUCK = 0.25
"""The music stays 12 dB below the words, and below what it was."""
DUCK_S = 0.4
"""How long the music would take to silence: slow enough to be no event of its own."""


def room_for(words: float, music: float) -> float:
    """The gain by which music has to be turned down under words, by the linear gains of both."""
    return DUCK * min(words / music, 1.0) if music > 0.0 else DUCK


class Overlay:
    """A `FrameReader` that takes the place of a mixer for a while: it turns the music of that down
    and lays a voice over it, with a gain of its own, since words are heard when the music is muted.

    The engine's thread sets, the audio thread reads; no lock. The music runs on under it as it
    would without. Put in place, or taken away while it is `clear`, it changes no frame.
    """

    def __init__(self, music: Mixer, words: Voice) -> None:
        """`words` has the format of the mixer."""
        rate, channels = music.format.rate, music.format.channels
        self.music = music
        self._rate = rate
        self._ramp = default_ramp(rate)
        self._duck_ramp = round(DUCK_S * rate)
        self._scratch: Samples = np.zeros((MAX_BLOCK, channels), np.float32)
        # Written by the engine's thread.
        self.words = words
        """What is said; another one once this has parked."""
        self.needed = True
        """Whether the music is to make room."""
        self.most = 1.0
        """How loud the words may be, as a linear gain with that of a card; for who sets theirs."""
        self._gain, self._room = 0.0, DUCK
        # Written by the audio thread.
        self._volume = Slew(channels, 0.0)
        self._duck = Slew(channels, 1.0)
        self._silent_frames = 0

    def set_gain(self, gain: float, room: float) -> None:
        """Let the words have the linear `gain`, and the music `room` of its own, both on ramps.
        Engine's thread.
        """
        self._gain, self._room = gain, room

    def cut(self) -> None:
        """Begin from silence, on a ramp. Engine's thread, while nobody reads."""
        self.music.cut()
        self._volume.value = 0.0

    @property
    def gain(self) -> float:
        """The gain of the newest frame of the words."""
        return self._volume.value

    @property
    def silent_frames(self) -> int:
        """Frames given out since anything was last heard, words or music."""
        return min(self._silent_frames, self.music.silent_frames)

    @property
    def clear(self) -> bool:
        """Whether the music is as it was, and nothing is said."""
        return not self.needed and self._duck.value == 1.0 and self.words.parked

    def read(self, out: Samples, heard_at: float) -> None:
        """See `FrameReader`. Audio thread."""
        self.music.read(out, heard_at)
        for start in range(0, len(out), MAX_BLOCK):
            self._lay(out[start : start + MAX_BLOCK], heard_at + start / self._rate)

    def _lay(self, out: Samples, heard_at: float) -> None:
        """Turn down what is in `out`, and add the words."""
        room, gain = self._room if self.needed else 1.0, self._gain
        if self._duck.value != room:
            self._duck.apply(out, room, self._duck_ramp)
        elif room != 1.0:
            np.multiply(out, room, out=out)
        steady = self._volume.value == gain
        said = self._scratch[: len(out)]
        frames = self.words.read(said, heard_at, gain if steady else 1.0)
        if frames == 0:
            self._volume.value = gain  # nothing to be heard: no ramp is needed
            self._silent_frames += len(out)
            return
        if not steady:
            self._volume.apply(said[:frames], gain, self._ramp)
        np.add(out[:frames], said[:frames], out=out[:frames])
        np.minimum(out, 1.0, out=out)
        np.maximum(out, -1.0, out=out)
        self._silent_frames = len(out) - frames
