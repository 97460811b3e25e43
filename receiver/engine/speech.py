"""Says pairing codes, over the music or into the silence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from receiver.decoder.base import Decoder
from receiver.engine.departures import NEVER
from receiver.engine.output import Output
from receiver.engine.track import BLOCKS_AT_ONCE, REFILL_S, Track
from receiver.model.reports import Report
from receiver.pcm.overlay import Overlay

log = logging.getLogger(__name__)

SPOKEN = Path(__file__).with_name("spoken")
"""A file for each digit, and those for what is between them."""
GROUP = 3
"""Digits that are said without a longer rest, as people repeat them."""
LOOK_S = 0.02


def script(digits: str) -> list[str]:
    """What is said for a code, by the names of the files: the digits twice, in groups."""
    code: list[str] = []
    for place, digit in enumerate(digits):
        code += ["rest", digit] if place % GROUP else ["rest", "rest", digit]
    return ["rest", "code", *code, "rest", "rest", "again", *code]


class Speech:
    """What is being said, if anything. Engine thread only.

    It is a stream of chained files, decoded like any track, into a voice that is laid over the
    mixer. The music runs on under it, and nothing is reported.
    """

    def __init__(
        self, output: Output, make_decoder: Callable[[], Decoder], folder: Path = SPOKEN
    ) -> None:
        """`folder`: where the files are."""
        self._output = output
        self._make_decoder = make_decoder
        self._folder = folder
        self._next = ""
        """The digits that are said as soon as nothing else is."""
        self._most = 1.0
        self._track: Track | None = None
        """What is being said."""
        self._leaves = False
        """Whether it is to be cut short."""
        self._gain = 0.0
        """Where its voice was told to go."""
        self._overlay: Overlay | None = None
        """While something is said, and then until the music is as it was."""

    def say(self, digits: str, most: float = 1.0) -> None:
        """Say these digits with at most this linear gain, in the place of what is being said; none:
        fall silent.
        """
        self._next, self._most = digits, most
        self._leaves = self._track is not None

    def close(self) -> None:
        """Let go of everything."""
        if self._track is not None:
            self._track.close()
        self._track = self._overlay = None

    def step(self) -> float:
        """Do what is due; seconds until there is more to do."""
        if self._next and self._track is None:
            self._begin()
        overlay = self._overlay
        if overlay is None:
            return NEVER
        if self._track is None:
            return self._clear_away(overlay)
        if overlay.music is not self._output.mixer:  # the device came back with another format
            self._track.refit(self._output.mixer.format)
            self._lay(self._track)
        return self._go_on(self._track)

    def _begin(self) -> None:
        digits, self._next = self._next, ""
        try:
            stream = b"".join(
                (self._folder / f"{name}.ogg").read_bytes() for name in script(digits)
            )
        except OSError as error:
            log.warning("The pairing code cannot be said: %s.", error)
            return
        self._output.open()
        track = Track(0, self._make_decoder(), self._output.mixer.format, _nobody)
        track.inlet.put(0, stream, last=True, now=0.0)
        self._track, self._leaves = track, False
        self._lay(track)

    def _lay(self, track: Track) -> None:
        """Have the voice of the track heard over the mixer."""
        overlay = self._overlay
        if overlay is None or overlay.music is not self._output.mixer:
            overlay = self._overlay = Overlay(self._output.mixer, track.voice)
        overlay.words, overlay.needed, overlay.most = track.voice, True, self._most
        self._gain = 0.0
        self._output.lay(overlay)

    def _go_on(self, track: Track) -> float:
        more = track.buffered_s < REFILL_S and track.work(BLOCKS_AT_ONCE)
        voice = track.voice
        over = voice.ended or (self._leaves and self._gain == 0.0)
        if over and (voice.parked or not self._output.running):
            self._end(track)
            return 0.0
        gain = 0.0 if self._leaves or self._output.renewing else 1.0
        if gain != self._gain or voice.starved:
            self._gain = gain
            voice.fade_to(gain)
        return 0.0 if more else LOOK_S

    def _end(self, track: Track) -> None:
        track.close()
        self._track = None
        if self._overlay is not None:
            self._overlay.needed = bool(self._next)

    def _clear_away(self, overlay: Overlay) -> float:
        """Let the music come back, and then be on its own."""
        gone = overlay.music is not self._output.mixer or not self._output.running
        if not (gone or overlay.clear):
            return LOOK_S
        self._overlay = None
        self._output.lay(None)
        return NEVER


def _nobody(report: Report) -> None:
    """Who is told of what is said."""
