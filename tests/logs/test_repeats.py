"""What repeats is held back and summed up."""

from __future__ import annotations

import logging

from hypothesis import given
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.logs.repeats import FIRST, MOST_KINDS, WINDOW_S, Repeats


def record(template: str, *arguments: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("receiver.x", level, __file__, 1, template, arguments, None)


class Stage:
    """Repeats on a clock of their own, and what they have let through."""

    def __init__(self) -> None:
        self.clock = MockClock()
        self.repeats = Repeats(self.clock.now)
        self.lines: list[str] = []

    def log(self, template: str, *arguments: object, level: int = logging.WARNING) -> None:
        taken = self.repeats.take(record(template, *arguments, level=level))
        self.lines += [one.getMessage() for one in taken]


def test_the_first_are_shown_and_the_others_summed_up_when_the_time_is_over() -> None:
    stage = Stage()
    for number in range(FIRST + 37):
        stage.log("%s is gone.", number)
    assert stage.lines == [f"{number} is gone." for number in range(FIRST)]
    stage.clock.step(WINDOW_S)
    stage.log("Another one.")
    assert stage.lines[FIRST:] == [
        f"{FIRST + 36} is gone. (37 times more within 60 s)", "Another one.",
    ]  # fmt: skip


def test_after_that_it_begins_anew() -> None:
    stage = Stage()
    for _ in range(2):
        for _ in range(FIRST):
            stage.log("gone")
        stage.clock.step(WINDOW_S)
    assert stage.lines == ["gone"] * FIRST * 2


def test_what_is_for_finding_faults_is_never_held_back() -> None:
    stage = Stage()
    for _ in range(FIRST * 3):
        stage.log("turn", level=logging.DEBUG)
    assert len(stage.lines) == FIRST * 3


def test_at_the_end_what_is_held_back_is_summed_up() -> None:
    stage = Stage()
    for _ in range(FIRST + 1):
        stage.log("gone")
    (last,) = stage.repeats.rest()
    assert last.getMessage() == "gone (once more within 0 s)"
    assert last.levelno == logging.WARNING
    assert not list(stage.repeats.rest())


@given(st.lists(st.tuples(st.integers(0, MOST_KINDS * 2), st.floats(0, 30)), max_size=400))
def test_nothing_is_lost_and_memory_is_bounded(events: list[tuple[int, float]]) -> None:
    stage = Stage()
    told = 0
    taken: list[logging.LogRecord] = []
    for kind, pause in events:
        stage.clock.step(pause)
        taken += stage.repeats.take(record(f"kind {kind}"))
        assert len(stage.repeats._kinds) <= MOST_KINDS
    for one in [*taken, *stage.repeats.rest()]:
        message = one.getMessage()
        if "once more" in message:
            told += 1
        elif "times more" in message:
            told += int(message.partition("(")[2].partition(" ")[0])
        else:
            told += 1
    assert told == len(events)
