"""JSON to messages and back, with errors that name the field."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from receiver.errors import BadRequest
from receiver.protocol import limits
from receiver.protocol.commands import Command, Entry, Play, QueueAdd, Seek, SetVolume
from receiver.protocol.events import ServerMessage

_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_messages: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)
_encoder = msgspec.json.Encoder()


class _Envelope(msgspec.Struct):
    id: Any = None


_envelopes = msgspec.json.Decoder(_Envelope)


def decode_command(data: bytes | str) -> Command:
    """One command.

    Raises `BadRequest` with a sentence that names what was wrong, for anything else.
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > limits.MAX_MESSAGE_BYTES:
        raise BadRequest(
            f"The message has {size} bytes; at most {limits.MAX_MESSAGE_BYTES} are read."
        )
    try:
        command = _commands.decode(data)
        check_names(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadRequest(f"This is not a command: {error}.") from None
    check_choices(command)
    return command


def check_names(data: bytes | str) -> None:
    """Raises `msgspec.ValidationError` for JSON with an object that has a name twice: msgspec takes
    the last of the two, and says nothing.
    """
    _names.decode(data if isinstance(data, str) else data.decode())


def _once(fields: list[tuple[str, Any]]) -> None:
    """Of two fields of one name, one reader takes the first and another the last."""
    if len(dict(fields)) < len(fields):
        names = [name for name, _ in fields]
        twice = next(name for name in names if names.count(name) > 1)
        raise msgspec.ValidationError(f"Object contains the field `{twice}` twice")


_names = json.JSONDecoder(object_pairs_hook=_once)


def check_choices(command: Command) -> None:
    """Rules that a type cannot say. Raises `BadRequest`."""
    if isinstance(command, Seek) and (command.position_ms is None) == (command.by_ms is None):
        raise BadRequest("A seek takes exactly one of `position_ms` and `by_ms`.")
    if isinstance(command, SetVolume) and (command.percent is None) == (command.by is None):
        raise BadRequest("A volume takes exactly one of `percent` and `by`.")
    if isinstance(command, Play) and (command.url is None) != bool(command.items):
        raise BadRequest("A play takes exactly one of `url` and `items`.")
    entries: list[Entry] = []
    if isinstance(command, Play):
        entries = command.entries
    elif isinstance(command, QueueAdd):
        entries = command.items
    if not all(entry.url.isprintable() for entry in entries):
        raise BadRequest("A `url` holds control characters.")


def id_of(data: bytes | str) -> str | None:
    """The id of a message that may be wrong in other ways, so that its error finds its sender."""
    try:
        found = _envelopes.decode(data).id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return found if isinstance(found, str) and len(found) <= limits.MAX_ID else None


def encode(message: msgspec.Struct) -> bytes:
    """One message as JSON, UTF-8."""
    return _encoder.encode(message)


def decode_message(data: bytes | str) -> ServerMessage:
    """One message of a receiver. Raises `BadRequest`."""
    try:
        return _messages.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"This is not a message of a receiver: {error}.") from None
