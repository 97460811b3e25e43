"""Test audio that can be recognised: no 25 ms of it occur twice, within a track or between two.

A track is made from a seed, encoded by the usual tools, and decoded by others: that decode is the
reference for what ought to be heard. Needs oggenc and oggdec (vorbis-tools), and ffmpeg where
another codec or another rate is asked for.
"""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 44100
"""Rate at which everything is heard: that of the stand-in card."""

Pcm = NDArray[np.int16]
"""Shape (frames, channels)."""

ENCODERS = {
    "vorbis": ("ogg", "oggenc -Q -q 5 -s 1 -o {out} {wav}"),
    "vorbis320": ("ogg", "oggenc -Q -b 320 -s 1 -o {out} {wav}"),
    "vorbis-most": ("ogg", "oggenc -Q -q 10 -s 1 -o {out} {wav}"),
    "vorbis-ffmpeg": ("ogg", "ffmpeg -v error -y -i {wav} -c:a libvorbis -q:a 5 {out}"),
    "flac": ("flac", "ffmpeg -v error -y -i {wav} -c:a flac {out}"),
    "opus": ("opus", "ffmpeg -v error -y -i {wav} -c:a libopus {out}"),
    "mp3": ("mp3", "ffmpeg -v error -y -i {wav} -c:a libmp3lame -q:a 2 {out}"),
}
"""File ending and command by codec."""


def music(seed: int, seconds: float, rate: int = RATE, channels: int = 2) -> Pcm:
    """Noise with a beat under plucked chords: unlike itself everywhere, and to a codec much like
    music. Loud from the first frame to the last, with peaks below -1 dBFS.
    """
    rng = np.random.default_rng(seed)
    frames = round(seconds * rate)
    out = np.stack([_pink(rng, frames, rate) for _ in range(channels)], axis=1)
    out += _pink(rng, frames, rate)[:, None]
    beat = np.arange(frames) % (rate // 4) / rate
    strength = np.repeat(rng.uniform(0.3, 1.0, frames // (rate // 4) + 1), rate // 4)[:frames]
    out *= (0.4 + strength * np.exp(-beat / 0.08))[:, None]
    out *= 0.06 / out.std()
    for start in range(0, frames, rate // 2):
        length = min(rate, frames - start)
        for pitch in 110 * 2 ** (rng.choice([0, 3, 5, 7, 10, 12, 15, 17, 19, 22], 3) / 12):
            note = _pluck(pitch * rng.uniform(0.999, 1.001), length, rate)
            out[start : start + length] += np.outer(note, rng.uniform(0.03, 0.1, channels))
    return np.round(np.clip(out, -0.89, 0.89) * 32767).astype(np.int16)


def tone(hertz: float, seconds: float, level: float = 0.5, rate: int = RATE) -> Pcm:
    """A stereo sine: low and steady, it shows every step that an edge puts into it."""
    wave_form = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(np.round(wave_form * 32767).astype(np.int16)[:, None], 2, axis=1)


def _pink(rng: np.random.Generator, frames: int, rate: int) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    hertz = np.fft.rfftfreq(frames, 1 / rate)
    audible = (hertz > 60) & (hertz < min(16000, 0.45 * rate))
    return np.fft.irfft(spectrum * np.where(audible, np.maximum(hertz, 60) ** -0.7, 0), frames)


def _pluck(pitch: float, frames: int, rate: int) -> NDArray[np.float64]:
    at = np.arange(frames) / rate
    partials = sum(np.sin(2 * np.pi * n * pitch * at) / n**1.5 for n in range(1, 5))
    return np.asarray(partials * np.exp(-at / 0.4))


def write_wav(path: Path, pcm: Pcm, rate: int = RATE) -> None:
    """Write int16 frames as a WAV file."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(pcm.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm.astype("<i2").tobytes())


def encode(pcm: Pcm, rate: int, path: Path, codec: str = "vorbis") -> None:
    """Encode int16 frames to the file `path` by the command of `codec`."""
    wav = path.with_suffix(".wav")
    write_wav(wav, pcm, rate)
    _run([word.format(out=path, wav=wav) for word in ENCODERS[codec][1].split()])
    wav.unlink()


def decode(path: Path, channels: int) -> Pcm:
    """The reference decode: `oggdec` for Vorbis, `ffmpeg` for the rest."""
    if path.suffix == ".ogg":
        raw = _run(["oggdec", "-Q", "-R", "-b", "16", "-o", "-", str(path)])
    else:
        raw = _run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-"])
    return np.frombuffer(raw, "<i2").astype(np.int16).reshape(-1, channels)


def in_parts(pcm: Pcm, parts: int, folder: Path, rate: int = RATE) -> list[Path]:
    """One recording in parts of odd lengths, each encoded for itself, as of a concert."""
    places = [round(n * len(pcm) / parts) + 7 * n for n in range(1, parts)]
    paths = []
    for number, part in enumerate(np.split(pcm, places)):
        paths.append(folder / f"part-{number:03}.ogg")
        encode(part, rate, paths[-1])
    return paths


def resample(pcm: Pcm, rate: int) -> Pcm:
    """Stereo frames at the rate of the card."""
    command = ["ffmpeg", "-v", "error", "-f", "s16le", "-ar", str(rate), "-ac", "2", "-i", "-"]
    raw = _run([*command, "-ar", str(RATE), "-f", "s16le", "-"], pcm.tobytes())
    return np.frombuffer(raw, "<i2").reshape(-1, 2)


def _run(command: list[str], stdin: bytes = b"") -> bytes:
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


@dataclass(eq=False)
class Track:
    """A file, and what is to be heard when it is played."""

    name: str
    path: Path
    rate: int
    channels: int
    reference: Pcm = field(repr=False)
    """The reference decode, at the rate and with the channels of the file."""

    @property
    def frames(self) -> int:
        """Length at the file's own rate."""
        return len(self.reference)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate

    @cached_property
    def heard(self) -> Pcm:
        """The reference as the card plays it: stereo, at `RATE`. Mono and stereo files only."""
        stereo = np.repeat(self.reference, 2, axis=1) if self.channels == 1 else self.reference
        return stereo if self.rate == RATE else resample(stereo, self.rate)


class Tracks:
    """Tracks by their recipe, each made once and kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[str, Track] = {}

    def get(
        self, seed: int, seconds: float, codec: str = "vorbis", rate: int = RATE, channels: int = 2
    ) -> Track:
        """The track of this recipe."""
        name = f"music-{seed}-{seconds:g}s-{rate}-{channels}"
        return self._get(name, lambda: music(seed, seconds, rate, channels), codec, rate)

    def tone(self, hertz: float, seconds: float, level: float = 0.5) -> Track:
        """A Vorbis file of a steady stereo sine."""
        name = f"tone-{hertz:g}-{seconds:g}s-{level:g}"
        return self._get(name, lambda: tone(hertz, seconds, level), "vorbis", RATE)

    def _get(self, name: str, make: Callable[[], Pcm], codec: str, rate: int) -> Track:
        name = f"{name}-{codec}"
        if name not in self._made:
            self.folder.mkdir(parents=True, exist_ok=True)
            path, pcm = self.folder / f"{name}.{ENCODERS[codec][0]}", make()
            encode(pcm, rate, path, codec)
            channels = pcm.shape[1]
            self._made[name] = Track(name, path, rate, channels, decode(path, channels))
        return self._made[name]
