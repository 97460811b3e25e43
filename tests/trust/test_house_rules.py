"""What guests may do, and how much of it."""

from __future__ import annotations

from datetime import time

import pytest
from msgspec.structs import replace

from receiver.errors import Forbidden, TooMany
from receiver.model.hours import Hours
from receiver.model.state import Item, SessionState, State
from receiver.protocol import commands as c
from receiver.trust.caller import Caller
from receiver.trust.house_rules import HOUR_S, MOST_ADDED, HouseRules, Limits
from tests.server.test_hub import state

ANNA, BEN, CARL = (Caller("guest", name.casefold(), name) for name in ("Anna", "Ben", "Carl"))
SKIP = c.Next(id="1")


def rules(limits: Limits | None = None, at: time = time(12)) -> HouseRules:
    return HouseRules(limits or Limits(), lambda: at)


def playing(item: str = "i-1", percent: int = 50) -> State:
    session = SessionState("s", playback="playing", item=Item(item, "http://radio.example/"))
    told = state(percent)
    return replace(told, session=session)


def test_a_guest_who_is_alone_skips_at_once() -> None:
    assert rules().judge(ANNA, SKIP, playing(), 1, 0.0) is None


def test_more_than_half_of_the_guests_skip() -> None:
    house = rules()
    assert house.judge(ANNA, SKIP, playing(), 3, 0.0) == {"votes": 1, "needed": 2}
    assert house.judge(ANNA, SKIP, playing(), 3, 0.0) == {"votes": 1, "needed": 2}, "one vote each"
    assert house.judge(BEN, SKIP, playing(), 3, 0.0) is None


def test_votes_are_for_one_item() -> None:
    house = rules()
    house.judge(ANNA, SKIP, playing("i-1"), 3, 0.0)
    assert house.judge(BEN, SKIP, playing("i-2"), 3, 0.0) == {"votes": 1, "needed": 2}


def test_a_guest_has_so_many_votes_an_hour() -> None:
    house = rules(Limits(skips=2))
    for number in range(2):
        house.judge(ANNA, SKIP, playing(f"i-{number}"), 1, 60.0 * number)
    with pytest.raises(TooMany, match=r"2 votes to skip an hour. Again in 58 min"):
        house.judge(ANNA, SKIP, playing("i-9"), 1, 120.0)
    assert house.judge(BEN, SKIP, playing("i-9"), 1, 120.0) is None
    assert house.judge(ANNA, SKIP, playing("i-10"), 1, HOUR_S) is None


def test_other_limits_hold_at_once_and_what_was_done_counts_on() -> None:
    house = rules(Limits(skips=2, volume=60))
    house.judge(ANNA, SKIP, playing("i-1"), 1, 0.0)
    house.limit(Limits(skips=1, volume=80))
    with pytest.raises(TooMany, match="1 votes to skip"):
        house.judge(ANNA, SKIP, playing("i-2"), 1, 1.0)
    assert house.judge(ANNA, c.SetVolume(id="1", percent=75), playing(), 1, 1.0) is None


def test_files_of_guests_count_by_themselves_and_within_the_hours() -> None:
    house = rules()
    for _ in range(MOST_ADDED):
        house.judge_upload(ANNA, 0.0)
    with pytest.raises(TooMany, match="50 uploads an hour"):
        house.judge_upload(ANNA, 1.0)
    house.judge(ANNA, add(1), playing(), 1, 1.0)
    house.judge_upload(BEN, 1.0)
    house.judge_upload(ANNA, HOUR_S)
    with pytest.raises(Forbidden, match="from 08:00 to 23:00"):
        rules(Limits(hours=Hours.parse("08:00-23:00")), time(23)).judge_upload(ANNA, 0.0)


def add(count: int) -> c.QueueAdd:
    return c.QueueAdd(id="1", items=[c.Entry("http://radio.example/")] * count)


def test_a_guest_adds_so_many_items_an_hour() -> None:
    house = rules()
    assert house.judge(ANNA, add(MOST_ADDED), playing(), 1, 0.0) is None
    with pytest.raises(TooMany, match="items added"):
        house.judge(ANNA, add(1), playing(), 1, 1.0)
    with pytest.raises(TooMany):
        house.judge(BEN, add(MOST_ADDED + 1), playing(), 1, 1.0)
    assert house.judge(BEN, add(1), playing(), 1, 1.0) is None, "what was refused is not counted"


@pytest.mark.parametrize(
    ("now", "command", "allowed"),
    [
        (50, c.SetVolume(id="1", percent=60), True),
        (50, c.SetVolume(id="1", percent=61), False),
        (50, c.SetVolume(id="1", by=10), True),
        (50, c.SetVolume(id="1", by=11), False),
        (80, c.SetVolume(id="1", percent=70), True),
        (80, c.SetVolume(id="1", by=1), False),
    ],
)
def test_a_guest_makes_it_no_louder_than_the_rules_say(
    now: int, command: c.SetVolume, allowed: bool
) -> None:
    if allowed:
        assert rules().judge(ANNA, command, playing(percent=now), 1, 0.0) is None
    else:
        with pytest.raises(Forbidden, match="up to 60 percent"):
            rules().judge(ANNA, command, playing(percent=now), 1, 0.0)


def test_a_guest_starts_the_queue_but_does_not_go_on_after_a_pause() -> None:
    paused = replace(playing(), session=replace(playing().session, playback="paused"))
    with pytest.raises(Forbidden, match="after a pause"):
        rules().judge(ANNA, c.Resume(id="1"), paused, 1, 0.0)
    assert rules().judge(ANNA, c.Resume(id="1"), state(10), 1, 0.0) is None


@pytest.mark.parametrize(
    ("hours", "at", "allowed"),
    [
        ("08:00-22:00", time(8), True),
        ("08:00-22:00", time(22), False),
        ("22:00-02:00", time(23), True),
        ("22:00-02:00", time(1, 59), True),
        ("22:00-02:00", time(2), False),
        ("00:00-24:00", time(4), True),
    ],
)
def test_the_hours_of_guests(hours: str, at: time, allowed: bool) -> None:
    house = rules(Limits(hours=Hours.parse(hours)), at)
    if allowed:
        assert house.judge(ANNA, add(1), playing(), 1, 0.0) is None
    else:
        with pytest.raises(Forbidden, match="Guests may do this from"):
            house.judge(ANNA, add(1), playing(), 1, 0.0)


@pytest.mark.parametrize("text", ["", "22-07", "25:00-07:00", "22:60-07:00", "22:00-07:00 ", "x"])
def test_what_is_no_part_of_the_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Hours.parse(text)
