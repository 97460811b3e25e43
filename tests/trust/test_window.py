"""The pairing window: open for a while, for a few tries, for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.errors import BadCode, PairingClosed
from receiver.trust.window import OPEN_S, TRIES, Window, new_code
from tests.trust.doors import CODE

WRONG = "000000"


def window() -> Window:
    return Window(lambda: CODE)


def test_a_code_has_six_digits() -> None:
    codes = {new_code() for _ in range(100)}
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(codes) > 90


def test_the_code_lets_one_in_and_closes_the_window() -> None:
    door = window()
    door.open(0.0, "guest")
    assert door.admit(CODE, 1.0) == "guest"
    with pytest.raises(PairingClosed, match="tonearm-receiver pair"):
        door.admit(CODE, 1.0)


def test_nobody_comes_in_before_it_opens_or_when_its_time_is_up() -> None:
    door = window()
    with pytest.raises(PairingClosed):
        door.admit(CODE, 0.0)
    door.open(0.0)
    assert not door.expired(OPEN_S - 1e-6)
    with pytest.raises(PairingClosed):
        door.admit(CODE, OPEN_S)
    assert door.expired(OPEN_S)
    assert not door.expired(OPEN_S), "that is said once"


def test_five_wrong_codes_close_it() -> None:
    door = window()
    door.open(0.0)
    for left in reversed(range(TRIES)):
        with pytest.raises(BadCode) as error:
            door.admit(WRONG, 1.0)
        assert error.value.detail == {"left": left}
    with pytest.raises(PairingClosed):
        door.admit(CODE, 1.0)


def test_opening_it_again_gives_another_code_and_new_tries() -> None:
    codes = iter(("111111", "222222"))
    door = Window(lambda: next(codes))
    door.open(0.0)
    with pytest.raises(BadCode):
        door.admit(WRONG, 1.0)
    door.open(100.0)
    with pytest.raises(BadCode) as error:
        door.admit("111111", 101.0)
    assert error.value.detail == {"left": TRIES - 1}
    assert door.admit("222222", 101.0 + OPEN_S / 2) == "owner"


@given(st.lists(st.tuples(st.sampled_from(["open", "right", "wrong"]), st.floats(0, 50))))
def test_no_more_than_five_wrong_codes_and_one_right_one_per_opening(
    steps: list[tuple[str, float]],
) -> None:
    door, now, wrong, let_in, openings = window(), 0.0, 0, 0, 0
    for step, passed in steps:
        now += passed
        if step == "open":
            door.open(now)
            openings += 1
            continue
        try:
            door.admit(CODE if step == "right" else WRONG, now)
            let_in += 1
        except BadCode:
            wrong += 1
        except PairingClosed:
            assert door.opened(now) is None
    assert let_in <= openings
    assert wrong <= TRIES * openings
