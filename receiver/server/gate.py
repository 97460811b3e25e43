"""The gate before the server: which connections there is a place for, how long one may say nothing,
and whether it speaks TLS. aiohttp takes as many as come, and waits for each as long as it likes.
"""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import ssl
from collections.abc import Callable

from receiver.clock.base import Clock, within
from receiver.server.bind import unmapped
from receiver.server.metrics import Metrics
from receiver.server.places import Places

FIRST_BYTE_S = 10.0
"""A browser opens connections ahead, and may use them a little later."""
HANDSHAKE_S = 10.0
CLOSE_S = 1.0
"""How long the goodbye of TLS is waited for."""
UNREAD_MS = 30_000
"""For so long the other side may leave unread what is sent to it, or be out of reach."""
AT_ONCE = 64
"""Connections that are taken in one turn of the event loop. To turn one away costs less than a
turn, but others want theirs.
"""
REST_S = 0.5
"""Until the next try, when the system can give no connection."""
TOLD_EVERY_S = 60.0
CLIENT_HELLO = b"\x16"
"""How TLS begins (RFC 8446, section 5.1), and HTTP does not."""

Serve = Callable[[Callable[[], None]], asyncio.Protocol]
"""Makes a protocol for one connection. It calls what it is given when its connection is lost."""

log = logging.getLogger(__name__)


class Gate:
    """Lets connections in, each by `stand`. Event loop only."""

    def __init__(self, clock: Clock, metrics: Metrics, places: Places) -> None:
        self._clock = clock
        self._metrics = metrics
        self._places = places
        self._silent: set[socket.socket] = set()
        self._told_at = -math.inf

    async def stand(
        self, listening: socket.socket, serve: Serve, tls: ssl.SSLContext | None
    ) -> None:
        """Let connections in, until cancelled; those that were served by then stay. Without `tls` a
        connection that begins with it is closed.
        """
        listening.setblocking(False)
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    await _readable(listening)
                    try:
                        for _ in range(AT_ONCE):
                            sock, address = listening.accept()
                            if self._takes(sock, unmapped(address[0])):
                                tasks.create_task(self._admit(sock, serve, tls))
                    except BlockingIOError:
                        pass  # those were all
                    except OSError as error:
                        log.warning("No connection can be taken now: %s.", error.strerror)
                        await self._clock.sleep(REST_S)
        finally:
            for sock in self._silent:
                self._close(sock)
            self._silent.clear()

    def _takes(self, sock: socket.socket, host: str) -> bool:
        """Whether there is a place for a connection from this address; else it is closed."""
        if not self._places.take(sock, host):
            sock.close()
            self._turned_away(host)
            return False
        sock.setblocking(False)
        self._silent.add(sock)
        return True

    def _turned_away(self, host: str) -> None:
        self._metrics.turned_away += 1
        now = self._clock.now()
        if now - self._told_at >= TOLD_EVERY_S:
            self._told_at = now
            log.warning(
                "There are too many connections: %d, %d of them from %s, whose next one is closed.",
                len(self._places), self._places.of(host), host,
            )  # fmt: skip

    async def _admit(self, sock: socket.socket, serve: Serve, tls: ssl.SSLContext | None) -> None:
        """Hand a connection over to the server as soon as it says something."""
        try:
            first = await within(self._clock, FIRST_BYTE_S, _first_byte(sock))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        except OSError:  # the deadline included
            first = b""
        self._silent.discard(sock)
        secure = first == CLIENT_HELLO
        if not first or (secure and tls is None):
            self._close(sock)
            return
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: serve(lambda: self._places.leave(sock)),
                sock,
                ssl=tls if secure else None,
                ssl_handshake_timeout=HANDSHAKE_S if secure else None,
                ssl_shutdown_timeout=CLOSE_S if secure else None,
            )
        except OSError:  # the handshake came to nothing, and its socket is closed
            self._places.leave(sock)

    def _close(self, sock: socket.socket) -> None:
        self._places.leave(sock)
        sock.close()


async def _readable(sock: socket.socket) -> None:
    """Return when there is something to read, or to accept."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sock.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sock.fileno())


async def _first_byte(sock: socket.socket) -> bytes:
    """What is read next, and stays to be read; nothing where the other side has closed."""
    await _readable(sock)
    return sock.recv(1, socket.MSG_PEEK)
