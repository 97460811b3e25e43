"""What a receiver says: answers to commands, and news of its state."""

from __future__ import annotations

from typing import Any

import msgspec

from receiver.model.state import State


class Done(msgspec.Struct, frozen=True, tag_field="type", tag="done"):
    """The command was carried out."""

    id: str
    result: dict[str, Any] = {}


class Error(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    """The command was not carried out. `id` is None where the message had none to be read."""

    id: str | None
    code: str
    message: str
    detail: dict[str, Any] = {}


class StateEvent(msgspec.Struct, frozen=True, tag_field="type", tag="state"):
    """The whole state at a revision: the first on a connection, and the newest after a lag."""

    revision: int
    state: State


class Change(msgspec.Struct, frozen=True, tag_field="type", tag="change"):
    """What changed from `revision` - 1 to `revision`, as a JSON Merge Patch (RFC 7396)."""

    revision: int
    patch: dict[str, Any]


Answer = Done | Error
Event = StateEvent | Change
ServerMessage = Done | Error | StateEvent | Change
