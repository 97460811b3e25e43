"""The sound device as the engine uses it: opened, kept ready, watched, let go, waited for."""

from __future__ import annotations

from collections.abc import Callable

from receiver.clock.base import Clock
from receiver.engine.card_volume import CardVolume
from receiver.engine.rest import Rest
from receiver.errors import NoDevice
from receiver.model import reports
from receiver.model.state import Output as OutputState
from receiver.pcm.format import Format, Samples
from receiver.pcm.mixer import Mixer
from receiver.pcm.overlay import Overlay
from receiver.sink.base import AudioSink, DeviceHangs, SinkInfo

RETRY_S = 1.0
"""A device that is missed is looked for so often,"""
RETRY_AT_REST_S = 5.0
"""and so often while nobody wants to hear anything."""
ASK_S = 0.1
"""A device that hangs is asked so often whether it has come to itself."""
LOAD_S = 3.0
"""The first opening takes longer where the machine is slow: PortAudio is loaded, and looks at every
device. Until then nothing is wrong."""
STUCK_S = 10.0
"""Hanging for so long, it may hang for good: only another process could open it then."""
DELAY_STEP_MS = 5.0
"""The delay is told in such steps, so that its jitter is no news."""
GROW_S = 0.005
LEAST_S = 0.001
STEADY_S = 600.0
"""Two underruns within this time double the buffer: one may be an accident."""
UNKNOWN = Format(44100, 2)
"""What is decoded for before there was any device."""
NEVER = float("inf")


class _Relay:
    """What a sink pulls from: the `read` of the mixer, or of what is laid over it, set as soon as
    the format is known, and called without anything in between. The audio thread runs on cold
    caches: each call costs it.
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
        rest: Rest | None = None,
        volume: CardVolume | None = None,
    ) -> None:
        self._make_sink = make_sink
        self._buffer_s = buffer_s
        self._max_buffer_s = max_buffer_s
        self._clock = clock
        self._report = report
        self._rest = rest or Rest()
        self._volume = volume or CardVolume("software", None, clock, report)
        self._sink: AudioSink | None = None
        self._opening: tuple[AudioSink, _Relay] | None = None
        """What hung when it was to be opened."""
        self._relay = _Relay()
        self._info: SinkInfo | None = None
        self._wanted = False
        self._runs = False
        """Whether the sink was started and not dropped."""
        self._released = False
        self._retry_at = 0.0
        self._lost_at = float("-inf")
        self._hangs_since: float | None = None
        self._underruns_before = 0
        self._last_underruns = 0
        self._last_underrun_at = float("-inf")
        self._told: OutputState | None = None
        self._growing = False
        self.problem: str | None = None
        """Why there is no device, in a sentence; None while there is one."""
        self.mixer = Mixer(UNKNOWN)
        """What feeds the device: another one when that comes back with another format."""
        self._overlay: Overlay | None = None

    # --- the device -------------------------------------------------------------------------

    def open(self) -> bool:
        """Open the device if it is not; False, with a report, if it cannot be."""
        if self._sink is not None:
            return True
        sink, relay = self._opening or (self._make_sink(self._buffer_s), _Relay())
        self._opening = None
        try:
            info = sink.open(relay)
        except DeviceHangs as error:
            self._opening = sink, relay
            self._miss(error)
            return False
        except NoDevice as error:
            self._miss(error)
            return False
        if self.mixer.format != info.format:
            self.mixer = Mixer(info.format)
        if self.problem is not None:
            self._reader.cut()  # what stopped in the middle goes on with a fade
        self.mixer.release()
        self._volume.attach(info.card, self.mixer)
        relay.read = self._reader.read
        self._sink, self._relay, self._info = sink, relay, info
        self._growing = self._released = False
        self._hangs_since = None
        self._last_underruns = 0
        self._rest.interrupt()
        self._tell(None)
        return True

    def close(self) -> None:
        """Let go of the device."""
        sink, self._sink, self._runs = self._sink, None, False
        opening, self._opening = self._opening, None
        if opening is not None:
            opening[0].close()
        if sink is not None:
            self._underruns_before += sink.underruns
            sink.close()

    def set_gain(self, gain: float, *, muted: bool = False) -> None:
        """Set the linear gain of all that is heard, on whatever device."""
        self._volume.set(gain, muted=muted)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to poll for input, upon which there is a `tick` to do."""
        return self._volume.descriptors

    @property
    def ready(self) -> bool:
        """Whether there is a device to play on, or one that was let go of while it was silent."""
        return self._sink is not None or self._released

    @property
    def missed(self) -> bool:
        """Whether there is no device to play on, and not because it is still being loaded."""
        return self._sink is None and self.problem is not None

    @property
    def running(self) -> bool:
        """Whether the device is pulling frames."""
        return self._sink is not None and self._sink.started

    @property
    def quiet(self) -> bool:
        """Whether the device holds nothing but silence."""
        return not self.running or self._reader.silent_frames >= self.buffer_s * self.rate

    @property
    def growing(self) -> bool:
        """Whether all is to be silent, since the device gets a larger buffer."""
        return self._growing

    @property
    def rate(self) -> int:
        """Frames per second of the device."""
        return self.mixer.format.rate

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
            self._drop()

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
        """Let the device run; while nothing is to be heard, for as long as it lingers."""
        self._rest.interrupt()
        if not self.open():
            return
        assert self._sink is not None
        try:
            if self._growing and not self._sink.started:
                self._grow()
                return
            if not self._sink.started:
                self.mixer.begin()
            self._sink.start()
            self._runs = True
        except DeviceHangs as error:
            self._lose(error.message)
            self._report(reports.Stuck())  # PortAudio never comes back from starting what is gone
        except NoDevice as error:
            self._lose(error.message)

    def rest(self) -> None:
        """Nothing is to be heard for now."""
        self._wanted = False

    def lay(self, overlay: Overlay | None) -> None:
        """Have `overlay`, made for the mixer, heard in its place; None: no more."""
        self._overlay = overlay
        self._volume.lay(overlay)
        if self._sink is not None:
            self._relay.read = self._reader.read
        if overlay is not None:
            self._tend_volume(self._clock.now())  # before anything is heard, if nothing is
            self.warm()

    @property
    def _reader(self) -> Mixer | Overlay:
        """What feeds the device now."""
        overlay = self._overlay
        return overlay if overlay is not None and overlay.music is self.mixer else self.mixer

    @property
    def _needed(self) -> bool:
        """Whether anything is to be heard."""
        return self._wanted or self._overlay is not None

    def tick(self, now: float) -> float:
        """Look after the device; seconds until it wants to be looked after again."""
        wait = self._tend(now)
        return min(wait, self._tend_volume(now))

    def _tend_volume(self, now: float) -> float:
        return self._volume.tick(now, quiet=self.quiet, buffer_s=self.buffer_s)

    def _tend(self, now: float) -> float:
        if self._sink is None:
            return self._look_out(now)
        if self._runs and not self._sink.started:
            self._lose(self._how_it_stopped(now))
            return 0.0
        if self._growing and self.quiet:
            self._grow()
            return 0.0
        if self._overlay is not None and not self._runs:
            self.warm()
            return 0.0
        wait = NEVER
        if self._runs:
            wait = max(self._sink.pulled_at + self._sink.info.patience - now, LEAST_S)
        if not self._needed:
            return min(wait, self._go_to_rest(now))
        self._watch_underruns(now)
        return min(wait, GROW_S) if self._growing else wait

    def tell(self) -> None:
        """Report the output as it is now."""
        self._tell(self.problem)

    def _go_to_rest(self, now: float) -> float:
        """Stop a device that is silent, and let go of it in the end; seconds until the next."""
        assert self._sink is not None
        if self._runs and self._rest.may_stop(now):
            self._drop()
            self._tell(self.problem)
        elif self._rest.may_release(now):
            self.close()
            self._released = True
        return self._rest.wait(now)

    # --- trouble ----------------------------------------------------------------------------

    def _look_out(self, now: float) -> float:
        """Look for the device that is missed; seconds until the next time."""
        if self._released and not self._needed:
            return NEVER
        if now >= self._retry_at and self.open():
            if self._wanted:
                self.sound()
            return 0.0
        return max(self._retry_at - self._clock.now(), 0.0)

    def _miss(self, error: NoDevice) -> None:
        """The device could not be opened."""
        now = self._clock.now()
        self._released = False
        if not isinstance(error, DeviceHangs):
            self._hangs_since = None
            self._retry_at = now + (RETRY_S if self._needed else RETRY_AT_REST_S)
        else:
            self._retry_at = now + ASK_S
            if self._hangs_since is None:
                self._hangs_since = now
            elif now - self._hangs_since > STUCK_S:
                self._hangs_since = now
                self._report(reports.Stuck())
            if self._info is None and now - self._hangs_since < LOAD_S:
                return
        self._tell(error.message)

    def _lose(self, why: str) -> None:
        """The device does not work any more: look for it at once, as it may only have stumbled,
        but not without a pause between one time and the next.
        """
        now = self._clock.now()
        self._relay.read = _nothing
        self._retry_at, self._lost_at = max(now, self._lost_at + RETRY_S), now
        self._volume.detach()
        self._tell(why)  # before its driver is asked for anything more, which may take a while
        self.close()

    def _how_it_stopped(self, now: float) -> str:
        assert self._sink is not None
        name = self._sink.info.device
        if now - self._sink.pulled_at >= self._sink.info.patience:
            return f'The sound device "{name}" hangs: it does not ask for frames any more.'
        return f'The sound device "{name}" stopped by itself; check that it is connected.'

    def _drop(self) -> None:
        assert self._sink is not None
        if not self._runs:
            return
        self._runs = False
        try:
            self._sink.drop()
        except NoDevice as error:
            self._lose(error.message)

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

    def _tell(self, problem: str | None) -> None:
        info, sink = self._info, self._sink
        delay_ms = sink.delay_s * 1000 if sink and self.running else 0.0
        state = OutputState(
            backend=info.backend if info else "none",
            device=info.device if info else "",
            rate=info.format.rate if info else 0,
            channels=info.format.channels if info else 0,
            buffer_ms=round(info.buffer * 1000, 1) if info else 0.0,
            delay_ms=DELAY_STEP_MS * round(delay_ms / DELAY_STEP_MS),
            underruns=self._underruns_before + (sink.underruns if sink else 0),
            level_dbfs=sink.level_dbfs if sink else None,
            mixer=self._volume.name,
        )
        if state != self._told or problem != self.problem:
            self._told, self.problem = state, problem
            self._report(reports.Device(state, problem))


def _nothing(out: Samples, heard_at: float) -> None:  # noqa: ARG001 - as a `FrameReader` reads
    """What a device gets that is given up."""
    out[:] = 0.0
