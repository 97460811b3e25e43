"""The sound device as the engine uses it: opened, kept ready, watched, let go, waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from receiver.clock.base import Clock
from receiver.engine.absence import Absence
from receiver.engine.buffer import Buffer
from receiver.engine.card_volume import CardVolume
from receiver.engine.relay import Relay
from receiver.engine.rest import Rest
from receiver.errors import NoDevice
from receiver.model import reports
from receiver.model.state import Output as OutputState
from receiver.pcm.format import Format
from receiver.pcm.mixer import Mixer
from receiver.pcm.overlay import Overlay
from receiver.sink.base import AudioSink, DeviceHangs, SinkInfo

DELAY_STEP_MS = 5.0
"""The delay is told in such steps, so that its jitter is no news."""
RENEW_S = 0.005
LEAST_S = 0.001
UNKNOWN = Format(44100, 2)
"""What is decoded for before there was any device."""
NEVER = float("inf")


MakeSink = Callable[[float], AudioSink]
"""A sink with a buffer of so many seconds, not yet open."""


class _Choice(NamedTuple):
    """Another device, and who is told whether it is in use, or why not."""

    make_sink: MakeSink
    tell: Callable[[str | None], None]


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
        self._buffer = Buffer(buffer_s, max_buffer_s)
        self._clock = clock
        self._report = report
        self._rest = rest or Rest()
        self._volume = volume or CardVolume("software", None, clock, report)
        self._sink: AudioSink | None = None
        self._opening: tuple[AudioSink, Relay] | None = None
        """What hung when it was to be opened."""
        self._relay = Relay()
        self._info: SinkInfo | None = None
        self._wanted = False
        self._runs = False
        """Whether the sink was started and not dropped."""
        self._released = False
        self._absence = Absence()
        self._told: OutputState | None = None
        self._choice: _Choice | None = None
        self._renewing = False
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
        choice, self._choice = self._choice, None
        if choice is not None and self._opens(choice):
            return True
        try:
            self._open()
        except NoDevice as error:
            self._miss(error)
            return False
        return True

    def _open(self) -> None:
        """Open the device. Raises `NoDevice`."""
        sink, relay = self._opening or (self._make_sink(self._buffer.seconds), Relay())
        self._opening = None
        try:
            info = sink.open(relay)
        except DeviceHangs:
            self._opening = sink, relay
            raise
        if self.mixer.format != info.format:
            self.mixer = Mixer(info.format)
        if self.problem is not None:
            self._reader.cut()  # what stopped in the middle goes on with a fade
        self.mixer.release()
        self._volume.attach(info.card, self.mixer)
        relay.read = self._reader.read
        self._sink, self._relay, self._info = sink, relay, info
        self._renewing = self._released = False
        self._absence.over()
        self._rest.interrupt()
        self._tell(None)

    def close(self) -> None:
        """Let go of the device."""
        sink, self._sink, self._runs = self._sink, None, False
        opening, self._opening = self._opening, None
        if opening is not None:
            opening[0].close()
        if sink is not None:
            self._buffer.closed(sink.underruns)
            sink.close()

    def use(self, make_sink: MakeSink, tell: Callable[[str | None], None]) -> None:
        """Have all heard from another device, and from the one before where that cannot be opened.
        `tell` is told why it cannot, or None. What sounds fades out and in, and loses no frame.
        """
        if self._choice is not None:
            self._choice.tell("Another sound device was chosen meanwhile.")
        self._choice = _Choice(make_sink, tell)
        self._renew_soon()

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
    def renewing(self) -> bool:
        """Whether all is to be silent, since the device is to be opened anew."""
        return self._renewing

    @property
    def rate(self) -> int:
        """Frames per second of the device."""
        return self.mixer.format.rate

    @property
    def buffer_s(self) -> float:
        """Length of the device's buffer."""
        return self._info.buffer if self._info is not None else self._buffer.seconds

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
            if self._renewing and not self._sink.started:
                self._renew()
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
        if self._renewing and self.quiet:
            self._renew()
            return 0.0
        if self._overlay is not None and not self._runs:
            self.warm()
            return 0.0
        wait = RENEW_S if self._renewing else NEVER
        if self._runs:
            wait = min(wait, max(self._sink.pulled_at + self._sink.info.patience - now, LEAST_S))
        if not self._needed:
            return min(wait, self._go_to_rest(now))
        self._watch_underruns(now)
        return RENEW_S if self._renewing else wait

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
        if self._released and not self._needed and self._choice is None:
            return NEVER
        if (now >= self._absence.retry_at or self._choice is not None) and self.open():
            if self._wanted:
                self.sound()
            return 0.0
        return max(self._absence.retry_at - self._clock.now(), 0.0)

    def _miss(self, error: NoDevice) -> None:
        """The device could not be opened."""
        now, self._released = self._clock.now(), False
        if self._absence.missed(error, now, needed=self._needed):
            self._report(reports.Stuck())
        if self._info is not None or not self._absence.may_be_loading(now):
            self._tell(error.message)

    def _lose(self, why: str) -> None:
        """The device does not work any more."""
        self._relay.give_up()
        self._absence.lost(self._clock.now())
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
        if count == self._buffer.count:
            return
        too_often = self._buffer.ran_dry(count, self._sink.gap_s, self._sink.info.buffer, now)
        if too_often and not self._renewing:
            self._buffer.grow()
            self._renew_soon()
        self._tell(self.problem)

    # --- another buffer, another device -----------------------------------------------------

    def _renew_soon(self) -> None:
        """Open the device anew as soon as nothing is heard."""
        self._renewing = True
        self.mixer.hold()

    def _renew(self) -> None:
        """Open the device anew, with the buffer or as the one that is wanted now, while only
        silence stands in it.
        """
        self._renewing = False
        self.close()
        if self._wanted:
            self.sound()
        else:
            self.open()

    def _opens(self, choice: _Choice) -> bool:
        """Open another device; where that cannot be, the one before is to be opened again."""
        self.close()
        before, self._make_sink = self._make_sink, choice.make_sink
        try:
            self._open()
        except NoDevice as error:
            self.close()
            self._make_sink = before
            choice.tell(error.message)
            return False
        choice.tell(None)
        return True

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
            underruns=self._buffer.before + (sink.underruns if sink else 0),
            level_dbfs=sink.level_dbfs if sink else None,
            mixer=self._volume.name,
        )
        if state != self._told or problem != self.problem:
            self._told, self.problem = state, problem
            self._report(reports.Device(state, problem))
