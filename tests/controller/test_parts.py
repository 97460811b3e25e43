"""Queues taken apart for messages, and put together from pages."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from controller.parts import MAX_PART_BYTES, Listing, Place, parts, parts_to_add
from receiver.model.state import Item
from receiver.protocol.limits import MAX_ITEMS
from receiver.session.queue import Queue

SIZES = st.lists(st.integers(1, MAX_PART_BYTES + 100), max_size=40)


@given(SIZES)
def test_parts_hold_all_in_order_and_none_is_too_big(sizes: list[int]) -> None:
    made = list(parts(list(enumerate(sizes)), lambda thing: thing[1]))
    assert [thing for part in made for thing in part] == list(enumerate(sizes))
    for part in made:
        assert len(part) == 1 or sum(size + 2 for _, size in part) <= MAX_PART_BYTES
    for part, following in pairwise(made):
        assert sum(size + 2 for _, size in [*part, following[0]]) > MAX_PART_BYTES


def test_a_part_has_no_more_items_than_a_command_may_have() -> None:
    assert list(map(len, parts(range(1001), lambda _: 1))) == [MAX_ITEMS, MAX_ITEMS, 1]
    assert list(parts([], len)) == []


@given(
    st.integers(0, 6),
    st.integers(0, 5),
    st.one_of(st.sampled_from(["end", "next"]), st.integers(0, 9)),
    st.integers(0, 7),
)
def test_what_is_added_in_parts_stands_as_if_added_at_once(
    before: int, current: int, at: Place, count: int
) -> None:
    there = [Item(f"old-{number}", "http://x/") for number in range(before)]
    new = [Item(f"new-{number}", "http://x/") for number in range(count)]
    apart, at_once = Queue(lambda: 1), Queue(lambda: 1)
    for queue in (apart, at_once):
        queue.add(there)
        queue.go_to(there[current].id if current < before else None)
    at_once.add(new, at)
    for part, place in parts_to_add(new, at, lambda _: MAX_PART_BYTES // 2 - 2):
        assert len(part) <= 2
        apart.add(part, place)
    assert apart.page(0, 99) == at_once.page(0, 99)


def page(numbers: range, length: int, revision: int, index: int | None = None) -> dict[str, Any]:
    """The result of a `queue.list`."""
    return {
        "offset": numbers.start,
        "items": [{"id": str(number)} for number in numbers],
        "queue": {"revision": revision, "length": length, "index": index},
    }


def test_a_listing_is_read_page_by_page() -> None:
    listing = Listing()
    assert listing.wanted == {"offset": 0, "count": MAX_ITEMS}
    listing.take(page(range(3), 5, 7))
    assert not listing.complete
    assert listing.wanted["offset"] == 3
    listing.take(page(range(3, 5), 5, 7, index=4))
    assert listing.complete
    assert [item["id"] for item in listing.items] == list("01234")
    assert (listing.revision, listing.index) == (7, 4)


def test_a_queue_that_changed_is_read_anew() -> None:
    listing = Listing()
    listing.take(page(range(3), 5, 7))
    listing.take(page(range(3, 5), 5, 8))
    assert not listing.complete
    assert listing.wanted["offset"] == 0
    listing.take(page(range(2), 2, 8))
    assert listing.complete
    assert [item["id"] for item in listing.items] == ["0", "1"]


def test_an_empty_queue_and_one_that_gives_less_than_it_says_are_complete() -> None:
    for length in (0, 9):
        listing = Listing()
        listing.take(page(range(0), length, 1))
        assert listing.complete
        assert listing.items == []
