"""Values of any type that msgspec knows, as hypothesis makes them: each is one that is allowed."""

from __future__ import annotations

from typing import Any, get_args

import msgspec.inspect as mi
from hypothesis import strategies as st

from receiver.errors import BadRequest
from receiver.protocol import commands as c
from receiver.protocol.codec import check_choices

MOST = 4
"""Elements of a list, entries of a dict: more tells no more."""
_LETTERS = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
"""A URL may have no others."""


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of this type, within the limits that it names."""
    return _of(mi.type_info(kind))


def commands() -> st.SearchStrategy[c.Command]:
    """Commands of every kind."""
    kinds = get_args(c.Command)
    return st.one_of(*(values_of(kind).filter(_is_allowed) for kind in kinds))


def _is_allowed(command: c.Command) -> bool:
    try:
        check_choices(command)
    except BadRequest:
        return False
    return True


def _of(kind: mi.Type) -> st.SearchStrategy[Any]:
    match kind:
        case mi.NoneType():
            return st.none()
        case mi.BoolType():
            return st.booleans()
        case mi.IntType(ge=low, le=high):
            return st.integers(
                -(2**63) if low is None else low, 2**63 - 1 if high is None else high
            )
        case mi.FloatType(ge=low, le=high):
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case mi.StrType(pattern=str() as pattern):
            return st.from_regex(pattern)
        case mi.StrType(min_length=least, max_length=most):
            return st.text(_LETTERS, min_size=least or 0, max_size=most)
        case mi.LiteralType(values=values):
            return st.sampled_from(values)
        case mi.UnionType(types=types):
            return st.one_of(*map(_of, types))
        case mi.ListType(item_type=inner, min_length=least):
            return st.lists(_of(inner), min_size=least or 0, max_size=MOST)
        case mi.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: _of(field.type) for field in fields})
        case _:
            raise TypeError(f"no values are known for {kind}")
