"""One contract for both links: orders and bytes go in, in order; reports come out."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from receiver.clock.mock import MockClock
from receiver.clock.system import SystemClock
from receiver.engine import wire
from receiver.engine.build import build_engine
from receiver.engine.child import AudioChild
from receiver.engine.link import EngineLink, LocalLink
from receiver.engine.process import Outbox
from receiver.engine.process_link import LAST_FRAME_S, ProcessLink
from receiver.engine.settings import EngineSettings
from receiver.engine.wire import MAX_DATA, Data
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.state import Output
from tests.rig.tracks import Tracks
from tests.sink.clocks import LeapingClock

SETTINGS = EngineSettings(backend="mock")
CLOCK = SystemClock()
DAC = Output("portaudio", "dac")


class Running:
    """A link that runs, and what it has reported."""

    def __init__(self, link: EngineLink) -> None:
        self.link = link
        self.reports: list[r.Report] = []
        self._news = asyncio.Event()

    def receive(self, report: r.Report) -> None:
        self.reports.append(report)
        self._news.set()

    async def until(self, kind: type[r.Report], count: int = 1) -> r.Report:
        """The newest report of a kind, when there are so many."""
        while len(found := [x for x in self.reports if isinstance(x, kind)]) < count:
            self._news.clear()
            await self._news.wait()
        return found[-1]

    def load(self, track: int, stream: bytes, *, paused: bool = False) -> None:
        self.link.send(o.Load(track, paused=paused))
        for start in range(0, len(stream), MAX_DATA):
            self.link.send(Data(track, 0, stream[start : start + MAX_DATA]))
        self.link.send(Data(track, 0, b"", last=True))


@asynccontextmanager
async def running(link: EngineLink) -> AsyncIterator[Running]:
    run = Running(link)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(link.run(run.receive))
        await run.until(r.Device)
        yield run
        task.cancel()


def local() -> EngineLink:
    return LocalLink(lambda receive: build_engine(SETTINGS, CLOCK, receive), CLOCK)


def process() -> EngineLink:
    return ProcessLink(SETTINGS, CLOCK)


def given_process() -> EngineLink:
    return ProcessLink(SETTINGS, CLOCK, AudioChild.start(SETTINGS))


def pid_of(link: ProcessLink) -> int:
    assert link.pid is not None
    return link.pid


@pytest.mark.tools("oggenc", "oggdec")
@pytest.mark.parametrize("make", [local, process, given_process])
async def test_a_track_goes_in_and_its_reports_come_out(
    tracks: Tracks, make: Callable[[], EngineLink]
) -> None:
    stream = tracks.get(3, 1).path.read_bytes()
    async with running(make()) as run:
        run.link.send(o.Ping())
        await run.until(r.Pong)
        run.link.send(o.SetGain(0.1))
        for track in (1, 2):
            run.load(track, stream)
            ended = await run.until(r.Ended, track)
            assert isinstance(ended, r.Ended)
            assert ended.track == track
        kinds = [type(report) for report in run.reports if getattr(report, "track", 0) == 1]
        order = [r.Described, r.Decoded, r.Sounding, r.Ended]
        assert [kind for kind in dict.fromkeys(kinds) if kind in order] == order


def test_what_is_not_urgent_is_told_at_the_end_of_a_turn_and_in_order() -> None:
    """Control, woken, would contend with the device that is started meanwhile."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        theirs.setblocking(False)
        outbox = Outbox(ours)

        def arrived() -> list[r.Report]:
            reports = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    reports.append(wire.decode_report(theirs.recv(wire.MAX_DATAGRAM)))
            return reports

        decoded, sounding = r.Decoded(1, 0.0), r.Sounding(1, 0.0, 0.0, 0.0)
        outbox.put(decoded)
        assert arrived() == []
        outbox.flush()
        assert arrived() == [decoded]
        outbox.put(decoded)
        outbox.put(sounding)
        assert arrived() == [decoded, sounding]


async def test_a_process_that_dies_is_replaced() -> None:
    link = ProcessLink(SETTINGS, CLOCK)
    async with running(link) as run:
        for deaths in (1, 2):
            before = pid_of(link)
            os.kill(before, signal.SIGKILL)
            died = await run.until(r.Died, deaths)
            assert isinstance(died, r.Died)
            assert "SIGKILL" in died.reason
            assert pid_of(link) != before
            link.send(o.Ping())


async def test_the_pause_before_another_start_grows_up_to_four_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = MockClock()
    starts: list[float] = []

    def start(_: EngineSettings) -> AudioChild:
        starts.append(clock.now())
        raise OSError("no memory")

    monkeypatch.setattr(AudioChild, "start", start)
    async with asyncio.TaskGroup() as tasks:
        link = tasks.create_task(ProcessLink(SETTINGS, clock).run(lambda _: None))
        await clock.advance(20.0)
        link.cancel()
    pauses = [later - sooner for sooner, later in itertools.pairwise(starts)]
    assert pauses[:9] == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 4.0, 4.0])


async def test_a_process_that_hangs_is_ended_and_replaced() -> None:
    link = ProcessLink(SETTINGS, CLOCK, silence_s=0.5)
    async with running(link) as run:
        os.kill(pid_of(link), signal.SIGSTOP)
        died = await run.until(r.Died)
        assert isinstance(died, r.Died)
        assert "SIGKILL" in died.reason


async def test_a_process_is_not_blamed_when_we_ourselves_stood_still() -> None:
    """As on a machine that was suspended, or had no time for us."""
    link = ProcessLink(SETTINGS, CLOCK, silence_s=0.5)
    async with running(link) as run:
        link.send(o.Ping())
        await run.until(r.Pong)
        before, pongs = pid_of(link), len([x for x in run.reports if isinstance(x, r.Pong)])
        time.sleep(1.2)  # noqa: ASYNC251 - nothing of ours runs
        await run.until(r.Pong, pongs + 2)
        assert pid_of(link) == before


def test_a_child_that_was_reaped_behind_our_back_is_over() -> None:
    """So it is where whoever started the daemon ignores SIGCHLD."""
    child = AudioChild.start(SETTINGS)
    child.kill()
    os.waitpid(child.pid, 0)
    assert child.ended
    assert child.how_it_ended == "it went away"
    child.kill()
    child.channel.close()


async def test_a_process_that_cannot_use_the_device_any_more_is_replaced() -> None:
    """Its thread at real-time priority turns without end, since the device is gone."""
    link = ProcessLink(SETTINGS, CLOCK)
    async with running(link) as run:
        os.kill(pid_of(link), signal.SIGXCPU)
        died = await run.until(r.Died)
        assert isinstance(died, r.Died)
        assert died.device
        os.kill(pid_of(link), signal.SIGSEGV)
        died = await run.until(r.Died, 2)
        assert isinstance(died, r.Died)
        assert not died.device


def sleeper() -> int:
    """The id of a process that does nothing."""
    return os.posix_spawn("/bin/sleep", ["sleep", "60"], {})


async def test_a_process_that_says_it_is_stuck_is_replaced() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    stuck = sleeper()
    link = ProcessLink(SETTINGS, CLOCK, AudioChild(stuck, ours))
    theirs.send(wire.encode_report(r.Device(DAC)))
    theirs.send(wire.encode_report(r.Stuck()))
    async with running(link) as run:
        theirs.close()
        died = await run.until(r.Died)
        assert isinstance(died, r.Died)
        assert (died.reason, died.device) == ("ended by SIGKILL", True)
        assert pid_of(link) != stuck


@pytest.mark.parametrize(
    "nonsense", [b"?" * 99, b"\xc1", b"\x81\xa4type\xa4Nope", b"\x81\xa1\xff\x01"]
)
async def test_a_process_that_talks_nonsense_is_replaced(nonsense: bytes) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mad = sleeper()
    link = ProcessLink(SETTINGS, CLOCK, AudioChild(mad, ours))
    theirs.send(wire.encode_report(r.Device(DAC)))
    theirs.send(nonsense)
    async with running(link) as run:
        await run.until(r.Died)
        assert pid_of(link) != mad
    theirs.close()


async def test_a_process_that_cannot_be_killed_is_left_alone() -> None:
    """As while a driver holds it fast inside the kernel."""

    class Immortal(AudioChild):
        immortal = True

        @property
        def ended(self) -> bool:
            return not self.immortal and super().ended

    clock = LeapingClock()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = Immortal(sleeper(), ours)
    link = ProcessLink(SETTINGS, clock, child)
    theirs.send(wire.encode_report(r.Device(DAC)))
    async with running(link) as run:
        theirs.close()
        await asyncio.sleep(0.05)
        clock.leap(2 * LAST_FRAME_S + 0.1)
        await run.until(r.Died)
        assert isinstance(run.reports[-1], r.Died)
        assert run.reports[-1].device
        assert pid_of(link) != child.pid
        assert link._abandoned == [child]
        child.immortal = False
        os.kill(pid_of(link), signal.SIGKILL)
        await run.until(r.Died, 2)
        assert not link._abandoned
