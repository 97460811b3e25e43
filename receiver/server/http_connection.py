"""One connection of HTTP, with limits that fit what is spoken here, and answers as the protocol has
them, also to what is no HTTP at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec
from aiohttp import web

from receiver.protocol import codec
from receiver.protocol.events import Error
from receiver.server.rules import ANSWER_HEADERS

JSON = "application/json"

HEAD_S = 20.0
"""From the start of a connection, or its last answer, to the end of the next head. Longer than most
clients keep a connection that they do not use, so that none is closed under their hands.
"""
MAX_HEADERS = 64

log = logging.getLogger(__name__)


class HttpConnection(web.RequestHandler):
    """Event loop only. Calls `lost` when the connection is lost."""

    __slots__ = ("_lost",)

    def __init__(self, server: web.Server, lost: Callable[[], None]) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=HEAD_S,
            lingering_time=0,  # the guard sees to that, and does not read meanwhile
            max_headers=MAX_HEADERS,
            auto_decompress=False,
            access_log=None,  # type: ignore[arg-type] # aiohttp's own way to have none
        )
        self._lost = lost

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called by the event loop, once."""
        super().connection_lost(exc)
        self._lost()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Called by aiohttp with what is no HTTP (400), and with what no handler has caught. That
        strangers talk nonsense, or go in the middle of it, is nothing for the log.
        """
        if isinstance(exc, ConnectionError):
            raise exc
        if status < 500:
            log.debug("No HTTP from %s: %s", request.remote, message)
            told = Error(None, "bad_request", "This is no request of HTTP.")
            answer: web.StreamResponse = in_json(told, status)
            answer.force_close()
        else:
            answer = super().handle_error(request, status, exc, message)
        answer.headers.update(ANSWER_HEADERS)
        return answer


def in_json(message: msgspec.Struct, status: int = 200) -> web.Response:
    """A message as an answer."""
    return web.Response(body=codec.encode(message), status=status, content_type=JSON)
