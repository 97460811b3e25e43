"""Files that controllers bring, and that receivers of the house fetch.

Who may add to the queue may bring one. To fetch it there is no token: its address holds an id that
nobody can guess, and a receiver to which the music is handed over has nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import PurePath
from urllib.parse import quote

import msgspec
from aiohttp import web

from receiver.clock.base import Clock, within
from receiver.errors import BadRequest, TonearmError, TooMany, UnsupportedFormat
from receiver.model.text import visible
from receiver.protocol.events import Error
from receiver.protocol.limits import UPLOADS_PATH
from receiver.protocol.playlist import playlist_kind
from receiver.server.callers import Callers
from receiver.server.http_connection import in_json
from receiver.source.file import FileSource
from receiver.store.uploads import Uploads
from receiver.trust.doorkeeper import Doorkeeper

TYPES = ("application/octet-stream", "application/ogg", "audio/ogg")
"""None of them can be sent by a form, nor by a page of another site without asking first."""
PIECE = 128 << 10
"""Bytes that are in memory of each file that comes in, about; the first must show what it is."""
PIECE_S = 60.0
"""For so long a piece may take to come in: a phone is slow at the end of the garden."""
MOST_AT_ONCE = 4
MOST_NAME = 200
"""Bytes of UTF-8."""

_PAGE = b"OggS"

GIVEN_HEADERS = {
    "Accept-Ranges": "bytes",
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""Whatever a stranger's file holds, a browser neither shows nor runs it."""


class Uploaded(msgspec.Struct):
    """The answer to who has brought a file: its address."""

    url: str


class Room(msgspec.Struct):
    """The answer to who asks before: the largest file that is taken, in bytes."""

    most_bytes: int


class UploadDoor:
    """Takes and gives files. Event loop only."""

    def __init__(
        self, uploads: Uploads, callers: Callers, doorkeeper: Doorkeeper, clock: Clock
    ) -> None:
        self._uploads = uploads
        self._callers = callers
        self._doorkeeper = doorkeeper
        self._clock = clock

    @property
    def routes(self) -> list[web.RouteDef]:
        """For the server."""
        return [
            web.get(UPLOADS_PATH, self._tell),
            web.post(UPLOADS_PATH, self._take),
            web.get(f"{UPLOADS_PATH}/{{id}}/{{name}}", self._give),
        ]

    async def _tell(self, request: web.Request) -> web.Response:
        self._callers.known(request)
        return in_json(Room(self._uploads.bounds.each))

    async def _take(self, request: web.Request) -> web.Response:
        # aiohttp takes what says nothing of itself to be the first of them.
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in TYPES:
            error = Error(None, "bad_request", f"Send files as Content-Type: {TYPES[0]}.")
            return in_json(error, 415)
        caller = self._callers.known(request)
        name = _plain(request.query.get("name", ""))
        if self._uploads.coming >= MOST_AT_ONCE:
            raise TooMany(f"{MOST_AT_ONCE} files are being uploaded; wait until one is there.")
        self._doorkeeper.judge_upload(caller)
        async with self._uploads.receive(request.content_length) as draft:
            async for piece in self._pieces(request):
                if not draft.written:
                    _check(name, piece)
                await draft.write(piece)
            if not draft.written:
                _check(name, b"")
        return in_json(Uploaded(self._uploads.address(draft.id, quote(name, safe=""))))

    async def _pieces(self, request: web.Request) -> AsyncIterator[bytes]:
        """The body, in pieces of which each has its time. Raises aiohttp's errors if it is too slow
        or broken.
        """
        while True:
            try:
                yield await within(self._clock, PIECE_S, request.content.readexactly(PIECE))
            except asyncio.IncompleteReadError as end:
                if end.partial:
                    yield end.partial
                return
            except TimeoutError:
                raise web.HTTPRequestTimeout from None
            except web.RequestPayloadError:
                raise web.HTTPBadRequest from None

    async def _give(self, request: web.Request) -> web.StreamResponse:
        """A player reads at the pace of the music. One that reads no more is cut off by the system
        (`gate.UNREAD_MS`), and asks for the rest when it wants it.
        """
        file_id = request.match_info["id"]
        path = self._uploads.path(file_id)
        if path is None:
            raise web.HTTPNotFound
        async with FileSource(path, request.path, self._clock) as file:
            try:
                size = (await file.open()).size or 0
            except TonearmError:  # somebody has removed it
                raise web.HTTPNotFound from None
            tag = f'"{file_id}"'
            answer = web.StreamResponse(headers={**GIVEN_HEADERS, "ETag": tag})
            start, stop = 0, size
            if (span := _part_wanted(request, size, tag)) is not None:
                start, stop = span
                answer.set_status(206 if start < stop else 416)
                told = f"{start}-{stop - 1}" if start < stop else "*"
                answer.headers["Content-Range"] = f"bytes {told}/{size}"
            answer.content_length = left = max(stop - start, 0)
            await answer.prepare(request)
            await file.seek(start)
            while left and request.method == "GET" and (data := await file.read()):
                await answer.write(data[:left])
                left -= min(len(data), left)
            await answer.write_eof()
        return answer


def _part_wanted(request: web.Request, size: int, tag: str) -> tuple[int, int] | None:
    """Where the part that is asked for begins and ends; None: the whole is. Ranges that make no
    sense are passed over, as are those of another file (RFC 9110, sections 14.2 and 13.1.5).
    """
    if "Range" not in request.headers or request.headers.get("If-Range", tag) != tag:
        return None
    try:
        start, stop, _ = request.http_range.indices(size)
    except ValueError:
        return None
    return start, stop


def _check(name: str, head: bytes) -> None:
    """Raises `UnsupportedFormat` for what is certainly nothing to be played."""
    if _PAGE not in head and playlist_kind(head, f"/{quote(name)}", "") is None:
        what = "no Ogg file" if head else "empty"
        raise UnsupportedFormat(f"{name} is {what}. Tonearm plays Ogg Vorbis.")


def _plain(name: str) -> str:
    """A name of a file without folders, of bounded length. Raises `BadRequest`."""
    bare = PurePath(visible(name).replace("\\", "/")).name.strip()
    cut = bare.encode(errors="ignore")[:MOST_NAME].decode(errors="ignore")
    if not cut.strip("."):
        raise BadRequest("An upload needs the `name` of its file: POST /v1/uploads?name=FILE.")
    return cut
