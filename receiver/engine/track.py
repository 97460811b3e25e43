"""One loading of an item inside the engine: encoded bytes in, a voice kept full of frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from receiver.decoder.base import Decoder
from receiver.engine.inlet import Inlet
from receiver.errors import NotSeekable, TonearmError
from receiver.model import reports
from receiver.pcm.convert import Converter, Relay
from receiver.pcm.format import Block, Format, Samples
from receiver.pcm.voice import Voice

RING_S = 2.9
REFILL_S = 1.5
"""While more than this is decoded, no more is: in few large strokes, since a wake-up costs more
than a block."""
BLOCKS_AT_ONCE = 8
SETTLED_S = 1.0
"""What has so much in hand, or was heard for so long, has time for its cover."""
COVER_PART = 48 * 1024
"""Bytes of a cover in one report."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A place to go to: the number of the last seek asked for (0: none), and milliseconds.

    `needed`: a track that cannot go there fails; else it plays on as before.
    """

    seek: int
    position_ms: float
    needed: bool = False


class Track:
    """Decodes one stream ahead of what is heard. Engine thread only.

    After a seek the track has a new `voice`, which begins at the target; the voice before is in
    `left` until the engine takes it to fade it out.
    """

    def __init__(
        self,
        number: int,
        decoder: Decoder,
        output: Format,
        report: Callable[[reports.Report], None],
    ) -> None:
        self.number = number
        self.output = output
        self.inlet = Inlet(number, report)
        self.voice = Voice(output, RING_S)
        self.left: Voice | None = None
        self.origin_ms = 0.0
        self.seek_number = 0
        self.wanted_s = 0.0
        """What it has in hand at least before it is ready."""
        self.through = False
        """Where it cannot seek to its start, it goes there through all that is before."""
        self._passed = 0  # frames of the stream that were decoded and are not to be heard
        self._unheard = 0  # frames of the stream that are still to pass so
        self.error: TonearmError | None = None
        self._decoder = decoder
        self._report = report
        self._landing: Landing | None = None
        self._tail_seen = False
        self._finished = False
        self._rest: Samples | None = None
        self._converter: Converter | Relay | None = None
        self._told = reports.Described(number)
        self._holes_told = 0
        self._covered = False

    def close(self) -> None:
        """Free the decoder."""
        self.tell_holes()
        self._decoder.close()

    def tail(self, offset: int, size: int, data: bytes) -> None:
        """Take the last bytes of the stream, from `offset` to its end at `size`: they tell its
        length. No bytes at all say that they cannot be had.
        """
        self._tail_seen = True
        if data:
            self._decoder.set_tail(offset, data, size)
            self._describe()

    def seek(self, landing: Landing) -> None:
        """Go to another place as soon as the stream is known well enough."""
        self._landing = landing

    def refit(self, output: Format) -> None:
        """Go on in another format at the same place, with a new voice. While nobody reads: what
        was decoded is converted once more.
        """
        self.origin_ms = self.position_ms
        again = Converter(self.output, output)
        ahead = again.convert(self.voice.unread())
        if self._rest is not None:
            ahead = np.concatenate((ahead, again.convert(self._rest)))
        if self._converter is None:  # all is decoded, or nothing
            ahead = np.concatenate((ahead, again.flush()))
        else:
            self._converter = Relay(self._converter, again)
        self.output, self.voice = output, Voice(output, RING_S)
        if not self._write(ahead):
            self._finished = False  # not until the rest is written too
        elif self._finished:
            self.voice.end()

    # --- how much there is ------------------------------------------------------------------

    @property
    def position_ms(self) -> float:
        """Place of the next frame to be taken by the device."""
        return self.origin_ms + self.voice.consumed * 1000 / self.output.rate

    @property
    def goal_ms(self) -> float:
        """Where it goes on: the target of a seek that waits to begin, or `position_ms`."""
        return self.position_ms if self._landing is None else self._landing.position_ms

    def position_heard(self) -> tuple[float, float] | None:
        """A position and the instant at which it is heard: the newest pair known."""
        anchor = self.voice.anchor
        if anchor is None:
            return None
        return self.origin_ms + anchor[0] * 1000 / self.output.rate, anchor[1]

    @property
    def landing(self) -> bool:
        """True while a seek waits to begin."""
        return self._landing is not None

    @property
    def buffered_s(self) -> float:
        """Seconds decoded and not yet taken by the device."""
        return self.voice.buffered / self.output.rate

    @property
    def ahead_s(self) -> float:
        """Seconds in hand: decoded, and estimated for what is not."""
        decoded_s = (self.voice.consumed + self.voice.buffered) / self.output.rate
        if self._passed and self._decoder.format is not None:
            decoded_s += self._passed / self._decoder.format.rate
        return self.buffered_s + self.inlet.held * decoded_s / max(self.inlet.taken, 1)

    @property
    def full(self) -> bool:
        """No more can be held, or no more will come."""
        return self.decoded or self.inlet.full

    @property
    def finished(self) -> bool:
        """All of the stream is decoded and in the voice, or was."""
        return self._finished

    @property
    def decoded(self) -> bool:
        """No more can be decoded: there is no room, or nothing is left."""
        return self._finished or self._rest is not None

    @property
    def remaining_s(self) -> float | None:
        """Seconds of sound that are not in hand yet, where the length is known."""
        total, source = self._decoder.total_frames, self._decoder.format
        if total is None or source is None:
            return None
        return max(total / source.rate - self.position_ms / 1000 - self.ahead_s, 0.0)

    @property
    def frames(self) -> int | None:
        """Length of the whole stream in frames of the device, where it is known."""
        total, source = self._decoder.total_frames, self._decoder.format
        if total is None or source is None:
            return None
        return round(total * self.output.rate / source.rate)

    @property
    def voice_frames(self) -> int | None:
        """Frames that the voice will have given at the end of the stream, where that is known."""
        if self._finished:
            return self.voice.consumed + self.voice.buffered
        total = self.frames
        return None if total is None else total - round(self.origin_ms * self.output.rate / 1000)

    # --- decoding ---------------------------------------------------------------------------

    def work(self, blocks: int) -> bool:
        """Decode up to `blocks` blocks into the voice. True if there may be more to do at once.

        What goes wrong with the stream ends the track and is kept in `error`.
        """
        try:
            return all(self._step() for _ in range(blocks))
        except TonearmError as error:
            self.error = error
            self._end()
            return False
        finally:
            self.inlet.tell()
            self._tell_cover()

    def _step(self) -> bool:
        """Move one block on; False when there is no room, or nothing to be done."""
        if self._landing is not None:
            return self._land(self._landing)
        if self._rest is not None:
            return self._write(self._rest)
        if self._finished:
            return False
        block = self._next_block()
        if block is not None and self._unheard:
            return self._pass(block)
        if block is not None:
            return self._write(self._convert(block))
        if not self._decoder.finished:
            return False
        if self._converter is not None:
            return self._write(self._flushed())
        self._end()
        return False

    def _next_block(self) -> Block | None:
        while True:
            block = self._decoder.read()
            self._describe()
            if block is not None or self._decoder.finished:
                return block
            if self._decoder.wants is not None:
                self.inlet.want(self._decoder.wants)
            piece = self.inlet.take()
            if piece is not None:
                self._decoder.feed(piece)
            elif self.inlet.closed:
                self._decoder.finish()
            else:
                return None

    def _convert(self, block: Block) -> Samples:
        if self._converter is None or self._converter.source != block.format:
            rest = self._flushed()
            self._converter = Converter(block.format, self.output)
            return np.concatenate((rest, self._converter.convert(block.samples)))
        return self._converter.convert(block.samples)

    def _flushed(self) -> Samples:
        """What the converter of the stretch before still holds."""
        if self._converter is None:
            return np.zeros((0, self.output.channels), np.float32)
        rest, self._converter = self._converter.flush(), None
        return rest

    def _write(self, samples: Samples) -> bool:
        written = self.voice.write(samples)
        self._rest = samples[written:] if written < len(samples) else None
        return self._rest is None

    def _end(self) -> None:
        self._finished = True
        self.voice.end()

    # --- seeking ----------------------------------------------------------------------------

    def _land(self, landing: Landing) -> bool:
        """Begin the seek once format and length are known; True if there may be more to do."""
        if self._decoder.format is None:
            block = self._next_block()  # not to be heard: only the headers matter
            self._passed += 0 if block is None else len(block.samples)
            return block is not None
        if self._decoder.total_frames is None and not self._tail_seen:
            return False
        self._landing = None
        frame = round(landing.position_ms * self._decoder.format.rate / 1000)
        try:
            self._decoder.seek(frame)
        except NotSeekable as error:
            if self.through and landing.needed and frame >= self._passed:
                self._unheard = frame - self._passed
                self.origin_ms = frame * 1000 / self._decoder.format.rate
                return True
            self._refuse(landing, error)
            return True
        self.left, self.voice = self.voice, Voice(self.output, RING_S)
        self.origin_ms = frame * 1000 / self._decoder.format.rate
        self.seek_number = landing.seek
        self._rest = self._converter = None
        self._finished = False
        return True

    def _pass(self, block: Block) -> bool:
        """Go through frames that are not to be heard, to the first that is."""
        passed = min(self._unheard, len(block.samples))
        self._unheard -= passed
        self._passed += passed
        rest = block.samples[passed:]
        return self._write(self._convert(Block(rest, block.format))) if len(rest) else True

    def _refuse(self, landing: Landing, error: NotSeekable) -> None:
        if landing.needed:
            raise error
        self._report(reports.SeekRefused(self.number, landing.seek, error.code, error.message))

    # --- what the stream says of itself -----------------------------------------------------

    def _describe(self) -> None:
        source, total = self._decoder.format, self._decoder.total_frames
        duration = total * 1000 / source.rate if total is not None and source else None
        described = reports.Described(self.number, self._decoder.tags, duration)
        if described != self._told:
            self._told = described
            self._report(described)

    def tell_holes(self) -> None:
        """Tell of gaps that were not told of yet."""
        more = self._decoder.holes - self._holes_told
        if more:
            self._holes_told += more
            self._report(reports.Holes(self.number, more))

    def _tell_cover(self) -> None:
        """Tell what is new of the cover, in parts: after the music, which must not wait for it."""
        heard_s = self.voice.consumed / self.output.rate
        if self.buffered_s < SETTLED_S and heard_s < SETTLED_S:
            return
        cover = self._decoder.take_cover()
        if not cover:
            if cover is not None and self._covered:
                self._report(reports.CoverPart(self.number, 0, 0, b""))
            return
        self._covered = True
        for at in range(0, len(cover), COVER_PART):
            part = cover[at : at + COVER_PART]
            self._report(reports.CoverPart(self.number, at, len(cover), part))
