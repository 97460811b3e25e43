"""What holds for every request, whatever it asks for: the rules, a time to come and a time to be
answered in, and errors as the protocol has them.
"""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler

from receiver.clock.base import Clock, Deadline, within
from receiver.errors import TonearmError
from receiver.protocol.events import Error
from receiver.server.http_connection import in_json
from receiver.server.rules import ANSWER_HEADERS, MAY_DIFFER, check_host, check_origin

BODY_S = 10.0
"""How long a command may take to come in."""
TAKEN_S = 10.0
"""A client that has not taken its answer by then is cut off."""
LINGER_S = 0.5
"""A client that is still sending when it is answered has so long to notice."""


class Guard:
    """Stands between the connections and the handlers. Event loop only."""

    def __init__(self, clock: Clock, names: Collection[str]) -> None:
        """`names`: those that the receiver answers to (`rules.own_names`)."""
        self._clock = clock
        self._names = names

    def watch(self, app: web.Application) -> None:
        """See to all requests to `app`."""
        app.middlewares.append(self._through)
        app.on_response_prepare.append(_dress)

    async def body(self, request: web.Request) -> bytes:
        """What was sent with a request. Raises aiohttp's errors if it is too long or too slow."""
        try:
            return await within(self._clock, BODY_S, request.read())
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except web.RequestPayloadError:
            raise web.HTTPBadRequest from None

    @web.middleware
    async def _through(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            host = check_host(request.headers.getall("Host", []), self._names)
            check_origin(request.headers.getall("Origin", []), host, secure=request.secure)
            answer = await handler(request)
        except TonearmError as error:
            told = Error(None, error.code, error.message, error.detail)
            answer = in_json(told, error.http_status)
        except web.HTTPException as error:
            why = f"{request.method} {request.path}: {error.reason}."
            answer = in_json(Error(None, "bad_request", why), error.status)
            if "Allow" in error.headers:
                answer.headers["Allow"] = error.headers["Allow"]
        if not answer.prepared:
            await self._deliver(request, answer)
        return answer

    async def _deliver(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Send an answer; a client that does not read is cut off, not waited for. The rest of a
        request that was answered before its end is not read, however much there is of it.
        """
        unread = not request.content.is_eof()
        if unread:
            answer.force_close()
        try:
            async with Deadline(self._clock, TAKEN_S):
                await answer.prepare(request)
                await answer.write_eof()
        except OSError:  # the deadline included
            if request.transport is not None:
                request.transport.abort()
        else:
            if unread:
                await self._clock.sleep(LINGER_S)


async def _dress(_: web.Request, answer: web.StreamResponse) -> None:
    own = {name: answer.headers[name] for name in MAY_DIFFER if name in answer.headers}
    answer.headers.update({**ANSWER_HEADERS, **own})
