"""The merge patch: the examples of RFC 7396, and what must hold for any two states."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.protocol import patch

keys = st.sampled_from("abcde")
leaves = st.none() | st.integers(-2, 2) | st.text(max_size=2) | st.lists(st.integers(0, 2))
values = st.recursive(leaves, lambda inner: st.dictionaries(keys, inner), max_leaves=12)
objects = st.dictionaries(keys, values)


def without_nulls(value: Any) -> Any:
    """What a patch can express: a null in an object reads as absent."""
    if not isinstance(value, dict):
        return value
    return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}


EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
"""RFC 7396, appendix A, the cases between objects: target, patch, result."""


@pytest.mark.parametrize(("target", "change", "result"), EXAMPLES)
def test_the_examples_of_the_standard(
    target: dict[str, Any], change: dict[str, Any], result: dict[str, Any]
) -> None:
    assert patch.apply(target, change) == result


@given(objects, objects)
def test_the_difference_applied_makes_the_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    merged = patch.apply(old, patch.diff(old, new))
    assert without_nulls(merged) == without_nulls(new)


@given(objects)
def test_no_difference_is_an_empty_patch(value: dict[str, Any]) -> None:
    assert patch.diff(value, copy.deepcopy(value)) == {}


@given(objects, objects)
def test_a_patch_may_be_applied_twice(target: dict[str, Any], change: dict[str, Any]) -> None:
    once = patch.apply(target, change)
    assert patch.apply(once, change) == once


@given(objects, objects)
def test_nothing_is_changed_in_place(target: dict[str, Any], change: dict[str, Any]) -> None:
    before = copy.deepcopy((target, change))
    patch.apply(target, change)
    patch.diff(target, change)
    assert (target, change) == before


@given(objects, objects)
def test_only_what_differs_is_sent(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert patch.diff(old, new).keys() <= {
        key for key in old.keys() | new.keys() if old.get(key) != new.get(key)
    }


@given(objects, st.lists(objects))
def test_patches_in_order_lead_to_the_last_state(
    first: dict[str, Any], later: list[dict[str, Any]]
) -> None:
    held = first
    for before, after in itertools.pairwise([first, *later]):
        held = patch.apply(held, patch.diff(before, after))
    assert without_nulls(held) == without_nulls([first, *later][-1])
