"""The sound device as the engine uses it: opened, kept ready, watched, opened anew."""

from __future__ import annotations

from collections.abc import Callable

from receiver.clock.base import Clock
from receiver.errors import NoDevice
from receiver.model import reports
from receiver.model.state import Output as OutputState
from receiver.pcm.format import Samples
from receiver.pcm.mixer import Mixer
from receiver.sink.base import AudioSink, SinkInfo

LINGER_S = 5.0
"""A silent device is kept fed for so long, then stopped (it stays open): an amplifier or DAC does
not click between two tracks, and an idle speaker costs nothing."""
RETRY_S = 1.0
DELAY_STEP_MS = 5.0
"""The delay is told in such steps, so that its jitter is no news."""
GROW_S = 0.005
STEADY_S = 600.0
"""Two underruns within this time double the buffer: one may be an accident."""


class _Relay:
    """What a sink pulls from: the mixer's `read`, set as soon as the format is known, and called
    without anything in between. The audio thread runs on cold caches: each call costs it.
    """

    __slots__ = ("read",)

    read: Callable[[Samples, float], None]


MakeSink = Callable[[float], AudioSink]
"""A sink with a buffer of so many seconds, not yet open."""


class Output:
    """One sink and the mixer that feeds it. Engine thread only."""

    def __init__(
        self,
        make_sink: MakeSink,
        buffer_s: float,
        max_buffer_s: float,
        clock: Clock,
        report: Callable[[reports.Report], None],
    ) -> None:
        self._make_sink = make_sink
        self._buffer_s = buffer_s
        self._max_buffer_s = max_buffer_s
        self._clock = clock
        self._report = report
        self._sink: AudioSink | None = None
        self._info: SinkInfo | None = None
        self._wanted = False
        self._silent_since: float | None = None
        self._retry_at = 0.0
        self._underruns_before = 0
        self._last_underruns = 0
        self._last_underrun_at = float("-inf")
        self._told: OutputState | None = None
        self._gain = 1.0
        self._growing = False
        self.problem: str | None = None
        """Why there is no device, in a sentence; None while there is one."""
        self._mixer: Mixer | None = None

    # --- the device -------------------------------------------------------------------------

    def open(self) -> bool:
        """Open the device if it is not; False, with a report, if it cannot be."""
        if self._sink is not None:
            return True
        sink = self._make_sink(self._buffer_s)
        relay = _Relay()
        try:
            info = sink.open(relay)
        except NoDevice as error:
            self._retry_at = self._clock.now() + RETRY_S
            self._tell(error.message)
            return False
        if self._mixer is None or self._mixer.format != info.format:
            self._mixer = Mixer(info.format)
            self._mixer.set_gain(self._gain)
        self._mixer.release()
        relay.read = self._mixer.read
        self._sink, self._info = sink, info
        self._growing = False
        self._last_underruns = 0
        self._tell(None)
        return True

    def close(self) -> None:
        """Let go of the device."""
        sink, self._sink = self._sink, None
        if sink is not None:
            self._underruns_before += sink.underruns
            sink.close()

    def set_gain(self, gain: float) -> None:
        """Set the linear gain of all that is heard, on whatever device."""
        self._gain = gain
        if self._mixer is not None:
            self._mixer.set_gain(gain)

    @property
    def ready(self) -> bool:
        """Whether there is a device to play on."""
        return self._sink is not None

    @property
    def running(self) -> bool:
        """Whether the device is pulling frames."""
        return self._sink is not None and self._sink.started

    @property
    def quiet(self) -> bool:
        """Whether the device holds nothing but silence."""
        return not self.running or self.mixer.silent_frames >= self.buffer_s * self.rate

    @property
    def mixer(self) -> Mixer:
        """What feeds the device. Only after it was open once."""
        assert self._mixer is not None
        return self._mixer

    @property
    def rate(self) -> int:
        """Frames per second of the device."""
        assert self._info is not None
        return self._info.format.rate

    @property
    def buffer_s(self) -> float:
        """Length of the device's buffer."""
        return self._info.buffer if self._info is not None else self._buffer_s

    @property
    def metered(self) -> bool:
        """Whether the device tells its level, which people like to see move."""
        return self._info is not None and self._info.metered

    # --- sound and silence ------------------------------------------------------------------

    def poise(self) -> None:
        """Stop a device that holds nothing but silence, so that music will not queue behind it."""
        if self._sink is not None and self.quiet:
            self._wanted = False
            self._sink.drop()

    def sound(self) -> None:
        """Have what the mixer gives heard at once.

        A device that is stopped, or that has only silence in its buffer, is started anew: its
        buffer is then filled with music and nothing stands before it.
        """
        self.poise()
        self.run()

    def run(self) -> None:
        """Have what the mixer gives heard, behind the silence that stands before it, if any."""
        self._wanted = True
        self.warm()

    def warm(self) -> None:
        """Let the device run; while nothing is to be heard, for `LINGER_S`."""
        self._silent_since = None
        if not self.open():
            return
        assert self._sink is not None
        try:
            if self._growing and not self._sink.started:
                self._grow()
                return
            self._sink.start()
        except NoDevice as error:
            self._lose(error.message)

    def rest(self) -> None:
        """Nothing is to be heard for now."""
        self._wanted = False

    def tick(self, now: float) -> float:
        """Look after the device; seconds until it wants to be looked after again."""
        if self._sink is None:
            if self._wanted and now >= self._retry_at and self.open():
                self.sound()
            return RETRY_S
        if self._growing and self.quiet:
            self._grow()
            return 0.0
        if self._wanted:
            if not self._sink.started:
                self._lose(f"The sound device {self._info_name()} stopped by itself.")
                return 0.0
            self._watch_underruns(now)
            return GROW_S if self._growing else float("inf")
        if self._sink.started:
            return self._linger(now)
        return float("inf")

    def tell(self) -> None:
        """Report the output as it is now."""
        self._tell(self.problem)

    def _linger(self, now: float) -> float:
        if self._silent_since is None:
            self._silent_since = now
        left = self._silent_since + LINGER_S - now
        if left <= 0 and self._sink is not None:
            self._sink.drop()
            self._tell(self.problem)
            return float("inf")
        return left

    # --- trouble ----------------------------------------------------------------------------

    def _lose(self, why: str) -> None:
        self.close()
        self._retry_at = self._clock.now() + RETRY_S
        self._tell(why)

    def _watch_underruns(self, now: float) -> None:
        assert self._sink is not None
        count = self._sink.underruns
        if count == self._last_underruns:
            return
        again = now - self._last_underrun_at < STEADY_S
        self._last_underruns, self._last_underrun_at = count, now
        if again and not self._growing and self._buffer_s < self._max_buffer_s:
            self._buffer_s = min(self._buffer_s * 2, self._max_buffer_s)
            self._growing = True
            self.mixer.hold()
        self._tell(self.problem)

    def _grow(self) -> None:
        """Open the device anew with its larger buffer, while only silence stands in it."""
        self._growing = False
        self.close()
        if self._wanted:
            self.sound()
        else:
            self.open()

    def _info_name(self) -> str:
        return self._info.device if self._info is not None else ""

    def _tell(self, problem: str | None) -> None:
        info, sink = self._info, self._sink
        state = OutputState(
            backend=info.backend if info else "none",
            device=info.device if info else "",
            rate=info.format.rate if info else 0,
            channels=info.format.channels if info else 0,
            buffer_ms=round(info.buffer * 1000, 1) if info else 0.0,
            delay_ms=_rounded(sink.delay_s * 1000) if sink and self.running else 0.0,
            underruns=self._underruns_before + (sink.underruns if sink else 0),
            level_dbfs=sink.level_dbfs if sink else None,
        )
        if state != self._told or problem != self.problem:
            self._told, self.problem = state, problem
            self._report(reports.Device(state, problem))


def _rounded(delay_ms: float) -> float:
    return DELAY_STEP_MS * round(delay_ms / DELAY_STEP_MS)
