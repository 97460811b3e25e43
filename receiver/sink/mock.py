"""A sink without a device, that behaves like one: same buffer, same delays, same faults."""

from __future__ import annotations

import math
import threading
from collections import deque

import numpy as np

from receiver.clock.base import Clock
from receiver.errors import NoDevice
from receiver.pcm.format import Format, Samples
from receiver.sink.base import DeviceHangs, FrameReader, SinkInfo
from receiver.sink.periods import PERIODS, period_frames

METER_SECONDS = 0.1


class MockSink:
    """A speaker made of arithmetic.

    Like a card it fills its buffer from the reader when it starts, plays, and asks for the next
    period whenever one has been played. What plays it is either a test, by `pull`, which also
    hands over what was heard and keeps it in `heard`; or, with `keep_time`, a thread that plays at
    the pace of `clock`, so that a machine without a sound card can be a receiver. That thread
    keeps nothing.

    Faults on command: `run_dry`, and `vanish`, `occupy` and `hang`, which `plug_in` mends.
    """

    def __init__(
        self,
        clock: Clock,
        rate: int = 48000,
        buffer_seconds: float = 0.05,
        channels: int = 2,
        *,
        keep_time: bool = False,
    ) -> None:
        period = period_frames(rate, buffer_seconds)
        buffer_s = PERIODS * period / rate
        self.info = SinkInfo("mock", "mock", Format(rate, channels), buffer_s, metered=True)
        self.delay_s = 0.0
        self.pulled_at = 0.0
        self.gap_s = 0.0
        self.period = period
        """Frames that the reader is asked for at a time."""
        self._clock = clock
        self._keep_time = keep_time
        self._reader: FrameReader | None = None
        self._buffer = np.zeros((PERIODS * period, channels), np.float32)
        self._played = 0  # frames since `start`
        self._pulled = 0  # frames since `start`; at most a buffer more than played
        self._began = 0.0  # instant at which frame 0 was, or would have been, heard
        self._running = False
        self._hung_at: float | None = None
        self._plugged = True
        self._busy = False
        self._underruns = 0
        self._meter = _Meter(math.ceil(METER_SECONDS * rate / period))
        self._heard: list[Samples] = []
        self._quit = threading.Event()
        self._thread: threading.Thread | None = None

    # -- AudioSink --------------------------------------------------------------------------------

    def open(self, reader: FrameReader) -> SinkInfo:
        """Take `reader`; raises `NoDevice` while unplugged, busy or hung."""
        self._check_plugged()
        if self._busy:
            raise NoDevice("The mock device is busy: another program uses it.")
        self._reader = reader
        self._underruns, self.gap_s = 0, 0.0
        return self.info

    def start(self) -> None:
        """Fill the buffer and begin to play."""
        self._check_plugged()
        if self._running:
            return
        assert self._reader is not None, "start before open"
        self._began = self._clock.now()
        self._played = self._pulled = 0
        self._running = True
        if self._keep_time:
            self._quit.clear()
            self._thread = threading.Thread(target=self._play_by_clock, name="mock-sink")
            self._thread.start()
        else:
            self._fill()

    def drop(self) -> None:
        """Stop; what was pulled and not yet played is never heard. Raises `DeviceHangs`."""
        self._stop()
        self._check_answers()

    def _stop(self) -> None:
        self._running = False
        self._quit.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._meter.reset()

    def close(self) -> None:
        """Stop, and forget the reader."""
        self._stop()
        self._reader = None

    @property
    def started(self) -> bool:
        """True while playing; False after `vanish`, and a while after `hang`."""
        hung = self._hung_at is not None
        dead = hung and self._clock.now() - self.pulled_at >= self.info.patience
        return self._running and self._plugged and not dead

    @property
    def underruns(self) -> int:
        """How often the thread that keeps time came later than the buffer is long."""
        return self._underruns

    @property
    def level_dbfs(self) -> float | None:
        """Peak of the last tenth of a second heard; None when silent."""
        return self._meter.level_dbfs if self._running else None

    # -- for tests --------------------------------------------------------------------------------

    def pull(self, frames: int) -> Samples:
        """Play so many frames; returns them as heard. Fewer (none) when stopped, gone or hung."""
        parts = []
        while frames and self._alive:
            part = self._play(min(frames, self.period - self._played % self.period))
            parts.append(part)
            frames -= len(part)
        heard = np.concatenate(parts) if parts else self._buffer[:0].copy()
        self._heard.append(heard)
        return heard

    def play_until(self, instant: float) -> Samples:
        """Play what is heard before `instant`, in seconds on the clock; returns it."""
        frames = round((instant - self._began) * self.info.format.rate) - self._played
        return self.pull(max(frames, 0))

    @property
    def heard(self) -> Samples:
        """All that `pull` has returned so far."""
        return np.concatenate([self._buffer[:0], *self._heard])

    def vanish(self) -> None:
        """Pull the plug: nothing plays, and the sink cannot be opened or started."""
        self._plugged = False

    def plug_in(self) -> None:
        """Put the plug back in. A sink that was playing has to be dropped and started again."""
        self._plugged, self._busy = True, False
        self._hung_at = None

    def occupy(self) -> None:
        """Let another program have the device: once let go of, it cannot be opened."""
        self._busy = True

    def run_dry(self, frames: int) -> Samples:
        """Play the buffer to its end and `frames` of silence after it, as when the process that
        should have refilled it came too late; returns what was heard.
        """
        left = self._drain()
        silence = np.zeros((frames, left.shape[1]), np.float32)
        self._heard += [left, silence]
        late = frames / self.info.format.rate
        self._note_underrun(late, self.info.buffer + late)
        self._fill()
        return np.concatenate([left, silence])

    def hang(self) -> None:
        """Stop asking for frames without a word, and answer no call in time, until `plug_in`."""
        self._hung_at = self._clock.now()

    # -- inside -----------------------------------------------------------------------------------

    @property
    def _alive(self) -> bool:
        return self._running and self._plugged and self._hung_at is None

    def _check_plugged(self) -> None:
        if not self._plugged:
            raise NoDevice("The mock device is unplugged; plug it in.", device=self.info.device)
        self._check_answers()

    def _check_answers(self) -> None:
        if self._hung_at is not None:
            raise DeviceHangs("The mock device hangs; plug it in again.")

    def _fill(self) -> None:
        """Pull periods from the reader until the buffer is full."""
        assert self._reader is not None
        self.pulled_at = self._clock.now()
        while self._pulled - self._played + self.period <= len(self._buffer):
            start = self._pulled % len(self._buffer)
            heard_at = self._began + self._pulled / self.info.format.rate
            self.delay_s = heard_at - self._clock.now()
            self._reader.read(self._buffer[start : start + self.period], heard_at)
            self._pulled += self.period

    def _note_underrun(self, late_s: float, gap_s: float) -> None:
        """Frames came so late, so long after the ones before."""
        self._underruns += 1
        self.gap_s = gap_s
        self._began += late_s

    def _drain(self) -> Samples:
        """Let all that the buffer holds be heard."""
        places = np.arange(self._played, self._pulled) % len(self._buffer)
        self._played = self._pulled
        return self._buffer[places]

    def _play(self, frames: int) -> Samples:
        """Let up to the rest of a period be heard, and have the buffer filled again."""
        start = self._played % len(self._buffer)
        heard = self._buffer[start : start + frames].copy()
        self._played += frames
        self._meter.add(heard)
        self._fill()
        return heard

    def _play_by_clock(self) -> None:
        """Play at the pace of the clock, one period at a time, until dropped."""
        rate = self.info.format.rate
        self._fill()
        while True:
            due = self._began + (self._played + self.period) / rate
            if self._quit.wait(max(0.0, due - self._clock.now())) or not self._alive:
                return
            late = self._clock.now() - due
            if late > self.info.buffer:
                self._note_underrun(late, self._clock.now() - self.pulled_at)
            self._play(self.period)


class _Meter:
    """Peak over the last few blocks."""

    def __init__(self, blocks: int) -> None:
        self._peaks: deque[float] = deque(maxlen=blocks)

    def add(self, samples: Samples) -> None:
        self._peaks.append(float(np.abs(samples).max(initial=0.0)))

    def reset(self) -> None:
        self._peaks.clear()

    @property
    def level_dbfs(self) -> float | None:
        peak = max(self._peaks.copy(), default=0.0)
        return 20 * math.log10(peak) if peak > 0 else None
