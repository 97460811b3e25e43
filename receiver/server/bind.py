"""The one socket that a receiver listens on."""

from __future__ import annotations

import socket

BACKLOG = 128


def listen_on(host: str, port: int) -> socket.socket:
    """A listening TCP socket; "" is every address of the machine, old and new. Raises `OSError`
    with a message that names the port.
    """
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
