"""Receivers of one house know one another, and nobody else; whoever is revoked is out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from receiver.clock.mock import MockClock
from receiver.model.trust import Household, Member, Trusted
from receiver.peers.base import Address
from receiver.peers.mock import MockStreet
from receiver.trust.circle import Circle
from receiver.trust.house_keys import HouseKeys
from receiver.trust.pairings import Pairings
from receiver.trust.seal import Seal
from tests.peers.stage import PORT, Dweller


class Trusting(Dweller):
    """A receiver that asks others who they are."""

    def __init__(
        self, name: str, street: MockStreet, clock: MockClock, instance: str = "1"
    ) -> None:
        self.fingerprint = f"{name.encode().hex():0<64}"
        me = Member(name, name.title(), self.fingerprint)
        self.keys = HouseKeys(None, me, self._tell)
        self.pairings = Pairings(Trusted(), lambda: 0.0, self._tell)
        super().__init__(
            name, street, clock, instance, Seal(Circle(self.pairings, self.keys), self.fingerprint)
        )

    def _tell(self) -> None:
        if hasattr(self, "house"):
            self.house.tell_trust()


class Town:
    """A street of them, and the time."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.tasks = tasks
        self.clock = MockClock()
        self.street = MockStreet(tasks)
        self.dwellers: dict[str, Dweller] = {}

    def move_in(self, *names: str, kind: type[Dweller] = Trusting) -> None:
        for name in names:
            dweller = self.dwellers[name] = kind(name, self.street, self.clock)
            dweller.start(self.tasks)

    def __getitem__(self, name: str) -> Trusting:
        dweller = self.dwellers[name]
        assert isinstance(dweller, Trusting)
        return dweller

    async def meet(self, *names: str) -> None:
        """Those see one another, and have time to dial."""
        await self.clock.advance(0.0)
        for one in names:
            for other in names:
                if one != other:
                    address = Address(other, PORT)
                    self.dwellers[one].house.seen(other, other.title(), [address])
        await self.clock.advance(3.0)

    def linked(self, one: str, other: str) -> bool:
        links = [self.dwellers[a].house.link(b) for a, b in ((one, other), (other, one))]
        assert (links[0] is None) == (links[1] is None)
        return links[0] is not None

    async def join(self, who: str, whose: str) -> None:
        house = self[whose].keys.house
        self[who].keys.join(Household(keys=house.keys[:1]))
        await self.clock.advance(3.0)

    async def leave(self, name: str) -> None:
        await self.dwellers[name].stop()

    async def come_back(self, name: str) -> None:
        """With what it knew when it went."""
        old, anew = self[name], Trusting(name, self.street, self.clock, "2")
        anew.keys.join(old.keys.house)
        for pairing in old.pairings.all:
            anew.pairings.merge([pairing], ())
        self.dwellers[name] = anew
        anew.start(self.tasks)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with asyncio.TaskGroup() as tasks:
        town = Town(tasks)
        yield town
        for dweller in town.dwellers.values():
            await dweller.stop()


async def test_those_of_other_houses_are_no_peers(town: Town) -> None:
    town.move_in("attic", "bath")
    await town.meet("attic", "bath")
    assert not town.linked("attic", "bath")


async def test_one_that_is_open_is_no_peer_of_one_that_is_not(town: Town) -> None:
    town.move_in("attic")
    town.move_in("bath", kind=Dweller)
    await town.meet("attic", "bath")
    assert not town.linked("attic", "bath")


async def test_who_joins_is_linked_at_once_and_knows_the_pairings(town: Town) -> None:
    town.move_in("attic", "bath", "cellar")
    await town.meet("attic", "bath", "cellar")
    pairing, token = town["attic"].pairings.add("Phone", "member")
    await town.join("bath", "attic")
    assert town.linked("attic", "bath")
    assert not town.linked("attic", "cellar")
    assert town["bath"].pairings.caller(token) is not None
    await town.join("cellar", "bath")
    assert town.linked("attic", "cellar")
    assert [member.id for member in town["cellar"].keys.members] == ["attic", "bath"]
    town["cellar"].pairings.add("Laptop", "owner")
    await town.clock.advance(1.0)
    names = [[p.name for p in town[name].pairings.all] for name in ("attic", "bath")]
    assert names == [["Phone", "Laptop"]] * 2, "what one lets in, all do"
    town["bath"].pairings.revoke(pairing.id)
    town["bath"].keys.revoke(pairing.id)
    await town.clock.advance(1.0)
    assert town["attic"].pairings.caller(token) is None
    assert town["attic"].keys.names == town["bath"].keys.names == town["cellar"].keys.names


async def house_of_three(town: Town) -> None:
    town.move_in("attic", "bath", "cellar")
    await town.meet("attic", "bath", "cellar")
    await town.join("bath", "attic")
    await town.join("cellar", "attic")


async def test_a_receiver_that_is_revoked_is_out_and_knows_no_new_key(town: Town) -> None:
    await house_of_three(town)
    before = town["attic"].keys.names
    town["attic"].keys.revoke("cellar")
    await town.clock.advance(40.0)
    assert town.linked("attic", "bath")
    assert not town.linked("attic", "cellar")
    assert not town.linked("bath", "cellar")
    assert town["attic"].keys.names[0] not in before
    assert not set(town["cellar"].keys.names) & set(town["attic"].keys.names[:1])


async def revoked_without(town: Town, away: str) -> None:
    """The cellar is thrown out while somebody is away, and then they all meet."""
    await town.leave(away)
    town["attic"].keys.revoke("cellar")
    await town.clock.advance(5.0)
    await town.come_back(away)
    await town.meet("attic", "bath", "cellar")
    await town.clock.advance(60.0)


async def test_who_was_away_hears_the_new_key_when_it_is_back(town: Town) -> None:
    await house_of_three(town)
    await revoked_without(town, "bath")
    assert town.linked("attic", "bath")
    assert town["bath"].keys.names[0] == town["attic"].keys.names[0]
    assert "cellar" in town["bath"].keys.house.revoked
    assert not town.linked("bath", "cellar")


async def test_who_was_revoked_while_away_does_not_come_back(town: Town) -> None:
    await house_of_three(town)
    await revoked_without(town, "cellar")
    assert not town.linked("attic", "cellar")
    assert not town.linked("bath", "cellar")
    assert town["attic"].keys.names[0] not in town["cellar"].keys.names


async def test_another_name_is_told_to_the_house(town: Town) -> None:
    await house_of_three(town)
    town["bath"].keys.rename("Spa")
    await town.clock.advance(1.0)
    for name in ("attic", "cellar"):
        assert "Spa" in [member.name for member in town[name].keys.members]
        assert "Bath" not in [member.name for member in town[name].keys.members]
