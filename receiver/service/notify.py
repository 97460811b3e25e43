"""The protocol of `sd_notify`: a datagram of `KEY=value` lines to the socket that systemd names."""

from __future__ import annotations

import logging
import socket
from typing import Protocol

log = logging.getLogger(__name__)

SEND_S = 1.0
"""How long a manager that does not read may hold us up."""


class Say(Protocol):
    """Tells the service manager something, as in READY="1", STATUS="Ready". Never raises."""

    def __call__(self, **fields: str) -> None:
        """Say these fields, in one message."""
        ...


class Notifier:
    """Says it to the socket at `address`: a path, or an abstract name after "@"."""

    def __init__(self, address: str) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def __call__(self, **fields: str) -> None:
        """See `Say`. What cannot be sent is lost: the next message may get through."""
        message = "\n".join(f"{key}={_one_line(value)}" for key, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(SEND_S)
                sender.sendto(message.encode(), self._address)
        except OSError as error:
            log.debug("The service manager was not told: %s.", error)


def _one_line(text: str) -> str:
    """A title from a stranger must not become a field of its own."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
