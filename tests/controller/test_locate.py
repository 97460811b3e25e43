"""From a name to a receiver that answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from controller.address import Address
from controller.discovery import Found
from controller.known import Known, Memory
from controller.locate import Located, locate
from receiver.errors import NoReceiver
from tests.controller.fake_house import HouseReceiver
from tests.controller.fake_receiver import FakeReceiver

NOWHERE = Address("127.0.0.1", 9)


class Network:
    """What mDNS finds, and whether it was asked."""

    def __init__(self, *found: Found) -> None:
        self.found = list(found)
        self.searches = 0

    def __call__(self, seconds: float, enough: Callable[[Found], bool]) -> list[Found]:
        self.searches += 1
        return [*filter(enough, self.found)] or self.found


@pytest.fixture
async def bath() -> AsyncIterator[FakeReceiver]:
    async with FakeReceiver("Bath") as receiver:
        yield receiver


def announced(receiver: FakeReceiver, *others: Address) -> Found:
    info = receiver.state.receiver
    return Found(info.id, info.name, "1", (*others, Address(receiver.host, receiver.port)))


def known(receiver: FakeReceiver, address: Address | None = None) -> Known:
    info = receiver.state.receiver
    return Known(info.id, info.name, address or Address(receiver.host, receiver.port))


async def find(device: str | None, network: Network) -> Located:
    return await asyncio.to_thread(locate, device, Memory(), network)


@pytest.mark.parametrize("device", ["Kitchen", "kitchen", "id-kitchen", None])
async def test_one_that_is_remembered_is_not_searched_for(
    receiver: FakeReceiver, device: str | None
) -> None:
    Memory().used(known(receiver))
    network = Network()
    located = await find(device, network)
    assert located.receiver == known(receiver)
    assert located.status["revision"] == receiver.revision
    assert network.searches == 0


async def test_one_that_has_moved_is_searched_for(receiver: FakeReceiver) -> None:
    Memory().used(known(receiver, NOWHERE))
    located = await find(None, Network(announced(receiver)))
    assert located.receiver == known(receiver) == Memory().default()


async def test_another_one_at_the_remembered_address_is_left_alone(
    receiver: FakeReceiver, bath: FakeReceiver
) -> None:
    Memory().used(known(receiver, Address(bath.host, bath.port)))
    located = await find(None, Network(announced(receiver), announced(bath)))
    assert located.receiver == known(receiver)


async def test_a_new_one_is_found_by_its_name_and_remembered(receiver: FakeReceiver) -> None:
    await find("KITCHEN", Network(announced(receiver)))
    assert Memory().default() == known(receiver)


async def test_each_of_its_addresses_is_tried(receiver: FakeReceiver) -> None:
    located = await find("Kitchen", Network(announced(receiver, NOWHERE)))
    assert located.receiver == known(receiver)


async def test_an_address_needs_no_search(receiver: FakeReceiver) -> None:
    network = Network()
    await find(receiver.address, network)
    assert network.searches == 0
    assert Memory().default() == known(receiver)


async def test_an_address_where_nobody_answers() -> None:
    with pytest.raises(NoReceiver, match=r"127\.0\.0\.1:9 .*discover"):
        await find("127.0.0.1:9", Network())
    assert Memory().default() is None


async def test_the_only_one_is_the_default(receiver: FakeReceiver) -> None:
    assert (await find(None, Network(announced(receiver)))).receiver == known(receiver)
    assert Memory().default() == known(receiver)


async def test_of_several_one_must_be_chosen(receiver: FakeReceiver, bath: FakeReceiver) -> None:
    with pytest.raises(NoReceiver, match=r"Kitchen, Bath.*--device NAME") as caught:
        await find(None, Network(announced(receiver), announced(bath)))
    assert caught.value.detail == {"found": ["Kitchen", "Bath"]}


async def test_none_at_all_says_what_to_try() -> None:
    with pytest.raises(NoReceiver, match=r"on.*--device HOST\[:PORT\]"):
        await find(None, Network())


async def test_a_name_that_is_not_there_names_those_that_are(receiver: FakeReceiver) -> None:
    with pytest.raises(NoReceiver, match=r"Attic.*there is Kitchen"):
        await find("Attic", Network(announced(receiver)))
    with pytest.raises(NoReceiver, match=r"Attic.*nor any other"):
        await find("Attic", Network())


async def test_one_of_another_version(receiver: FakeReceiver) -> None:
    newer = announced(receiver)._replace(version="2")
    with pytest.raises(NoReceiver, match="Kitchen speaks version 2"):
        await find("Kitchen", Network(newer))


async def test_one_that_announces_no_address() -> None:
    with pytest.raises(NoReceiver, match="no address"):
        await find("Attic", Network(Found("id", "Attic", "1", ())))


async def test_one_that_only_another_one_knows_is_found_through_that(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    network = Network()
    for device in ("BEDROOM", "id-bedroom"):
        located = await find(device, network)
        assert located.receiver == known(bedroom)
        assert not located.forwarded
    assert network.searches == 0


async def test_one_that_is_not_reached_from_here_is_commanded_through_another_one(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    bedroom.unreachable = True
    await kitchen.hears_of_others()
    for _ in range(2):  # as it is known to others, and as it is remembered then
        located = await find("Bedroom", Network())
        assert located.receiver == known(bedroom, known(kitchen).address)
        assert located.forwarded
        assert located.status["state"]["receiver"]["name"] == "Bedroom"
    await asyncio.to_thread(located.send, "volume", {"percent": 20})
    again = await asyncio.to_thread(located.again)
    assert again.status["state"]["volume"]["percent"] == bedroom.state.volume.percent == 20


async def test_one_that_has_moved_is_known_to_others(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    Memory().used(known(bedroom, NOWHERE))
    network = Network()
    assert (await find(None, network)).receiver == known(bedroom)
    assert network.searches == 0


async def test_one_that_nobody_reaches_is_searched_for(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    await bedroom.leaves_the_house()
    bedroom.unreachable = True
    await kitchen.hears_of_others()
    network = Network(announced(bedroom))
    assert (await find("bedroom", network)).receiver == known(bedroom)
    assert network.searches == 1


async def test_without_a_default_those_that_are_known_are_named(receiver: FakeReceiver) -> None:
    Memory().saw(known(receiver))
    with pytest.raises(NoReceiver, match=r"known are: Kitchen.*--device NAME"):
        await find(None, Network())


async def test_one_that_is_only_looked_at_does_not_become_the_default(
    kitchen: HouseReceiver, bedroom: HouseReceiver
) -> None:
    await asyncio.to_thread(locate, "bedroom", Memory(), Network(), remember=False)
    assert Memory().default() == known(kitchen)
