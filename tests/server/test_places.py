"""How many may be inside, whoever comes and goes."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from receiver.server.places import KEPT, MOST, MOST_EACH, Places

HOUSE = {"192.0.2.1", "fe80::1%eth0"}
STRANGERS = [f"198.51.100.{number}" for number in range(8)]


def filled(hosts: list[str]) -> tuple[Places, int]:
    """Places after as many as may came from each of these, and how many got in."""
    places = Places(lambda: HOUSE)
    let_in = sum(places.take((host, n), host) for host in hosts for n in range(MOST))
    return places, let_in


def test_one_address_has_few() -> None:
    places, let_in = filled(["198.51.100.1"])
    assert let_in == places.of("198.51.100.1") == MOST_EACH
    assert places.take("another", "198.51.100.2")


def test_who_leaves_makes_room_once() -> None:
    places, _ = filled(["198.51.100.1"])
    places.leave(("198.51.100.1", 3))
    places.leave(("198.51.100.1", 3))
    assert places.take("next", "198.51.100.1")
    assert not places.take("one more", "198.51.100.1")


def test_strangers_leave_room_for_the_house() -> None:
    places, let_in = filled(STRANGERS)
    assert let_in == MOST - KEPT
    own = [places.take(n, host) for n, host in enumerate(["127.0.0.1", "::1", *HOUSE] * 3)]
    assert sum(own) == KEPT
    assert len(places) == MOST


def test_the_house_has_no_more_than_others_from_one_address() -> None:
    _, let_in = filled(["192.0.2.1"])
    assert let_in == MOST_EACH


@given(st.lists(st.tuples(st.sampled_from([*HOUSE, *STRANGERS]), st.integers(0, 20))))
def test_there_are_never_too_many(knocks: list[tuple[str, int]]) -> None:
    """The same connection comes and goes in turns."""
    places = Places(lambda: HOUSE)
    inside: set[tuple[str, int]] = set()
    for knock in knocks:
        if knock in inside:
            places.leave(knock)
            inside.discard(knock)
        elif places.take(knock, knock[0]):
            inside.add(knock)
        assert len(places) == len(inside) <= MOST
        assert max(Counter(host for host, _ in inside).values(), default=0) <= MOST_EACH
