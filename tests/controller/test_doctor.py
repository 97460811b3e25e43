"""What is seen from here, and what the receiver says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from controller import doctor
from controller.address import Address
from controller.discovery import Found
from controller.doctor import Diagnosis, diagnose
from controller.known import Known, Memory
from receiver import __version__
from receiver.errors import NoReceiver
from receiver.model.health import Examination, Finding
from receiver.model.state import ClockId
from tests.controller.fake_house import HouseReceiver
from tests.controller.fake_receiver import FakeReceiver

replace = msgspec.structs.replace
HOT = Finding("temperature", "warn", "It is hot: 82 °C.", "Give it air.")


def found(receiver: FakeReceiver, name: str = "", own_id: str = "", port: int = 0) -> Found:
    """What mDNS says of it, or of one that is like it."""
    info = receiver.state.receiver
    address = Address(receiver.host, port or receiver.port)
    return Found(own_id or info.id, name or info.name, "1", (address,))


async def diagnosis(device: str | None, *announced: Found) -> Diagnosis:
    def search(_seconds: float, _enough: Callable[[Found], bool]) -> list[Found]:
        return list(announced)

    return await asyncio.to_thread(diagnose, device, Memory(), search)


def wrong(told: Diagnosis) -> dict[str, str]:
    return {f.name: f.verdict for f in told.here if f.verdict != "ok"}


@pytest.fixture(autouse=True)
def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers to mDNS."""

    async def nobody(_seconds: float) -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(doctor, "service_types", nobody)


@pytest.fixture(autouse=True)
def examined(receiver: FakeReceiver) -> None:
    """The receiver is of our version, and hot."""
    info = receiver.state.receiver
    receiver.state = replace(receiver.state, receiver=replace(info, version=__version__))
    receiver.examination = Examination(info.id, info.name, __version__, True, "warn", [HOT])


async def test_all_is_well_on_the_way_and_the_receiver_is_asked(receiver: FakeReceiver) -> None:
    told = await diagnosis("Kitchen", found(receiver))
    assert wrong(told) == {}
    assert [finding.name for finding in told.here] == ["found", "way", "version"]
    assert told.receiver == receiver.examination
    assert told.verdict == "warn"


async def test_found_by_its_address_only(receiver: FakeReceiver) -> None:
    told = await diagnosis(receiver.address)
    assert wrong(told) == {"found": "warn"}
    assert told.receiver is not None


async def test_no_receiver_at_all() -> None:
    told = await diagnosis(None)
    assert wrong(told) == {"receiver": "fail", "mdns": "warn"}
    assert told.receiver is None
    assert "HOST[:PORT]" in told.here[0].advice


async def test_one_of_several_has_to_be_chosen(receiver: FakeReceiver) -> None:
    other = found(receiver, name="Bedroom", own_id="id-other", port=9)
    assert wrong(await diagnosis(None, found(receiver), other)) == {"receiver": "warn"}


async def test_mdns_works_but_there_is_no_receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    async def printers(_seconds: float) -> tuple[str, ...]:
        return ("_ipp._tcp.local.",)

    monkeypatch.setattr(doctor, "service_types", printers)
    assert wrong(await diagnosis(None)) == {"receiver": "fail"}


async def test_without_a_network() -> None:
    def search(_seconds: float, _enough: Callable[[Found], bool]) -> list[Found]:
        raise NoReceiver("This computer cannot search.")

    told = await asyncio.to_thread(diagnose, None, Memory(), search)
    assert wrong(told)["network"] == "fail"


async def test_a_receiver_that_is_gone_from_where_it_was() -> None:
    Memory().used(Known("id-x", "Attic", Address("127.0.0.1", 9)))
    assert wrong(await diagnosis("Attic"))["receiver"] == "fail"


async def test_two_of_one_name(receiver: FakeReceiver) -> None:
    twin = found(receiver, name="KITCHEN", own_id="id-other", port=9)
    told = await diagnosis(receiver.address, found(receiver), twin)
    assert wrong(told) == {"names": "warn"}


async def test_two_machines_of_one_id(receiver: FakeReceiver) -> None:
    async with FakeReceiver() as copy:
        info = replace(copy.state.receiver, clock=ClockId("Kitchen", "boot-2"))
        copy.state = replace(copy.state, receiver=info)
        here, there = found(receiver), found(copy)
        both = here._replace(addresses=here.addresses + there.addresses)
        told = await diagnosis(receiver.address, both)
    assert wrong(told) == {"ids": "fail"}
    assert str(there.addresses[0]) in next(f.seen for f in told.here if f.name == "ids")


async def test_one_of_another_version(receiver: FakeReceiver) -> None:
    info = replace(receiver.state.receiver, version="0.0.1")
    receiver.state = replace(receiver.state, receiver=info)
    assert wrong(await diagnosis("Kitchen", found(receiver))) == {"version": "warn"}


async def test_one_that_has_no_doctor(receiver: FakeReceiver) -> None:
    receiver.examination = None
    told = await diagnosis("Kitchen", found(receiver))
    assert wrong(told) == {"receiver": "warn"}
    assert told.receiver is None


async def test_one_that_is_reached_through_another(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    bedroom.unreachable = True
    await kitchen.meets(bedroom)
    told = await diagnosis("Bedroom", found(kitchen))
    assert wrong(told) == {"found": "warn", "way": "warn"}
    assert told.receiver is None


async def test_a_way_that_is_slow(receiver: FakeReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SLOW_MS", 0.0)
    assert wrong(await diagnosis("Kitchen", found(receiver))) == {"way": "warn"}
