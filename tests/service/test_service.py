"""What systemd is told: by a real socket, and by a real receiver."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.client import Client
from receiver.clock.mock import MockClock
from receiver.model.reports import Joined, Position, Sounding
from receiver.model.state import Problem
from receiver.service.notify import Notifier
from receiver.service.service import Service
from receiver.service.status import LONGEST, status_line
from receiver.service.watchdog import PATIENCE_S
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks
from tests.service.states import a_state


class Manager:
    """The socket that systemd listens on."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(30)

    def hear(self) -> dict[str, str]:
        """The next message, which must come."""
        lines = self.socket.recv(4096).decode().split("\n")
        return dict(line.split("=", 1) for line in lines)

    def all_so_far(self) -> list[dict[str, str]]:
        """What has been said and not been heard."""
        self.socket.setblocking(False)
        heard = []
        try:
            while True:
                heard.append(self.hear())
        except BlockingIOError:
            return heard
        finally:
            self.socket.settimeout(30)

    async def until(self, field: str, text: str) -> None:
        """Wait for a message in which `field` holds `text`."""
        while text not in (await asyncio.to_thread(self.hear)).get(field, ""):
            pass


@pytest.fixture(params=["a path", "an abstract name"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    abstract = request.param == "an abstract name"
    made = Manager(f"@tonearm-{os.getpid()}" if abstract else str(tmp_path / "notify"))
    yield made
    made.socket.close()


def service(manager: Manager, clock: MockClock, **variables: str) -> Service:
    environ = {"NOTIFY_SOCKET": manager.address, **variables}
    return Service.of_environment(environ, clock, pid=77)


def test_it_says_what_it_does_and_only_what_is_new(manager: Manager) -> None:
    told = service(manager, MockClock())
    told.published(a_state("idle"))
    assert manager.all_so_far() == [], "nothing before it is ready"
    told.ready()
    assert manager.hear() == {"READY": "1", "STATUS": "Ready"}
    for _ in range(3):
        told.published(a_state("playing", "Blue", "Joni"))
    told.published(a_state("paused", "Blue", "Joni"))
    told.stopping()
    assert manager.all_so_far() == [
        {"STATUS": "Playing Blue by Joni"},
        {"STATUS": "Paused: Blue by Joni"},
        {"STOPPING": "1", "STATUS": "Stopping"},
    ]


async def test_the_watchdog_is_fed_while_sound_advances(manager: Manager) -> None:
    clock = MockClock()
    told = service(manager, clock, WATCHDOG_USEC="30000000", WATCHDOG_PID="77")
    async with asyncio.TaskGroup() as tasks:
        feeding = tasks.create_task(told.run())
        await clock.advance(60.0)
        assert manager.all_so_far() == [{"WATCHDOG": "1"}] * 5, "twice as often as it must be"
        told.published(a_state("playing"))
        for report in (
            Sounding(1, 0.0, clock.now(), clock.now()),
            Position(1, 50.0, clock.now() + 50.0),
            Joined(2, clock.now() + 100.0),
        ):
            await clock.advance(50.0)
            told.reported(report)
        assert manager.all_so_far() == [{"WATCHDOG": "1"}] * 10
        await clock.advance(PATIENCE_S)
        manager.all_so_far()
        await clock.advance(600.0)
        assert manager.all_so_far() == [], "it says that it plays, and nothing is heard"
        told.published(a_state("buffering"))
        await clock.advance(15.0)
        assert manager.all_so_far() == [{"WATCHDOG": "1"}]
        feeding.cancel()


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
    ],
)
async def test_a_watchdog_that_is_not_ours_is_not_fed(
    manager: Manager, variables: dict[str, str]
) -> None:
    await service(manager, MockClock(), **variables).run()
    assert manager.all_so_far() == []


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative/path"])
async def test_without_a_manager_nothing_is_said(address: str) -> None:
    told = Service.of_environment({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1"}, MockClock(), 1)
    told.ready()
    told.published(a_state("playing"))
    await told.run()
    told.stopping()


@pytest.mark.parametrize("address", ["/no/such/socket", "@tonearm-nobody-listens", "@" + "x" * 200])
def test_a_manager_that_is_gone_does_no_harm(address: str) -> None:
    Notifier(address)(READY="1")


@given(st.text(), st.text())
def test_a_stranger_cannot_speak_to_the_manager(title: str, artist: str) -> None:
    manager = Manager(f"@tonearm-strange-{os.getpid()}")
    try:
        told = service(manager, MockClock())
        told.published(a_state("playing", title, artist))
        told.ready()
        assert manager.hear().keys() == {"READY", "STATUS"}
    finally:
        manager.socket.close()


def test_the_line_tells_the_problem_first_and_no_secret_ever() -> None:
    playing = a_state("playing")
    assert status_line(playing) == "Playing a stream from radio.example"
    problem = Problem("no_device", "There is no sound device. " * 9)
    line = status_line(msgspec.structs.replace(playing, problem=problem))
    assert line.startswith("There is no sound device.")
    assert len(line) == LONGEST


@pytest.mark.tools("oggenc", "oggdec")
async def test_a_real_receiver_from_ready_to_stopping(
    manager: Manager, tmp_path: Path, tracks: Tracks
) -> None:
    environ = {**os.environ, "NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "400000"}
    async with HttpServer() as server:
        url = server.serve("/track.ogg", Serving(tracks.get(1, 20).path.read_bytes()))
        with ReceiverProcess(tmp_path, "--audio", "mock", environ=environ) as process:
            await manager.until("READY", "1")
            async with Client("127.0.0.1", process.port) as client:
                await client.play(url)
                await manager.until("STATUS", "Playing a stream from 127.0.0.1")
                await manager.until("WATCHDOG", "1")
            process.process.send_signal(signal.SIGTERM)
            await manager.until("STOPPING", "1")
            assert process.stop() == 0
