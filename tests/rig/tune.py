"""Makes the tune of the demo: plucked strings, bells and a little room, sixteen bars in D.

    python -m tests.rig.tune controller/demo/tune.ogg

Nothing here was recorded: every string is a noise that runs round a delay line and is averaged
with its neighbour on each turn (Karplus and Strong, 1983). Needs oggenc (vorbis-tools).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.rig.tracks import RATE, Pcm, write_wav

Wave = NDArray[np.float64]

BEAT = 0.625
"""Seconds: 96 beats a minute."""
BAR = 4 * BEAT
SECONDS = 16 * BAR

CHORDS: dict[str, tuple[int, ...]] = {
    "D": (38, 57, 62, 66),
    "Bm": (47, 54, 59, 62),
    "G": (43, 55, 59, 62),
    "A": (45, 57, 61, 64),
    "F#m": (42, 54, 57, 61),
    "A7": (45, 55, 61, 64),
}
"""MIDI notes, the bass first."""
BARS = ["D", "Bm", "G", "A", "D", "F#m", "G", "A7", "Bm", "G", "D", "A", "G", "A7", "D", "D"]
PICKING = (0, 2, 3, 1, 2, 3, 1, 2)
"""Which note of the chord each eighth of a bar plucks."""
MELODY: tuple[tuple[tuple[int, int], ...], ...] = (
    ((0, 78), (3, 76), (4, 74)),
    ((0, 71), (4, 74), (6, 76)),
    ((0, 79), (3, 78), (4, 76), (6, 74)),
    ((0, 76),),
    ((0, 78), (3, 81), (4, 78)),
    ((0, 73), (2, 76), (4, 78), (6, 81)),
    ((0, 83), (3, 81), (4, 79), (6, 78)),
    ((0, 76), (2, 79), (4, 78), (6, 76)),
    ((0, 74), (2, 78), (4, 83)),
    ((0, 81), (3, 79), (4, 78), (6, 74)),
    ((0, 78), (2, 74), (4, 69)),
    ((0, 73), (2, 76), (4, 81)),
    ((0, 79), (2, 78), (4, 76), (6, 74)),
    ((0, 76), (2, 78), (4, 79), (6, 73)),
    ((0, 74),),
    ((0, 86),),
)
"""By bar: (eighth, MIDI note)."""


def hertz(note: int) -> float:
    """Frequency of a MIDI note."""
    return float(440 * 2 ** ((note - 69) / 12))


def string(rng: np.random.Generator, note: int, seconds: float, softness: float = 0.5) -> Wave:
    """A plucked string. `softness` 0 to 1: how much of the brightness the finger takes away."""
    turn = round(RATE / hertz(note) - 0.5)
    line = rng.uniform(-1, 1, turn)
    for _ in range(round(2 + 16 * softness)):
        line = (line + np.roll(line, 1)) / 2
    line -= np.roll(line, turn // 5)  # plucked at a fifth of its length
    line -= line.mean()
    line /= np.abs(line).max()
    loss = 0.001 ** (1 / (hertz(note) * 3.5))  # gone by 60 dB in 3.5 seconds
    turns = [line]
    for _ in range(int(seconds * RATE / turn) + 2):
        line = loss * (line + np.roll(line, 1)) / 2
        turns.append(line)
    # A turn takes a whole number of frames and the half that averaging adds; a note's period
    # seldom is that: stretch it.
    played = np.concatenate(turns)
    at = np.arange(int(seconds * RATE)) * hertz(note) * (turn + 0.5) / RATE
    return np.interp(at, np.arange(len(played)), played)


def bell(note: int, seconds: float) -> Wave:
    """A soft bell: a few partials, the higher the shorter."""
    at = np.arange(int(seconds * RATE)) / RATE
    partials = ((1, 1.0, 0.9), (2, 0.22, 0.5), (3, 0.10, 0.3), (5.4, 0.05, 0.12))
    sound = np.zeros(len(at))
    for ratio, level, decay in partials:
        sound += level * np.sin(2 * np.pi * ratio * hertz(note) * at) * np.exp(-at / decay)
    return np.asarray(sound * np.minimum(at / 0.004, 1))


def room(rng: np.random.Generator, dry: Wave) -> Wave:
    """`dry` with the answer of a small room: noise that dies away in 1.4 seconds."""
    length = int(1.4 * RATE)
    decay = np.exp(-np.linspace(0, 7, length))
    answer = rng.standard_normal((length, 2)) * decay[:, None]
    for _ in range(12):
        answer = (answer + np.roll(answer, 1, axis=0)) / 2  # walls are dull
    answer[: int(0.02 * RATE)] = 0
    answer /= np.sqrt((answer**2).sum(axis=0))
    size = 1 << (len(dry) + length).bit_length()
    spectrum = np.fft.rfft(dry, size, axis=0) * np.fft.rfft(answer, size, axis=0)
    return np.asarray(dry + 0.22 * np.fft.irfft(spectrum, size, axis=0)[: len(dry)])


def tune() -> Pcm:
    """The whole of it, stereo."""
    rng = np.random.default_rng(1877)  # the year the first record played
    mix = np.zeros((int((SECONDS + 4) * RATE), 2))

    def put(sound: Wave, at: float, level: float, pan: float) -> None:
        start = int((0.05 + at + abs(rng.normal(0, 0.004))) * RATE)
        sides = level * rng.uniform(0.88, 1.0) * np.array([np.cos(pan), np.sin(pan)])
        mix[start : start + len(sound)] += np.outer(sound, sides)

    for number, (chord, melody) in enumerate(zip(BARS, MELODY, strict=True)):
        start, notes = number * BAR, CHORDS[chord]
        last = number == len(BARS) - 1
        if last:
            for index, note in enumerate((*notes, 69, 74)):
                put(string(rng, note, 3.5), start + 0.06 * index, 0.3, 0.5 + 0.1 * index)
        else:
            put(string(rng, notes[0], 2.4, softness=1), start, 0.34, 0.78)
            for eighth, index in enumerate(PICKING):
                stress = 0.30 if eighth % 4 == 0 else 0.22
                put(string(rng, notes[index], 1.8), start + eighth * BEAT / 2, stress, 0.55)
        for eighth, note in melody:
            put(bell(note, 3.0), start + eighth * BEAT / 2, 0.17, 1.0)
    wet = room(rng, mix)[: int(SECONDS * RATE)]
    wet[: RATE // 100] *= np.linspace(0, 1, RATE // 100)[:, None]
    fade = int(1.8 * RATE)
    wet[-fade:] *= (np.cos(np.linspace(0, np.pi, fade))[:, None] + 1) / 2
    return np.asarray(np.round(wet / np.abs(wet).max() * 0.8 * 32767), np.int16)


def main(path: Path) -> None:
    """Write the tune to `path` as Ogg Vorbis."""
    wav = path.with_suffix(".wav")
    write_wav(wav, tune())
    words = ["-q", "1", "-s", "1877", "-t", "Needle Drop", "-a", "Tonearm", "-o", str(path)]
    subprocess.run(["oggenc", "-Q", *words, str(wav)], check=True)
    wav.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
