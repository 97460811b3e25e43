"""The JSON Schema of the protocol, made from the types, so that it is never out of date."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from receiver.model.state import Receipt, Transferred
from receiver.protocol import limits
from receiver.protocol.commands import Command
from receiver.protocol.events import ServerMessage


@functools.cache
def schema() -> bytes:
    """`make_schema` as JSON. It takes some 20 ms to make, and strangers may ask for it."""
    return msgspec.json.encode(make_schema())


def make_schema() -> dict[str, Any]:
    """JSON Schema 2020-12: `command` is what may be sent, `message` what may come, `receipt` and
    `transfer` what the results hold that have fields of that name.
    """
    (command, message, receipt, transfer), components = msgspec.json.schema_components(
        (Command, ServerMessage, Receipt, Transferred), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Tonearm protocol, version {limits.VERSION}",
        "properties": {
            "command": command,
            "message": message,
            "receipt": receipt,
            "transfer": transfer,
        },
        "$defs": components,
    }
