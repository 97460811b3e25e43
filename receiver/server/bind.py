"""The one socket that a receiver listens on, and who comes to it."""

from __future__ import annotations

import socket

BACKLOG = 512
"""Connections that the system holds until they are taken: a flood must not fill it in the time that
one command takes, or others have to knock a second time.
"""
RECEIVE_BYTES = 64 * 1024
"""What the system holds of each connection until it is read, about. So much comes at a time,
however fast somebody sends, and then it is the turn of others.
"""


def listen_on(host: str, port: int) -> socket.socket:
    """A listening TCP socket; "" is every address of the machine, old and new. Raises `OSError`
    with a message that names the port.
    """
    listening = _bound(host, port)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    return listening


def _bound(host: str, port: int) -> socket.socket:
    try:
        if host:
            family, _, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            return socket.create_server(address[:2], family=family, backlog=BACKLOG)
        if socket.has_dualstack_ipv6():
            return socket.create_server(
                ("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG
            )
        return socket.create_server(("", port), backlog=BACKLOG)
    except OSError as error:
        # The library adds the address to the system's own words.
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        where = f"port {port}" if not host else f"{host} port {port}"
        raise OSError(
            error.errno, f"cannot listen on {where} ({reason}); choose another with --port"
        ) from None


def unmapped(host: str) -> str:
    """An address as people write it: a socket for both versions of IP maps the older one's into the
    newer's (RFC 4291, section 2.5.5.2).
    """
    return host.removeprefix("::ffff:") if "." in host else host
