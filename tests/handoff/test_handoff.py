"""Handoffs as they should go, from end to end."""

from __future__ import annotations

import pytest

from receiver.handoff import effects as e
from receiver.protocol import peers as m
from tests.handoff.house import House, told
from tests.handoff.receiver import item
from tests.handoff.speaker import overlaps

QUEUE = [item("a"), item("b"), item("c")]


@pytest.fixture
def house() -> House:
    return House()


def transferred(house: House) -> e.Transferred:
    """The answer, which must be that it went well."""
    [answer] = house.kitchen.answers
    assert isinstance(answer, e.Transferred)
    assert house.owners() == ["bedroom"]
    assert house.at_rest
    return answer


def test_what_plays_goes_on_in_the_other_room(house: House) -> None:
    house.kitchen.start(QUEUE, 10_000.0)
    house.run(2.0)
    house.kitchen.transfer()
    house.run(5.0)
    answer = transferred(house)
    assert answer.epoch == house.bedroom.session.epoch == 5
    assert answer.tight
    assert not answer.live
    assert not answer.paused
    assert answer.clock_error_ms == 0.2
    assert 50 < answer.switch_ms < 150
    assert house.bedroom.rows == QUEUE
    assert house.bedroom.item == QUEUE[0]
    [(start, end)] = overlaps(house.kitchen.speaker, house.bedroom.speaker)
    assert end - start == pytest.approx(0.03)
    assert house.bedroom.position(house.bedroom.now) == pytest.approx(17_000, abs=25)
    assert (told(house, m.Prepare), told(house, m.Commit)) == (1, 1)
