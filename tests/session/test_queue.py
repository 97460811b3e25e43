"""The queue against a slow and simple one, and its promises one by one."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from receiver.errors import BadRequest, NoSuchItem
from receiver.model.state import Item, Repeat
from receiver.protocol.limits import MAX_QUEUE
from receiver.protocol.peers import Moving
from receiver.session.queue import Queue, Where


def items(names: str) -> list[Item]:
    """An item for each letter."""
    return [Item(id=name, url=f"http://x/{name}") for name in names]


def holding(names: str, current: str | None = None) -> Queue:
    queue = Queue(lambda: 7)
    queue.add(items(names))
    queue.go_to(current)
    return queue


def test_its_settings_move_along_and_stay_nowhere_else() -> None:
    here, there = holding("abc", "b"), holding("x")
    here.set_crossfade(2500)
    here.set_repeat("all")
    state = here.state
    moving = Moving(
        "s", 1, state.length, state.revision, "b", state.repeat, crossfade_ms=state.crossfade_ms
    )
    there.adopt(here.rows(), moving)
    assert (ids(there), there.state.repeat, there.state.crossfade_ms) == ("abc", "all", 2500)
    here.reset()
    assert (here.state.length, here.state.repeat, here.crossfade_ms) == (0, "off", 0)


def ids(queue: Queue) -> str:
    return "".join(item.id for item in queue.page(0, MAX_QUEUE))


def played(queue: Queue, count: int) -> str:
    """What plays by itself, one after the other, from the current item on."""
    found = queue.current.id if queue.current else ""
    for _ in range(count):
        following = queue.upcoming()
        if following is None:
            break
        queue.go_to(following)
        found += following
    return found


@pytest.mark.parametrize(
    ("where", "expected"),
    [("end", "abcxy"), ("next", "abxyc"), (0, "xyabc"), (1, "axybc"), (99, "abcxy")],
)
def test_items_go_where_they_are_wanted(where: Where, expected: str) -> None:
    queue = holding("abc", "b")
    queue.add(items("xy"), where)
    assert ids(queue) == expected


def test_one_after_the_other_and_then_it_is_over() -> None:
    assert played(holding("abc", "a"), 9) == "abc"
    over = holding("abc")
    assert (over.after(), over.before()) == ("a", "c")
    assert played(over, 9) == "abc"


@pytest.mark.parametrize(("repeat", "expected"), [("all", "bcabca"), ("one", "bbbbbb")])
def test_repeated(repeat: Repeat, expected: str) -> None:
    queue = holding("abc", "b")
    queue.set_repeat(repeat)
    assert played(queue, 5) == expected
    assert queue.after() == {"b": "c", "a": "b", "c": "a"}[expected[-1]], "next goes on"


def test_shuffled_it_plays_each_once_and_undone_it_is_as_before() -> None:
    queue = holding("abcdefghij", "d")
    queue.set_shuffle(True)
    assert ids(queue) == "abcdefghij", "the list is for people, and stays"
    order = played(queue, 20)
    assert (order[0], sorted(order)) == ("d", list("abcdefghij"))
    assert order != "d" + "abcefghij"
    queue.go_to("d")
    assert played(queue, 20) == order, "the order is kept"
    queue.go_to("c")
    queue.set_shuffle(False)
    assert played(queue, 20) == "cdefghij"


def test_the_same_seed_shuffles_alike() -> None:
    orders = []
    for seed in (1, 1, 2):
        queue = Queue(lambda seed=seed: seed)
        queue.add(items("abcdefghij"))
        queue.set_shuffle(True)
        orders.append(played(queue, 20))
    assert orders[0] == orders[1] != orders[2]


def test_what_is_added_while_shuffled_is_yet_to_come() -> None:
    queue = holding("abcdef", "a")
    queue.set_shuffle(True)
    heard = played(queue, 2)
    queue.add(items("xyz"))
    queue.add(items("n"), "next")
    rest = played(queue, 20)[1:]
    assert rest[0] == "n"
    assert sorted(heard + rest) == sorted("abcdefxyzn")


def test_taking_out_what_plays_tells_what_follows() -> None:
    queue = holding("abcd", "b")
    assert queue.remove(["b", "c", "gone"]) == "d"
    assert (queue.current, ids(queue)) == (None, "ad")
    assert queue.remove(["a", "d"]) is None
    last = holding("abc", "c")
    last.set_repeat("all")
    assert last.remove(["c"]) == "a"


def test_a_clear_spares_what_its_sender_has_not_seen() -> None:
    queue = holding("abc", "b")
    seen = queue.revision
    queue.add(items("x"), 0)
    assert queue.clear(seen) is None
    assert ids(queue) == "x"
    queue.clear()
    assert len(queue) == 0


def test_moves() -> None:
    queue = holding("abcd", "b")
    queue.move("d", "next")
    assert ids(queue) == "abdc"
    queue.move("a", "end")
    assert ids(queue) == "bdca"
    queue.move("b", 2)
    assert ids(queue) == "dcba"
    queue.move("b", "next")
    assert ids(queue) == "dcba", "it cannot follow itself"
    with pytest.raises(NoSuchItem):
        queue.move("x", 0)


def test_a_place_in_the_list_is_none_in_a_shuffled_order() -> None:
    queue = holding("abcdefgh", "d")
    queue.set_shuffle(True)
    order = played(queue, 3)
    coming = [name for name in "abcdefgh" if name not in order]
    queue.move(coming[0], 0)
    queue.move(order[-1], 7)
    assert sorted(played(queue, 20)[1:]) == coming, "all of them are still to come"
    queue.set_shuffle(False)
    queue.set_shuffle(True)
    queue.move("a", "next")
    assert queue.after() == "a"


def test_a_page_is_no_longer_than_a_message() -> None:
    queue = Queue(lambda: 1)
    queue.add([Item(id=f"i{n}", url="http://x/" + "a" * 2000) for n in range(300)])
    page = queue.page(0, 300)
    assert 0 < len(page) < 100
    assert queue.page(299, 300)[0].id == "i299"


def test_as_many_as_fit_may_stand_in_the_place_of_one() -> None:
    queue = holding("a", "a")
    queue.replace("a", [Item(id=f"i{n}", url="u") for n in range(MAX_QUEUE)])
    assert len(queue) == MAX_QUEUE
    assert queue.state.index == 0
    with pytest.raises(BadRequest):
        queue.replace("i0", items("bc"))
    assert len(queue) == MAX_QUEUE


def test_more_than_fits_is_refused_as_a_whole() -> None:
    queue = Queue(lambda: 1)
    many = [Item(id=f"i{n}", url="http://x") for n in range(MAX_QUEUE)]
    queue.add(many)
    with pytest.raises(BadRequest, match="10000 items at most"):
        queue.add(items("a"))
    assert len(queue) == MAX_QUEUE


class AgainstAModel(RuleBasedStateMachine):
    """Any edits: the list is that of plain list operations, the play order a permutation of it."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue(lambda: 3)
        self.model: list[str] = []
        self.current: str | None = None
        self.names = (f"i{n}" for n in itertools.count())
        self.rng = random.Random(5)

    def some(self) -> str:
        return self.rng.choice(self.model)

    def place(self, where: Where) -> int:
        if where == "end":
            return len(self.model)
        if where == "next":
            return self.model.index(self.current) + 1 if self.current else 0
        return min(where, len(self.model))

    @rule(count=st.integers(1, 4), where=st.sampled_from(["end", "next", 0, 2, 50]))
    def add(self, count: int, where: Where) -> None:
        new = [next(self.names) for _ in range(count)]
        self.queue.add([Item(id=name, url="http://x") for name in new], where)
        at = self.place(where)
        self.model[at:at] = new

    @rule(count=st.integers(0, 3))
    def remove(self, count: int) -> None:
        gone = [self.some() for _ in range(count if self.model else 0)]
        self.queue.remove([*gone, "never there"])
        self.model = [name for name in self.model if name not in gone]
        self.current = None if self.current in gone else self.current

    @precondition(lambda self: self.model)
    @rule(where=st.sampled_from(["end", "next", 0, 1, 50]))
    def move(self, where: Where) -> None:
        name = self.some()
        self.queue.move(name, where)
        if not (name == self.current and where == "next"):
            self.model.remove(name)
            self.model.insert(self.place(where), name)

    @precondition(lambda self: self.model)
    @rule()
    def go_to(self) -> None:
        self.current = self.some()
        self.queue.go_to(self.current)

    @rule(repeat=st.sampled_from(["off", "one", "all"]), shuffle=st.booleans())
    def modes(self, repeat: Repeat, shuffle: bool) -> None:
        self.queue.set_repeat(repeat)
        self.queue.set_shuffle(shuffle)

    @invariant()
    def is_the_model(self) -> None:
        queue, state = self.queue, self.queue.state
        assert [item.id for item in queue.page(0, MAX_QUEUE)] == self.model
        assert state.length == len(queue) == len(self.model)
        assert (queue.current.id if queue.current else None) == self.current
        assert state.index == (self.model.index(self.current) if self.current else None)
        assert sorted(queue._order) == sorted(self.model)
        if self.current is None and self.model:
            assert {queue.after(), queue.before()} <= set(self.model)
        for neighbour in (queue.after(), queue.before(), queue.upcoming()):
            assert neighbour is None or neighbour in self.model
        if state.repeat == "all" and self.model and self.current:
            assert queue.after() is not None


AgainstAModel.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAgainstAModel = AgainstAModel.TestCase
