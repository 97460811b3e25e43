"""Handoffs as they should go, from end to end."""

from __future__ import annotations

import pytest

from receiver.errors import TonearmError
from receiver.model.state import Item, Transferred
from receiver.protocol import peers as m
from tests.handoff.house import House, told
from tests.handoff.receiver import item
from tests.handoff.speaker import overlaps

QUEUE = [item("a"), item("b"), item("c")]


@pytest.fixture
def house() -> House:
    return House()


def transferred(house: House) -> Transferred:
    """The answer, which must be that it went well."""
    [answer] = house.kitchen.answers
    assert isinstance(answer, Transferred)
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


def test_there_and_back_at_once(house: House) -> None:
    house.kitchen.start(QUEUE, 10_000.0)
    house.run(2.0)
    for _ in range(3):
        for owner in house.both:
            owner.transfer()
            house.run_until(lambda owner=owner: owner.session.id != "s")  # type: ignore[misc]
    house.run(6.0)
    assert house.owners() == ["kitchen"]
    assert house.kitchen.session.epoch == 10
    assert house.at_rest
    answers = [*house.kitchen.answers, *house.bedroom.answers]
    assert [type(answer) for answer in answers] == [Transferred] * 6
    for start, end in overlaps(house.kitchen.speaker, house.bedroom.speaker):
        assert end - start <= 0.0301


def test_back_before_done_has_come(house: House) -> None:
    house.link.trip = lambda message: [] if isinstance(message, m.TakenOver) else [0.001]
    house.kitchen.start(QUEUE, 10_000.0)
    house.kitchen.transfer()
    house.run_until(lambda: house.bedroom.session.id == "s")
    house.link.trip = lambda _message: [0.001]
    house.bedroom.transfer()
    house.run(5.0)
    assert house.owners() == ["kitchen"]
    assert isinstance(house.kitchen.answers[0], Transferred)
    assert isinstance(house.bedroom.answers[0], Transferred)


def test_a_pause_while_the_target_makes_ready(house: House) -> None:
    house.kitchen.start(QUEUE, 10_000.0)
    house.kitchen.transfer()
    house.run(0.02)
    house.kitchen.command(lambda owner: owner.pause())
    house.run(5.0)
    assert transferred(house).paused
    assert house.bedroom.session.paused
    assert house.bedroom.position(house.bedroom.now) == pytest.approx(10_000, abs=25)


def test_a_pause_while_they_switch_is_done_where_the_session_is_then(house: House) -> None:
    house.kitchen.start(QUEUE, 10_000.0)
    house.kitchen.transfer()
    house.run_until(lambda: house.kitchen.handoffs.holds_commands)
    house.kitchen.command(lambda owner: owner.pause())
    house.run(5.0)
    assert not transferred(house).paused
    assert house.bedroom.session.paused


def test_to_paused_with_another_volume(house: House) -> None:
    house.kitchen.start(QUEUE, 10_000.0)
    house.run(1.0)
    house.kitchen.transfer(to_paused=True, volume=30)
    house.run(5.0)
    assert transferred(house).paused
    assert house.bedroom.volume == 30
    assert not house.bedroom.speaker.heard
    left = house.kitchen.speaker.heard[0]
    assert house.bedroom.position(0.0) == pytest.approx(left.position(left.falls_from))


def test_a_live_stream_is_joined_where_it_is(house: House) -> None:
    house.kitchen.start([item("radio", None, live=True)])
    house.kitchen.transfer()
    house.run(5.0)
    assert transferred(house).live


@pytest.mark.parametrize("rows", [[], QUEUE])
def test_an_idle_session_takes_its_queue_along(house: House, rows: list[Item]) -> None:
    house.kitchen.idle(rows)
    house.kitchen.transfer()
    house.run(5.0)
    transferred(house)
    assert house.bedroom.rows == rows
    assert house.bedroom.item is None


def test_the_end_of_an_item_is_waited_out(house: House) -> None:
    house.kitchen.start(QUEUE, 179_950.0)
    house.kitchen.transfer()
    house.run(5.0)
    transferred(house)
    assert house.bedroom.item == QUEUE[1]


def test_what_is_added_meanwhile_comes_along(house: House) -> None:
    house.kitchen.start(QUEUE, 10_000.0)
    house.kitchen.transfer()
    house.run(0.03)
    house.kitchen.command(lambda owner: owner.add(item("new")))
    house.run(5.0)
    transferred(house)
    assert house.bedroom.rows == [*QUEUE, item("new")]


def test_a_slow_target_is_told_a_place_that_it_can_reach(house: House) -> None:
    house.bedroom.open_time = 1.5
    house.bedroom.held_ms = 1000.0
    house.kitchen.start(QUEUE, 10_000.0)
    house.kitchen.transfer()
    house.run(8.0)
    assert 3000 < transferred(house).switch_ms < 3300
    assert told(house, m.Commit) == 1


def test_two_rooms_that_hand_to_each_other_are_both_busy(house: House) -> None:
    for one in house.both:
        one.start(QUEUE, 10_000.0)
        one.transfer(replace=True)
    house.run(5.0)
    for one in house.both:
        [answer] = one.answers
        assert isinstance(answer, TonearmError)
        assert answer.code in ("busy", "stale")
    assert house.at_rest
