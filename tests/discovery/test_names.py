"""Instance names: always a legal label, always another one."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from receiver.discovery.names import instance_names


def test_the_name_itself_comes_first_then_numbers() -> None:
    assert list(islice(instance_names("Kitchen"), 3)) == ["Kitchen", "Kitchen (2)", "Kitchen (3)"]


def test_a_long_name_is_cut_at_a_character_so_that_the_number_fits() -> None:
    first, second = islice(instance_names("ü" * 40), 2)
    assert first == "ü" * 31
    assert second == "ü" * 29 + " (2)"


def test_nothing_to_show_gets_a_name_all_the_same() -> None:
    assert next(instance_names(" \n")) == "Tonearm"


@given(st.text(st.characters(), max_size=100))
def test_every_name_is_a_label(name: str) -> None:
    names = list(islice(instance_names(name), 12))
    assert len(set(names)) == 12
    for label in names:
        assert 0 < len(label.encode()) <= 63
        assert label.isprintable()
        assert "." not in label
