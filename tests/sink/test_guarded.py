"""Drivers that do not come back, and who waits for them: nobody."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest

from receiver.clock.system import SystemClock
from receiver.errors import NoDevice
from receiver.sink import guarded
from receiver.sink.base import DeviceHangs, FrameReader, SinkInfo
from receiver.sink.guarded import GuardedSink
from receiver.sink.mock import MockSink
from tests.sink.readers import Reader

FOREVER = 10.0
"""Seconds that no test waits."""


class Tar(MockSink):
    """A device that sticks in the calls of these names, until it is `free`."""

    def __init__(self, *sticky: str) -> None:
        super().__init__(SystemClock(), keep_time=True)
        self.sticky = set(sticky)
        self.free = threading.Event()
        self.calls: list[str] = []

    def open(self, reader: FrameReader) -> SinkInfo:
        self._enter("open")
        return super().open(reader)

    def start(self) -> None:
        self._enter("start")
        super().start()

    def drop(self) -> None:
        self._enter("drop")
        super().drop()

    def close(self) -> None:
        self._enter("close")
        super().close()

    def _enter(self, name: str) -> None:
        self.calls.append(name)
        if name in self.sticky:
            assert self.free.wait(FOREVER)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits long here; and every thread of a device is over in the end."""
    monkeypatch.setattr(guarded, "OPEN_S", 0.05)
    monkeypatch.setattr(guarded, "CALL_S", 0.05)
    yield
    for thread in threading.enumerate():
        if thread.name == "device":
            thread.join(FOREVER)
            assert not thread.is_alive()


def test_a_device_that_hangs_as_it_is_opened_is_asked_again_how_it_stands() -> None:
    tar = Tar("open")
    sink = GuardedSink(lambda: tar, threading.Lock())
    for _ in range(3):
        with pytest.raises(DeviceHangs, match="hangs"):
            sink.open(Reader())
    tar.free.set()
    while True:
        try:
            info = sink.open(Reader())
        except DeviceHangs:
            continue
        break
    assert info == tar.info == sink.info
    assert tar.calls == ["open"], "one and the same"
    sink.start()
    assert sink.started
    sink.close()


@pytest.mark.parametrize("call", ["start", "drop"])
def test_a_call_that_does_not_come_back_is_given_up(call: str) -> None:
    tar = Tar(call)
    sink = GuardedSink(lambda: tar, threading.Lock())
    sink.open(Reader())
    if call == "drop":
        sink.start()
    with pytest.raises(DeviceHangs):
        getattr(sink, call)()
    sink.close()
    tar.free.set()


def test_a_device_is_closed_when_it_has_come_to_itself() -> None:
    tar = Tar("drop")
    sink = GuardedSink(lambda: tar, threading.Lock())
    sink.open(Reader())
    sink.start()
    sink.close()
    assert not sink.started
    tar.free.set()


@pytest.mark.parametrize("sticky", ["start", "drop", "close"])
def test_a_device_that_gave_up_is_not_waited_for_once_more(
    monkeypatch: pytest.MonkeyPatch, sticky: str
) -> None:
    """Whoever hears it has to be told at once that it is gone."""
    waited: list[float] = []
    over = guarded._Call.over

    def watched(call: guarded._Call[None], seconds: float) -> bool:
        waited.append(seconds)
        return over(call, seconds)

    monkeypatch.setattr(guarded._Call, "over", watched)
    tar = Tar(sticky)
    sink = GuardedSink(lambda: tar, threading.Lock())
    sink.open(Reader())
    with contextlib.suppress(DeviceHangs):
        sink.start()
        if sticky == "drop":
            sink.drop()
    tar.vanish()
    sink.close()
    assert waited[-1] == 0.0
    tar.free.set()


def test_the_next_is_not_opened_before_the_one_before_is_closed() -> None:
    gate, tar, other = threading.Lock(), Tar("close"), MockSink(SystemClock())
    before = GuardedSink(lambda: tar, gate)
    before.open(Reader())
    before.close()
    after = GuardedSink(lambda: other, gate)
    with pytest.raises(DeviceHangs):
        after.open(Reader())
    assert other._reader is None
    tar.free.set()
    while True:
        try:
            after.open(Reader())
        except DeviceHangs:
            continue
        break
    after.close()


def test_who_gives_up_a_device_that_hangs_as_it_is_opened_leaves_nothing_open() -> None:
    tar = Tar("open")
    sink = GuardedSink(lambda: tar, threading.Lock())
    with pytest.raises(DeviceHangs):
        sink.open(Reader())
    sink.close()
    tar.free.set()
    for thread in threading.enumerate():
        if thread.name == "device":
            thread.join(FOREVER)
    assert tar.calls[-2:] == ["open", "close"]


def test_a_refusal_is_handed_on_and_leaves_no_thread() -> None:
    mock = MockSink(SystemClock())
    mock.occupy()
    sink = GuardedSink(lambda: mock, threading.Lock())
    with pytest.raises(NoDevice, match="busy"):
        sink.open(Reader())
    mock.plug_in()
    sink.open(Reader())
    sink.close()
