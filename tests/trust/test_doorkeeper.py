"""The doorkeeper: pairing from the first start to the last wrong code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import (
    BadCode,
    BadRequest,
    Conflict,
    Forbidden,
    PairingClosed,
    TooMany,
    Unauthorized,
)
from receiver.model.trust import MOST_PAIRINGS, Trusted
from receiver.protocol import commands as c
from receiver.trust.caller import ANYBODY, Caller
from receiver.trust.doorkeeper import Doorkeeper
from receiver.trust.window import FIRST_OPEN_S, OPEN_S, TRIES
from tests.server.test_hub import state
from tests.trust.doors import CODE, MockHerald, doorkeeper

BEGUN = Trusted(begun=True)
PHONE = c.Pair(id="1", code=CODE, name="Phone")
WRONG = c.Pair(id="1", code="000000", name="Phone")


@asynccontextmanager
async def running(keeper: Doorkeeper, clock: MockClock) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(keeper.run())
        await clock.advance(0.0)
        yield
        task.cancel()


async def test_the_first_start_lets_the_first_one_in() -> None:
    clock, herald = MockClock(), MockHerald()
    keeper = doorkeeper(clock, "pair", herald=herald)
    async with running(keeper, clock):
        assert keeper.access.pairing
        await clock.advance(FIRST_OPEN_S - 1)
        result = keeper.carry_out(PHONE, None)
        assert result["role"] == "owner"
        assert keeper.caller(result["token"]) == Caller("owner", result["pairing"], "Phone")
        assert not keeper.access.pairing
    assert herald.told == [
        f"open for {FIRST_OPEN_S:g} s: {CODE}",
        "closed: Phone is paired, as owner",
    ]


async def test_nobody_came_in_time() -> None:
    clock, herald = MockClock(), MockHerald()
    keeper = doorkeeper(clock, "pair", herald=herald)
    changes: list[bool] = []
    keeper.changed = lambda: changes.append(keeper.access.pairing)
    async with running(keeper, clock):
        await clock.advance(FIRST_OPEN_S)
        with pytest.raises(PairingClosed):
            keeper.carry_out(PHONE, None)
        keeper.open("guest")
        await clock.advance(OPEN_S)
    assert herald.told[1::2] == ["closed: nobody came in time"] * 2
    assert changes == [True, False, True, False]


@pytest.mark.parametrize(("mode", "trusted"), [("open", Trusted()), ("pair", BEGUN)])
async def test_it_opens_by_itself_only_where_nobody_has_ever_been_let_in(
    mode: str, trusted: Trusted
) -> None:
    clock = MockClock()
    keeper = doorkeeper(clock, mode, trusted)  # type: ignore[arg-type]
    async with running(keeper, clock):
        assert not keeper.access.pairing


def test_five_wrong_codes_close_it_with_a_notice() -> None:
    herald = MockHerald()
    keeper = doorkeeper(MockClock(), "pair", BEGUN, herald=herald)
    keeper.open()
    for _ in range(TRIES):
        with pytest.raises(BadCode):
            keeper.carry_out(WRONG, None)
    assert herald.told[-1] == "closed: of five wrong codes"
    with pytest.raises(PairingClosed):
        keeper.carry_out(PHONE, None)


def test_a_full_house_closes_it_with_a_notice() -> None:
    herald = MockHerald()
    keeper = doorkeeper(MockClock(), "pair", BEGUN, herald=herald)
    for number in range(MOST_PAIRINGS):
        let_in(keeper, f"Phone {number}", "guest")
    keeper.open()
    with pytest.raises(TooMany):
        keeper.carry_out(PHONE, None)
    assert herald.told[-1] == "closed: there is no room for Phone"
    assert not keeper.access.pairing


def let_in(keeper: Doorkeeper, name: str, role: str) -> Caller:
    keeper.open(role)  # type: ignore[arg-type]
    return keeper.caller(keeper.carry_out(c.Pair(id="2", code=CODE, name=name), None)["token"])


def test_revoking_cuts_off_that_controller_at_once() -> None:
    keeper = doorkeeper(MockClock(), "pair", BEGUN)
    cut: list[str] = []
    for name in ("Phone", "Tablet"):
        caller = let_in(keeper, name, "member")
        keeper.enter(caller, lambda name=name: cut.append(name))  # type: ignore[misc]
    keeper.carry_out(c.PairingsRevoke(id="3", pairing="Phone"), None)
    assert cut == ["Phone"]
    told = keeper.carry_out(c.PairingsList(id="4"), None)["pairings"]
    assert [pairing["name"] for pairing in told] == ["Tablet"]
    assert "digest" not in told[0]


def test_votes_count_the_guests_that_are_there() -> None:
    keeper = doorkeeper(MockClock(), "pair", BEGUN)
    anna, ben, carl = (let_in(keeper, name, "guest") for name in ("Anna", "Ben", "Carl"))
    owner = let_in(keeper, "Phone", "owner")
    visits = [keeper.enter(who, lambda: None) for who in (anna, anna, ben, carl, owner)]
    skip, now = c.Next(id="5"), state(10)
    assert keeper.judge(anna, skip, now) == {"votes": 1, "needed": 2}
    for visit in visits[2:4]:
        keeper.leave(visit)
    assert keeper.judge(anna, skip, now) is None, "alone now"


def test_an_open_receiver_takes_anybody_and_knows_its_guests() -> None:
    keeper = doorkeeper(MockClock(), "open")
    assert keeper.stranger == ANYBODY
    assert keeper.caller("no token of ours") == ANYBODY
    assert let_in(keeper, "Anna", "guest").role == "guest"


def test_who_is_not_paired_is_told_how() -> None:
    keeper = doorkeeper(MockClock(), "pair")
    assert keeper.stranger is None
    with pytest.raises(Unauthorized, match="tonearm pair"):
        keeper.caller("no token of ours")


def test_the_key_of_the_house_is_told_in_private_only() -> None:
    keeper = doorkeeper(MockClock(), "pair", BEGUN)
    owner = let_in(keeper, "Laptop", "owner")
    invite = c.HouseInvite(id="5")
    assert keeper.carry_out(invite, owner)["house"]["keys"]
    for caller in (owner._replace(private=False), None):
        with pytest.raises(Forbidden, match="TLS"):
            keeper.carry_out(invite, caller)


def test_an_open_receiver_is_of_no_house() -> None:
    keeper = doorkeeper(MockClock(), "open")
    with pytest.raises(Conflict, match="open"):
        keeper.carry_out(c.HouseInvite(id="5"), ANYBODY)


def test_a_name_is_text_that_can_be_seen() -> None:
    keeper = doorkeeper(MockClock(), "pair", BEGUN)
    keeper.open()
    with pytest.raises(BadRequest):
        keeper.carry_out(c.Pair(id="1", code=CODE, name="\x1b\n\u202e"), None)
    keeper.carry_out(c.Pair(id="1", code=CODE, name="An\x1b[31mna\n"), None)
    (told,) = keeper.carry_out(c.PairingsList(id="2"), None)["pairings"]
    assert told["name"] == "An[31mna"
