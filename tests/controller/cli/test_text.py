"""What strangers wrote, on a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.cli.text import clock_time, plain
from controller.cli.width import columns, fit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Blue", "Blue"),
        ("\x1b[2J\x1b]0;owned\x07Blue", "[2J ]0;owned Blue"),
        ("Blue\r\ntonearm: all is well", "Blue tonearm: all is well"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u200bb", "ab"),
        ("a\u0085b\u2028c\ud800d", "a b cd"),
        ("  Grün  日本 🎵 ", "Grün 日本 🎵"),
    ],
)
def test_what_could_command_a_terminal_is_gone(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_all_of_it_can_be_printed(text: str) -> None:
    assert plain(text) == "" or plain(text).isprintable()
    assert plain(plain(text)) == plain(text)


@given(st.text(), st.integers(0, 30))
def test_it_fits(text: str, width: int) -> None:
    assert columns(fit(plain(text), width)) <= width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Blue", 4, "Blue"),
        ("Blue in Green", 8, "Blue in…"),
        ("Blue in Green", 6, "Blue…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("Blue", 0, ""),
    ],
)
def test_it_is_cut_where_the_width_ends(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(0, "0:00"), (999.9, "0:00"), (83_000, "1:23"), (3_723_000, "1:02:03"), (-5, "0:00")],
)
def test_positions(ms: float, shown: str) -> None:
    assert clock_time(ms) == shown
