"""Peers that say what no receiver says: they cost a link, and nothing else."""

from __future__ import annotations

import contextlib

import pytest

from receiver.peers.base import Address
from receiver.peers.mock import MockWire
from tests.peers.stage import street

HELLO = b'{"type":"hello","receiver":"odd","name":"Odd","version":"","port":1,"instance":"i"}'


@pytest.mark.parametrize("dials", [True, False])
@pytest.mark.parametrize(
    "said",
    [
        b'{"type":"change","revision":1,"patch":{}}',
        b'{"type":"done","id":"p-1","result":{"t1_us":%s,"t2_us":1,"t3_us":1}}' % (b"9" * 400),
        b'{"type":"done","id":"p-1","result":{"t1_us":1,"t2_us":1,"t3_us":1,"clock":1}}',
        b'{"type":"time","id":"t","t1_us":%s}' % (b"9" * 4000),
        b"[" * 100_000,
        b'{"type":"hello"}',
        b"\xff",
    ],
)
async def test_one_who_says_odd_things_is_left_and_the_others_stay(
    dials: bool, said: bytes
) -> None:
    async with street() as place:
        kitchen, bath = place.move_in("kitchen"), place.move_in("bath")
        await place.meet()

        async def be_odd(wire: MockWire) -> None:
            await wire.send(HELLO)
            await wire.send(said)
            with contextlib.suppress(ConnectionError):
                while True:
                    await wire.receive()

        odd = Address("odd", 1)
        if dials:
            place.mock.listen(odd, be_odd)
            kitchen.house.meet(odd)
        else:
            place.tasks.create_task(be_odd(await place.mock.dial_from("odd")(kitchen.address)))
        await place.clock.advance(20.0)
        assert kitchen.house.peers["bath"].connected
        kitchen.publish(7)
        await place.clock.settle()
        volume = bath.house.peers["kitchen"].volume
        assert volume is not None
        assert volume.percent == 7
