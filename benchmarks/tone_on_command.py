"""A program: an open PortAudio stream of silence that gives 50 ms of tone for each line it reads.

The shortest way from a command to a sound: what no player with a running stream can beat.
"""

from __future__ import annotations

import sys
from typing import Any

import sounddevice

RATE = 44100
BUFFER_S = 0.01
TONE_FRAMES = RATE // 20
LEVEL = 8192


class Tone:
    """The stream's callback, and how many frames of tone are due."""

    def __init__(self) -> None:
        self.due = 0

    def fill(self, out: Any, frames: int, _time: Any, _status: Any) -> None:
        """Called by PortAudio on its thread."""
        loud = min(self.due, frames)
        self.due -= loud
        out[:] = LEVEL.to_bytes(2, "little") * (2 * loud) + bytes(4 * (frames - loud))


def main() -> None:
    """Run until the standard input ends."""
    tone = Tone()
    with sounddevice.RawOutputStream(
        RATE, device=sys.argv[1], channels=2, dtype="int16", latency=BUFFER_S, callback=tone.fill
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for _ in sys.stdin:
            tone.due = TONE_FRAMES


if __name__ == "__main__":
    main()
