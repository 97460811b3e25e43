"""A knob counts detents, however its contacts bounce and whatever is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.encoder import EdgesPerDetent, Pace, Quadrature

ROUND = [(True, True), (False, True), (False, False), (True, False)]
"""A and B over one round, clockwise."""
EDGES: list[EdgesPerDetent] = [1, 2, 4]


class Knob:
    """A knob by its angle, in edges."""

    def __init__(self, edges: EdgesPerDetent = 4) -> None:
        self.angle = 0
        self.edges = edges
        self.quadrature = Quadrature(*ROUND[0], edges)
        self.counted = 0
        self.most_at_once = 0

    def move(self, way: int, *, seen: bool = True) -> None:
        """Turn it by one edge."""
        self.angle += way
        if seen:
            detent = self.quadrature.turn(*ROUND[self.angle % 4])
            self.counted += detent
            self.most_at_once = max(self.most_at_once, abs(detent))

    def go_to(self, angle: int) -> None:
        """Turn it on, edge by edge."""
        while self.angle != angle:
            self.move(1 if angle > self.angle else -1)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("detents", [3, -3])
def test_each_detent_counts_once_and_has_a_way(edges: EdgesPerDetent, detents: int) -> None:
    knob = Knob(edges)
    knob.go_to(detents * edges)
    assert knob.counted == detents


def test_half_a_step_and_back_is_none() -> None:
    knob = Knob()
    for half in (1, 2, 3):
        knob.go_to(half)
        knob.go_to(0)
    assert knob.counted == 0


def test_a_step_with_hesitation_is_one() -> None:
    knob = Knob()
    for angle in (1, 2, 1, 3, 1, 3, 2, 4):
        knob.go_to(angle)
    assert knob.counted == 1


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_step_with_an_edge_lost_is_one_all_the_same(lost: int) -> None:
    knob = Knob()
    for angle in (1, 2, 3, 4):
        knob.move(1, seen=angle != lost)
    assert knob.counted == 1


def test_after_a_lost_detent_it_finds_back() -> None:
    knob = Knob()
    for angle in range(1, 9):
        knob.move(1, seen=angle != 4)
    knob.go_to(20)
    assert knob.counted in (4, 5)
    before = knob.counted
    knob.go_to(24)
    assert knob.counted == before + 1


WALK = st.lists(st.sampled_from([1, -1]), max_size=200)


@given(st.sampled_from(EDGES), WALK)
def test_whatever_way_it_goes_at_rest_the_count_is_the_angle(
    edges: EdgesPerDetent, walk: list[int]
) -> None:
    knob = Knob(edges)
    for way in walk:
        knob.move(way)
        # Between two detents it stays at one of them.
        assert abs(knob.counted * edges - knob.angle) < edges
    knob.go_to(round(knob.angle / edges) * edges)
    assert knob.counted == knob.angle // edges
    assert knob.most_at_once <= 1


@given(st.integers(-10, 10), st.data())
def test_a_contact_that_bounces_changes_nothing(detents: int, data: st.DataObject) -> None:
    knob = Knob()
    way = 1 if detents > 0 else -1
    for _ in range(4 * abs(detents)):
        knob.move(way)
        for _ in range(data.draw(st.integers(0, 3))):
            knob.move(-way)
            knob.move(way)
    assert knob.counted == detents


@given(st.lists(st.booleans(), max_size=100))
def test_lost_edges_cost_no_more_than_their_detents(seen: list[bool]) -> None:
    knob = Knob()
    for one in seen:
        knob.move(1, seen=one)
    knob.go_to(-(-knob.angle // 4) * 4 + 8)
    lost = seen.count(False)
    assert knob.angle // 4 - lost <= knob.counted <= knob.angle // 4


def test_a_quick_turn_goes_further_and_a_slow_one_does_not() -> None:
    pace = Pace()
    assert [pace.weigh(1, at) for at in (0.0, 0.2, 0.4)] == [1, 1, 1]
    assert [pace.weigh(1, at) for at in (0.45, 0.47, 0.49)] == [2, 4, 4]
    assert pace.weigh(1, 1.0) == 1


def test_the_way_back_begins_slowly() -> None:
    pace = Pace()
    assert [pace.weigh(1, at) for at in (0.0, 0.02)] == [1, 4]
    assert [pace.weigh(-1, at) for at in (0.04, 0.06)] == [-1, -4]


@given(st.lists(st.tuples(st.sampled_from([1, -1]), st.floats(0, 1)), max_size=50))
def test_the_way_is_always_that_of_the_detent(turns: list[tuple[int, float]]) -> None:
    pace, now = Pace(), 0.0
    for detent, gap in turns:
        now += gap
        weight = pace.weigh(detent, now)
        assert weight * detent in (1, 2, 4)


def test_the_round_is_one_of_quadrature() -> None:
    for (a, b), (c, d) in pairwise([*ROUND, ROUND[0]]):
        assert (a != c) + (b != d) == 1
