"""Songs with tags of the test's choice, and a server that has them."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

from tests.decoder import pages
from tests.hostile.header_packets import comment, rebuilt
from tests.rig.http_server import HttpServer, Serving

TUNE = Path(__file__).parents[2] / "controller" / "demo" / "tune.ogg"
SECONDS = 40
"""How long each song is."""


def song(*comments: str) -> bytes:
    """The tune with these comments: "TITLE=One", "ARTIST=Two", ..."""
    tune = SimpleNamespace(pages=pages.split(pages.with_serial(TUNE.read_bytes(), 1)))
    return rebuilt(tune, comments=comment(*(text.encode() for text in comments)))


class Shelf:
    """Songs over HTTP."""

    def __init__(self, server: HttpServer) -> None:
        self.server = server
        self._numbers = itertools.count(1)

    def song(self, title: str, artist: str = "", *others: str) -> str:
        """The address of a song with these tags; `others` are comments as they are in a file."""
        tags = [f"TITLE={title}", *([f"ARTIST={artist}"] if artist else []), *others]
        return self.file(f"{next(self._numbers)}.ogg", song(*tags))

    def file(self, name: str, body: bytes, content_type: str = "application/ogg") -> str:
        """The address of a file."""
        return self.server.serve(f"/{name}", Serving(body, content_type, etag='"1"'))
