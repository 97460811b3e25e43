"""JSON Merge Patch (RFC 7396), between values of JSON types."""

from __future__ import annotations

from typing import Any


def diff(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The patch that makes `old` into `new`. None in `new` reads as absent (RFC 7396)."""
    patch: dict[str, Any] = {key: None for key in old.keys() - new.keys() if old[key] is not None}
    for key, value in new.items():
        before = old.get(key)
        if before == value and (before is not None or value is None):
            continue
        if isinstance(before, dict) and isinstance(value, dict):
            patch[key] = diff(before, value)
        else:
            patch[key] = value
    return patch


def apply(target: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """`target` with `patch` applied; neither is changed."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            before = result.get(key)
            result[key] = apply(before if isinstance(before, dict) else {}, value)
        else:
            result[key] = value
    return result
