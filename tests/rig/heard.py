"""Ears: what a recording holds, to the frame.

`Ears(tracks).listen(recording)` gives the stretches of a recording in order: silence, a track from
a position at a gain, or sound that is none of the tracks. Positions are frames of `Track.heard`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tests.rig.tracks import Pcm, Track

SILENCE = 8
"""Of 32768: at or below it a frame is silent (-72 dBFS)."""
SHORTEST_SILENCE = 48
"""Frames of silence that make a gap: tracks cross zero, but never stay there so long."""
BLOCK = 256
"""Frames that are compared with the track at a time."""
ALIKE = 0.6
"""Correlation from which on a block counts as the track's."""
STEP = 32
"""Frames in which a fade is followed to its end."""
SURE = 0.8
"""Correlation from which on so few frames count as the track's."""
QUERIES = (4096, 1024)
"""Lengths of sound to search a track for: the long one is surer, the short one fits between."""

Wave = NDArray[np.float64]


@dataclass(frozen=True)
class Stretch:
    """Frames `start` to `end` of a recording, and what they are."""

    kind: Literal["silence", "track", "unknown"]
    start: int
    end: int
    track: str = ""
    position: int = 0
    """Frame of the track at `start`."""
    gain: float = 0.0
    """Median over the stretch."""

    @property
    def frames(self) -> int:
        """Length."""
        return self.end - self.start

    @property
    def offset(self) -> int:
        """Frame of the track at frame 0 of the recording: stretches of one take have the same."""
        return self.position - self.start

    @property
    def end_position(self) -> int:
        """Frame of the track that would come next."""
        return self.end + self.offset


@dataclass(frozen=True)
class Dropout:
    """A place where a track did not simply go on."""

    start: int
    silent: int
    """Frames of silence (or of unknown sound) in between."""
    lost: int
    """Frames of the track that were never heard; negative: heard twice. The few frames of a fade
    that are too quiet to be told from silence are counted as lost."""


class Ears:
    """Knows some tracks, and hears them in recordings."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._indexes = [_Index(track) for track in tracks]

    def listen(self, recording: Pcm) -> list[Stretch]:
        """All of the recording, in order."""
        left = recording[:, 0].astype(np.float64)
        stretches, at = [], 0
        for start, end in [*sounding(recording), (len(recording), len(recording))]:
            if start > at:
                stretches.append(Stretch("silence", at, start))
            stretches += self._span(left, start, end)
            at = end
        return stretches

    def _span(self, left: Wave, start: int, end: int) -> list[Stretch]:
        """The stretches of a span without silence."""
        takes = list(self._takes(left, start, end))
        if not takes:
            return [Stretch("unknown", start, end)] if end > start else []
        for one, other in itertools.pairwise(takes):
            if other.start - one.end <= BLOCK:
                one.end = other.start = _border(left, one, other)
        # At the edges of the span a fade may end in frames too quiet to be recognised.
        if takes[0].start - start <= BLOCK:
            takes[0].start = start
        if end - takes[-1].end <= BLOCK:
            takes[-1].end = end
        stretches, at = [], start
        for take in takes:
            if take.start > at:
                stretches.append(Stretch("unknown", at, take.start))
            stretches.append(take.stretch(left))
            at = take.end
        return [*stretches, Stretch("unknown", at, end)] if at < end else stretches

    def _takes(self, left: Wave, start: int, end: int) -> Iterator[_Take]:
        """Runs of blocks that follow one track; their borders are good to a block."""
        at = start
        while at < end:
            take = self._recognise(left, at, end)
            if take is None:
                at += BLOCK
            else:
                yield take
                at = take.end

    def _recognise(self, left: Wave, at: int, end: int) -> _Take | None:
        """The take that starts at `at`, if one does."""
        for length in QUERIES:
            query = left[at : min(at + length, end)]
            hits = [(index, *index.find(query)) for index in self._indexes]
            index, position, _ = max(hits, key=lambda hit: hit[2])
            take = _Take(index, position - at, at, end)
            blocks = len(left[at:end]) // BLOCK
            unlike = np.flatnonzero(take.likeness(left, blocks) < ALIKE)
            take.end = at + BLOCK * int(unlike[0] if len(unlike) else blocks)
            if take.end > at:
                return take
        return None


class _Index:
    """A track made ready to be searched: spectra of overlapping segments of it."""

    SEGMENT = 1 << 17

    def __init__(self, track: Track) -> None:
        self.track = track
        self.left = track.heard[:, 0].astype(np.float64)
        whole = _whiten(self.left)
        self._hop = self.SEGMENT - max(QUERIES)
        self._segments = []
        for start in range(0, len(whole), self._hop):
            segment = np.zeros(self.SEGMENT)
            part = whole[start : start + self.SEGMENT]
            segment[: len(part)] = part
            energy = np.concatenate([[0.0], np.cumsum(segment**2)])
            self._segments.append((start, np.fft.rfft(segment), energy))

    def find(self, query: Wave) -> tuple[int, float]:
        """Position of the track that is most like `query`, and the correlation there."""
        wanted = _whiten(query)
        spectrum = np.conj(np.fft.rfft(wanted, self.SEGMENT))
        own = float(wanted @ wanted)
        best = (0, 0.0)
        for start, segment, energy in self._segments:
            match = np.fft.irfft(segment * spectrum, self.SEGMENT)[: self._hop]
            there = energy[len(wanted) : len(wanted) + self._hop] - energy[: self._hop]
            likeness = match / np.sqrt(own * np.maximum(there, 1e-3 * own) + 1e-9)
            top = int(np.argmax(likeness))
            best = max(best, (start + top, float(likeness[top])), key=lambda hit: hit[1])
        return best

    def cut(self, start: int, end: int) -> Wave:
        """Frames `start` to `end`; silence where the track has none."""
        inside = self.left[max(start, 0) : max(end, 0)]
        before = min(max(-start, 0), end - start)
        return np.pad(inside, (before, end - start - before - len(inside)))


@dataclass
class _Take:
    """Frames of the recording that follow one track without a break."""

    index: _Index
    offset: int
    start: int
    end: int

    def cut(self, start: int, end: int) -> Wave:
        """The track as it lies under frames `start` to `end` of the recording."""
        return self.index.cut(start + self.offset, end + self.offset)

    def likeness(self, left: Wave, blocks: int) -> Wave:
        """Correlation, block by block from the start."""
        end = self.start + blocks * BLOCK
        heard = np.diff(left[self.start : end].reshape(-1, BLOCK))
        track = np.diff(self.cut(self.start, end).reshape(-1, BLOCK))
        norm = np.sqrt((heard**2).sum(1) * (track**2).sum(1))
        return np.asarray((heard * track).sum(1) / (norm + 1e-9))

    def is_shape_of(self, left: Wave, at: int) -> bool:
        """Whether `STEP` frames of the recording are the track's, at whatever gain."""
        heard, track = np.diff(left[at : at + STEP]), np.diff(self.cut(at, at + STEP))
        return float(heard @ track) > SURE * float(np.sqrt(heard @ heard * (track @ track)))

    def residual(self, left: Wave, span: slice, near: slice) -> Wave:
        """Squared difference to the track in `span`, frame by frame, at the gain of `near`."""
        gain = _gain(left[near], self.cut(near.start, near.stop))
        return np.asarray((left[span] - gain * self.cut(span.start, span.stop)) ** 2)

    def stretch(self, left: Wave) -> Stretch:
        """What the take is to the outside."""
        ends = range(self.start, self.end, BLOCK)
        spans = [slice(at, min(at + BLOCK, self.end)) for at in ends]
        gain = np.median([_gain(left[span], self.cut(span.start, span.stop)) for span in spans])
        position = self.start + self.offset
        return Stretch("track", self.start, self.end, self.index.track.name, position, float(gain))


def _border(left: Wave, one: _Take, other: _Take) -> int:
    """The frame at which the recording stops to follow `one` and follows `other`."""
    span = slice(max(one.end - BLOCK, one.start), min(other.start + BLOCK, other.end))
    before, after = slice(span.start - BLOCK, span.start), slice(span.stop, span.stop + BLOCK)
    if before.start < one.start:
        before = slice(one.start, one.end)
    if after.stop > other.end:
        after = slice(other.start, other.end)
    won = one.residual(left, span, before) - other.residual(left, span, after)
    border = span.start + int(np.argmin(np.concatenate([[0.0], np.cumsum(won)])))
    # Where one fades out, or the other in, the gain is not what it was: go by the shape alone.
    while border - STEP >= span.start and other.is_shape_of(left, border - STEP):
        border -= STEP
    while border + STEP <= span.stop and one.is_shape_of(left, border):
        border += STEP
    return border


def _whiten(wave: Wave) -> Wave:
    """Tones come again in a track, its noise does not: weigh the noise up."""
    return np.diff(wave)


def _gain(heard: Wave, track: Wave) -> float:
    return float(heard @ track / (track @ track + 1e-9))


def sounding(recording: Pcm) -> list[tuple[int, int]]:
    """Spans (start, end) of sound, with at least `SHORTEST_SILENCE` frames of silence between."""
    loud = np.flatnonzero(np.abs(recording.astype(np.int32)).max(axis=1) > SILENCE)
    if not len(loud):
        return []
    cuts = np.flatnonzero(np.diff(loud) > SHORTEST_SILENCE)
    starts, ends = loud[[0, *(cuts + 1)]], loud[[*cuts, len(loud) - 1]] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def dropouts(stretches: Sequence[Stretch]) -> list[Dropout]:
    """Every place where one track was interrupted: by silence, or by a jump within it."""
    heard = [stretch for stretch in stretches if stretch.kind == "track"]
    return [
        Dropout(one.end, other.start - one.end, other.position - one.end_position)
        for one, other in itertools.pairwise(heard)
        if one.track == other.track
    ]


def gains(recording: Pcm, stretch: Stretch, track: Track, block: int = 64) -> Wave:
    """The gain of each `block` frames of a stretch of `track`."""
    blocks = stretch.frames // block
    heard = recording[stretch.start :][: blocks * block, 0].astype(np.float64)
    there = track.heard[stretch.position :][: blocks * block, 0].astype(np.float64)
    heard, there = heard.reshape(blocks, block), there.reshape(blocks, block)
    return np.asarray((heard * there).sum(1) / ((there**2).sum(1) + 1e-9))


def mixture(
    recording: Pcm, start: int, end: int, parts: Sequence[tuple[Track, int]], block: int = STEP
) -> Wave:
    """How loud each of `parts`, a track and its offset, is in each block from `start` to `end`:
    shape (blocks, parts). For cross-fades, where two are heard at once.
    """
    weights = []
    for at in range(start, end - block + 1, block):
        there = [track.heard[at + offset : at + offset + block, 0] for track, offset in parts]
        columns = np.stack(there, axis=1).astype(np.float64)
        heard = recording[at : at + block, 0].astype(np.float64)
        weights.append(np.linalg.lstsq(columns, heard, rcond=None)[0])
    return np.array(weights).reshape(-1, len(parts))


def largest_step(recording: Pcm) -> float:
    """The largest change from one frame to the next, where full scale is 1.

    Played over a low, steady tone (`Tracks.tone`), every edge that is not ramped stands out.
    """
    return float(np.abs(np.diff(recording.astype(np.int32), axis=0)).max(initial=0) / 32768)
