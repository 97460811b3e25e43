"""What all pins promise."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hw.pins.base import PinError
from tests.hw.benches import KINDS, Bench, bench

FIRST, SECOND = 5, 6
OTHERS = 7
"""A pin that this program never drives: of one that it does the system never lets go."""
LONGEST_S = 10.0


@pytest.fixture(params=KINDS)
def board(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(request.param, monkeypatch) as made:
        yield made


class Heard:
    """The levels that a pin told of."""

    def __init__(self) -> None:
        self.levels: list[bool] = []
        self._news = threading.Condition()

    def take(self, level: bool) -> None:
        with self._news:
            self.levels.append(level)
            self._news.notify_all()

    def until(self, level: bool) -> None:
        """Wait until the last that was told is this."""
        with self._news:
            assert self._news.wait_for(lambda: self.levels[-1:] == [level], LONGEST_S)


def test_an_input_reads_what_its_resistor_says(board: Bench) -> None:
    up, down = board.pins.input(FIRST, "up"), board.pins.input(SECOND, "down")
    assert (up.number, up.level, down.level) == (FIRST, True, False)
    up.close()
    down.close()


def test_an_input_reads_what_is_connected_to_it(board: Bench) -> None:
    pin = board.pins.input(FIRST, "up")
    board.ground(FIRST)
    assert not pin.level
    board.let_go(FIRST)
    assert pin.level
    pin.close()


def test_edges_are_told_and_the_last_one_tells_the_level(board: Bench) -> None:
    pin, heard = board.pins.input(FIRST, "up"), Heard()
    pin.watch(heard.take)
    for _ in range(3):
        board.ground(FIRST)
        heard.until(False)
        board.let_go(FIRST)
        heard.until(True)
    pin.close()


def test_of_a_burst_none_is_made_up_and_what_comes_after_it_is_told(board: Bench) -> None:
    pin, heard = board.pins.input(FIRST, "up"), Heard()
    pin.watch(heard.take)
    for _ in range(20):
        board.ground(FIRST)
        board.let_go(FIRST)
    heard.until(True)  # the kernel keeps some; that there was a last one it may have forgotten
    board.ground(FIRST)
    heard.until(False)
    assert len(heard.levels) <= 41
    assert not pin.level
    pin.close()


def test_who_does_not_watch_any_more_is_told_nothing(board: Bench) -> None:
    pin, other = board.pins.input(FIRST, "up"), board.pins.input(SECOND, "up")
    heard, after = Heard(), Heard()
    pin.watch(heard.take)
    other.watch(after.take)
    pin.unwatch()
    pin.unwatch()
    board.ground(FIRST)
    board.ground(SECOND)
    after.until(False)  # edges are told in turn, so one of the first would have come by now
    assert heard.levels == []
    board.let_go(FIRST)
    pin.watch(heard.take)
    board.ground(FIRST)
    heard.until(False)
    pin.close()
    other.close()


@pytest.mark.parametrize("high", [True, False])
def test_an_output_begins_as_it_was_asked_to(board: Bench, high: bool) -> None:
    pin = board.pins.output(FIRST, high)
    assert board.probe(FIRST) is high
    pin.drive(not high)
    assert board.probe(FIRST) is not high
    pin.drive(high)
    assert board.probe(FIRST) is high
    pin.close()
    pin.close()


@pytest.mark.parametrize("high", [True, False])
def test_an_output_that_is_closed_stays_as_it_was(board: Bench, high: bool) -> None:
    pin = board.pins.output(FIRST, not high)
    pin.drive(high)
    pin.close()
    assert board.probe(FIRST) is high


def test_a_pin_that_is_let_go_of_can_be_had_again(board: Bench) -> None:
    for _ in range(2):
        pin, heard = board.pins.input(FIRST, "up"), Heard()
        pin.watch(heard.take)
        board.ground(FIRST)
        heard.until(False)
        board.let_go(FIRST)
        heard.until(True)
        pin.close()
        pin.close()
        board.pins.output(FIRST, False).close()


def test_a_pin_that_another_program_has_is_named(board: Bench) -> None:
    with board.occupied(OTHERS):
        for get in (
            lambda: board.pins.input(OTHERS, "up"),
            lambda: board.pins.output(OTHERS, True),
        ):
            with pytest.raises(PinError, match=r"GPIO 7 cannot be .*busy.*something else uses it"):
                get()
    board.pins.input(OTHERS, "up").close()
