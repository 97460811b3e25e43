"""Gives the covers of what is played to browsers.

An image of a page bears no token. So there is none: the path holds an id that nobody can guess, and
only who may see the state is told it.
"""

from __future__ import annotations

from aiohttp import web

from receiver.covers.covers import Covers
from receiver.protocol.limits import COVERS_PATH

GIVEN_HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""An id stands for the same bytes for ever; and whatever those are, a browser runs none of it."""


class CoverDoor:
    """Event loop only."""

    def __init__(self, covers: Covers) -> None:
        self._covers = covers

    @property
    def routes(self) -> list[web.RouteDef]:
        """For the server."""
        return [web.get(f"{COVERS_PATH}/{{id}}", self._give)]

    async def _give(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        picture = self._covers.find(name)
        if picture is None:
            raise web.HTTPNotFound
        headers = {**GIVEN_HEADERS, "ETag": f'"{name}"'}
        if any(known.value in (name, "*") for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=picture.data, headers={**headers, "Content-Type": picture.media_type}
        )
