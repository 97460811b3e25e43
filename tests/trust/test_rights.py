"""Role x command, each cell: what the table says, and that the door keeps to it."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from receiver.clock.mock import MockClock
from receiver.errors import Forbidden, Unauthorized
from receiver.model.trust import Role
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.trust.caller import Caller
from receiver.trust.rights import FOR_STRANGERS, right
from tests.server.test_hub import state
from tests.trust.doors import doorkeeper

EXAMPLES: dict[type[c.Command], str] = {
    c.Play: '"url": "http://radio.example/a.ogg"',
    c.Seek: '"position_ms": 1',
    c.SetVolume: '"percent": 10',
    c.QueueAdd: '"items": [{"url": "http://radio.example/a.ogg"}]',
    c.QueueRemove: '"items": ["i-1"]',
    c.QueueMove: '"item": "i-1", "at": "end"',
    c.QueueJump: '"item": "i-1"',
    c.SetRepeat: '"repeat": "all"',
    c.SetShuffle: '"shuffle": true',
    c.SetCrossfade: '"seconds": 1',
    c.Transfer: '"to": "Bath"',
    c.TimeRequest: '"t1_us": 1',
    c.Auth: '"token": "t"',
    c.Pair: '"code": "123456", "name": "Phone"',
    c.HouseJoin: '"house": {"keys": [{"generation": 1, "secret": "' + "0" * 64 + '"}]}',
    c.PairingsRevoke: '"pairing": "Phone"',
}

GUESTS_MAY = {"status", "time", "queue.list", "history.list"}
GUESTS_MAY_BY_THE_RULES = {"queue.add", "next", "resume", "volume"}
OWNERS_ALONE_MAY = {
    "pairings.open", "pairings.list", "pairings.revoke", "house.invite", "house.join",
    "settings.get", "settings.set",
}  # fmt: skip

COMMANDS = get_args(c.Command)
WITH_RIGHTS = [kind for kind in COMMANDS if kind not in FOR_STRANGERS]
ROLES: tuple[Role, ...] = get_args(Role)


def word(kind: type[c.Command]) -> str:
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def example(kind: type[c.Command]) -> c.Command:
    fields = EXAMPLES.get(kind)
    rest = f", {fields}" if fields else ""
    return codec.decode_command(f'{{"type": "{word(kind)}", "id": "1"{rest}}}')


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", WITH_RIGHTS, ids=word)
def test_each_cell_of_the_table(role: Role, kind: type[c.Command]) -> None:
    expected = "yes"
    if role == "guest":
        name = word(kind)
        by_the_rules = "rules" if name in GUESTS_MAY_BY_THE_RULES else "no"
        expected = "yes" if name in GUESTS_MAY else by_the_rules
    elif role == "member" and word(kind) in OWNERS_ALONE_MAY:
        expected = "no"
    assert right(role, kind) == expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", WITH_RIGHTS, ids=word)
def test_what_is_not_allowed_is_refused_with_a_reason(role: Role, kind: type[c.Command]) -> None:
    keeper = doorkeeper(MockClock(), "pair")
    caller = Caller(role, "0" * 8, "Anna")
    if right(role, kind) == "no":
        with pytest.raises(Forbidden, match=f"A {role} may not {word(kind)}; an owner") as error:
            keeper.judge(caller, example(kind), state(10))
        assert error.value.detail == {"role": role, "command": word(kind)}
    else:
        assert keeper.judge(caller, example(kind), state(10)) is None


@pytest.mark.parametrize("kind", COMMANDS, ids=word)
def test_who_is_not_paired_may_show_a_token_or_say_a_code(kind: type[c.Command]) -> None:
    keeper = doorkeeper(MockClock(), "pair")
    if kind in FOR_STRANGERS:
        assert keeper.judge(None, example(kind), state(10)) is None
    else:
        with pytest.raises(Unauthorized, match="tonearm pair"):
            keeper.judge(None, example(kind), state(10))


def test_every_command_has_an_example_of_its_own() -> None:
    assert {type(example(kind)) for kind in COMMANDS} == set(COMMANDS)
    assert all(isinstance(example(kind), msgspec.Struct) for kind in COMMANDS)
