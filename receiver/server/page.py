"""The page for browsers: the files of one folder, at `/` and below."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import importlib.util
import re
import zlib
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from aiohttp import web

from receiver.server.rules import page_policy

INDEX = "index.html"
TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
    }
)
"""What is served, by the end of its name; nothing else that lies there is."""

COMMENTED = frozenset({".css", ".js"})
"""Where comments are a sixth of what would be sent, and nothing to a browser."""
_COMMENT = re.compile(rb"^[ \t]*(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)$", re.MULTILINE)
"""One that has its lines to itself."""

_GZIP = 31
"""For zlib: with the head and the end that RFC 1952 wants."""
_REFUSED = re.compile(r"q=0(\.0*)?$")
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class _Kept(NamedTuple):
    """A file in memory. Only the packed bytes are there where it is `packed` (gzip), since nearly
    every browser takes those. `style`: see `_style_of`.
    """

    body: bytes
    packed: bool
    tag: str
    style: str


class Page:
    """The files of a folder, each read, and packed, when it is first asked for, and then kept. They
    are sent as they are, but without comments.

    Which there are is found out once: no other path leads anywhere. Everybody may read them: they
    are the same on all receivers, and how somebody is let in is among them. Event loop only.
    """

    def __init__(self, folder: Path | None) -> None:
        """`folder`: None where there is no page. Looks into it, which blocks for a moment."""
        self._files = {} if folder is None else dict(_found_in(folder))
        self._kept: dict[str, _Kept] = {}

    @property
    def routes(self) -> list[web.RouteDef]:
        """For the server: one for each file."""
        return [web.get(path, self._give) for path in self._files]

    async def _give(self, request: web.Request) -> web.Response:
        path = request.path
        kept = await self._read(path)
        packed = kept.packed and takes_gzip(request.headers.get("Accept-Encoding", ""))
        # What differs by a byte has another tag (RFC 9110, section 8.8.3.3).
        tag = f"{kept.tag}-gzip" if packed else kept.tag
        headers = {"Cache-Control": "no-cache", "ETag": f'"{tag}"'}
        if kept.packed:
            headers["Vary"] = "Accept-Encoding"
        if path == "/":
            headers["Content-Security-Policy"] = page_policy(request.host, kept.style)
        if any(known.value in (tag, "*") for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = TYPES[self._files[path].suffix]
        if packed:
            headers["Content-Encoding"] = "gzip"
        whole = not kept.packed or packed
        body = kept.body if whole else zlib.decompress(kept.body, wbits=_GZIP)
        return web.Response(body=body, headers=headers)

    async def _read(self, path: str) -> _Kept:
        if path not in self._kept:
            try:
                self._kept[path] = await asyncio.to_thread(_read, self._files[path])
            except OSError:  # it was taken away since
                raise web.HTTPNotFound from None
        return self._kept[path]


def folder_beside(package: str, folder: str) -> Path | None:
    """A folder within an installed package; None: there is none. Only files are looked for: nothing
    of the package is loaded, and neither is what `importlib.resources` takes.
    """
    spec = importlib.util.find_spec(package)
    places = (spec and spec.submodule_search_locations) or ()
    return next((path for place in places if (path := Path(place) / folder).is_dir()), None)


def takes_gzip(accepted: str) -> bool:
    """Whether who sends this `Accept-Encoding` can read gzip (RFC 9110, section 12.5.3)."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            return not _REFUSED.match(weight.strip())
    return False


def _found_in(folder: Path) -> list[tuple[str, Path]]:
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in TYPES and path.is_file())
    named = ((f"/{path.relative_to(folder).as_posix()}", path) for path in files)
    return [("/" if name == f"/{INDEX}" else name, path) for name, path in named]


def without_comments(source: bytes) -> bytes:
    """A script or a style sheet as it is sent: its comments are blank lines, so that a browser
    still tells the line of a fault. Those beside code stay; no text of ours that runs over several
    lines has one that looks like a comment.
    """
    return _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), source)


def _read(path: Path) -> _Kept:
    data = path.read_bytes()
    if path.suffix in COMMENTED:
        data = without_comments(data)
    tag = hashlib.sha256(data).hexdigest()[:32]
    style = _style_of(data) if path.name == INDEX else ""
    packed = zlib.compress(data, 9, wbits=_GZIP)
    smaller = len(packed) < len(data)
    return _Kept(packed if smaller else data, smaller, tag, style)


def _style_of(index: bytes) -> str:
    """The style within a page as its content policy names it (CSP 3, section 2.3.1); "": none. With
    it there is something to be seen before anything else has come.
    """
    found = _STYLE.search(index)
    if found is None:
        return ""
    digest = base64.b64encode(hashlib.sha256(found[1]).digest()).decode()
    return f"'sha256-{digest}'"
