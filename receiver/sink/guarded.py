"""A sink whose driver may hang, and then holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

from receiver.sink.base import AudioSink, DeviceHangs, FrameReader, SinkInfo

T = TypeVar("T")

OPEN_S = 0.9
"""How long the device may take to be found and opened."""
CALL_S = 0.5
"""How long it may take over everything else."""


class GuardedSink:
    """Another sink, to which every call is made on a thread of its own, and waited for only so
    long: then it raises `DeviceHangs`, and the thread is left with it.

    `make` gives the other sink; it is called on that thread too. Sinks that share a `gate` come
    one after another: a driver is not asked to open a device while it hangs over the one before.
    """

    info: SinkInfo

    def __init__(self, make: Callable[[], AudioSink], gate: threading.Lock) -> None:
        self._make = make
        self._gate = gate
        self._sink: AudioSink | None = None
        self._calls: SimpleQueue[_Call[SinkInfo] | _Call[None] | None] | None = None
        self._opening: _Call[SinkInfo] | None = None
        self._runs = False
        """Whether it is to run: it was to be started, and was not dropped since."""

    def open(self, reader: FrameReader) -> SinkInfo:
        """See `AudioSink.open`."""
        patience = 0.0
        if self._opening is None:
            patience = OPEN_S
            self._opening = _Call(lambda: self._open(reader))
            self._calls = SimpleQueue()
            self._calls.put(self._opening)
            threading.Thread(
                target=self._work, args=(self._calls,), name="device", daemon=True
            ).start()
        try:
            self.info = self._opening.wait(patience)
        except DeviceHangs:
            raise
        except Exception:
            self.close()
            raise
        self._opening = None
        return self.info

    def start(self) -> None:
        """See `AudioSink.start`."""
        assert self._sink is not None, "start before open"
        self._runs = True
        self._do(self._sink.start)

    def drop(self) -> None:
        """See `AudioSink.drop`."""
        if self._sink is not None:
            self._do(self._sink.drop)
            self._runs = False

    def close(self) -> None:
        """See `AudioSink.close`. One that gave up by itself is not waited for: it may well hang,
        and whoever hears it has not been told yet.
        """
        gave_up, self._runs = self._runs and not self.started, False
        calls, self._calls, self._opening = self._calls, None, None
        if calls is None:
            return
        last = _Call(self._close)
        calls.put(last)
        calls.put(None)
        last.over(0.0 if gave_up else CALL_S)

    @property
    def started(self) -> bool:
        """See `AudioSink.started`."""
        return self._sink is not None and self._sink.started

    @property
    def delay_s(self) -> float:
        """See `AudioSink.delay_s`."""
        return 0.0 if self._sink is None else self._sink.delay_s

    @property
    def pulled_at(self) -> float:
        """See `AudioSink.pulled_at`."""
        return 0.0 if self._sink is None else self._sink.pulled_at

    @property
    def underruns(self) -> int:
        """See `AudioSink.underruns`."""
        return 0 if self._sink is None else self._sink.underruns

    @property
    def gap_s(self) -> float:
        """See `AudioSink.gap_s`."""
        return 0.0 if self._sink is None else self._sink.gap_s

    @property
    def level_dbfs(self) -> float | None:
        """See `AudioSink.level_dbfs`."""
        return None if self._sink is None else self._sink.level_dbfs

    # --- on the thread ----------------------------------------------------------------------

    def _work(self, calls: SimpleQueue[_Call[SinkInfo] | _Call[None] | None]) -> None:
        with self._gate:
            while (call := calls.get()) is not None:
                call.make()

    def _open(self, reader: FrameReader) -> SinkInfo:
        sink = self._make()
        info = sink.open(reader)
        self._sink = sink
        return info

    def _close(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close()

    # --- inside -----------------------------------------------------------------------------

    def _do(self, function: Callable[[], None]) -> None:
        """Have something done on the thread, and wait for it."""
        assert self._calls is not None
        call = _Call(function)
        self._calls.put(call)
        call.wait(CALL_S)


class _Call(Generic[T]):
    """A call that is made on another thread."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._over = threading.Event()
        self._result: T | None = None
        self._error: Exception | None = None

    def make(self) -> None:
        """Make it. The other thread."""
        try:
            self._result = self._function()
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            self._error = error
        self._over.set()

    def over(self, seconds: float) -> bool:
        """Wait so long at most; whether it is over."""
        return self._over.wait(seconds)

    def wait(self, seconds: float) -> T:
        """What came of it; raises what it raised, or `DeviceHangs` after so many seconds."""
        if not self.over(seconds):
            raise DeviceHangs(
                "The sound device hangs: its driver does not answer. Unplug it and plug it in "
                "again, or restart the sound server that it belongs to."
            )
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # None only where T allows it
