"""What every machine promises: the mock, and the one that the tests run on."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from receiver.doctor.base import LIBRARIES, Machine
from receiver.doctor.machine import ThisMachine
from receiver.doctor.mock import MockMachine
from receiver.errors import NoDevice

pytestmark = pytest.mark.tools("libportaudio.so.2")


@pytest.fixture(params=[MockMachine, ThisMachine])
def machine(request: pytest.FixtureRequest) -> Machine:
    made: Machine = request.param()
    return made


def test_what_is_not_there_is_none_or_nothing(machine: Machine) -> None:
    assert machine.read("/no/such/file") is None
    assert machine.names("/no/such/folder") == []
    assert machine.run("no-such-program", "--help") is None
    assert machine.installed("no-such-package") is None
    assert not machine.has_module("no_such_package")
    assert not machine.has_module("no_such_package.inside")
    assert not machine.has_module("aiohttp.no_such_module")
    assert not machine.may_write("/no/such/device")


def test_files_and_folders(machine: Machine) -> None:
    assert "self" in machine.names("/proc")
    limits = machine.read("/proc/self/limits")
    assert limits is not None
    assert limits == limits.strip()
    assert "Max realtime priority" in limits


def test_the_system_tells_of_itself(machine: Machine) -> None:
    assert machine.python >= (3, 11)
    assert machine.year > 2000
    assert abs(machine.correction_ppm) < 1e6
    for line in machine.required():
        assert re.match(r"[\w.-]+([=<>]=?[\w.]+,?)*", line)
    assert "aiohttp" in " ".join(machine.required())
    assert machine.installed("aiohttp") is not None
    assert machine.has_module("aiohttp")
    assert set(machine.libraries()) <= set(LIBRARIES)
    assert "1.3" in machine.libraries()["libvorbis.so.0"]


def test_a_disk(machine: Machine, tmp_path: Path) -> None:
    disk = machine.disk(tmp_path / "not" / "yet")
    assert disk.free_bytes > 0
    assert disk.refusal is None
    assert re.fullmatch(r"\d+:\d+", disk.device)
    assert not list(tmp_path.iterdir()), "it leaves nothing behind"


def test_a_port_where_nobody_listens(machine: Machine) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        assert machine.refusal("127.0.0.1", port) == "connection refused"
        assert machine.fetch("127.0.0.1", port, "/v1/doctor") is None


def test_each_address_is_looked_at(machine: Machine) -> None:
    addresses = machine.addresses()
    assert addresses
    assert set(machine.announced(addresses)) == set(addresses)
    for address in addresses:
        assert machine.multicast_refusal(address) != ""


def test_an_address_of_somebody_else_is_refused_in_words() -> None:
    mock = MockMachine()
    mock.block_multicast("192.0.2.99")
    for machine in (mock, ThisMachine()):
        assert machine.multicast_refusal("192.0.2.99")


def test_devices_and_their_rates(machine: Machine) -> None:
    for device in machine.devices():
        assert set(machine.rates(device)) <= {44100, 48000, 88200, 96000, 176400, 192000}


def test_the_device_that_would_be_used_is_one_of_those(machine: Machine) -> None:
    with pytest.raises(NoDevice):
        machine.chosen("no such device")
    if devices := machine.devices():
        assert machine.chosen("") in devices
    else:
        with pytest.raises(NoDevice):
            machine.chosen("")
