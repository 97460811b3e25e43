"""Messages between receivers from JSON. Apart from `codec`, which controllers load too."""

from __future__ import annotations

import msgspec

from receiver.errors import BadRequest
from receiver.protocol.codec import check_choices, check_names
from receiver.protocol.commands import Command
from receiver.protocol.peers import OnBehalf, PeerMessage

_messages: msgspec.json.Decoder[PeerMessage] = msgspec.json.Decoder(PeerMessage)


def decode_peer_message(data: bytes | str) -> PeerMessage:
    """One message of a receiver to another. Raises `BadRequest`."""
    try:
        message = _messages.decode(data)
        check_names(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadRequest(f"This is not a message between receivers: {error}.") from None
    if isinstance(message, Command):
        check_choices(message)
    elif isinstance(message, OnBehalf):
        check_choices(message.command)
    return message
