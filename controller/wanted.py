"""What somebody wants to hear, as it was named: URLs, files of this computer, lists of both.

Light: a command that names URLs loads no more than this.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from receiver.errors import BadRequest

PLAYLISTS = (".m3u", ".m3u8", ".pls", ".xspf", ".jspf")
"""Suffixes of files that are lists of what is to be played."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Wanted(NamedTuple):
    """One thing to play: a URL, or the path of a file. `known` holds the further fields of an entry
    of the queue, `tags` and `duration_ms`.
    """

    what: str
    known: Mapping[str, Any] = MappingProxyType({})

    @property
    def is_file(self) -> bool:
        """Whether only this computer can serve it."""
        return not is_url(self.what)

    def entry(self, url: str) -> dict[str, Any]:
        """The entry of the queue that it is, found at `url`."""
        return {"url": url, **self.known}


def is_url(what: str) -> bool:
    """Whether it is for the receiver to fetch; all else is a file of this computer."""
    return _URL.match(what) is not None and not is_file_url(what)


def is_file_url(what: str) -> bool:
    """Whether it names a file, as a URL."""
    return what[:7].lower() == "file://"


def is_playlist(path: str) -> bool:
    """Whether a file is a list of what is to be played, by its name."""
    return path.lower().endswith(PLAYLISTS)


def path_of(name: str) -> str:
    """The path that a file's name or `file:` URL means. Raises `BadRequest` for another host's."""
    if not is_file_url(name):
        return name
    from urllib.parse import unquote, urlsplit  # noqa: PLC0415 - seldom needed

    try:
        host, path = urlsplit(name)[1:3]
    except ValueError:
        raise BadRequest(f"{name} is no valid URL of a file.") from None
    if host not in ("", "localhost"):
        raise BadRequest(f"{name} is a file of another computer, {host}.")
    return unquote(path)


def open_readable(path: str) -> BinaryIO:
    """The file, open. Raises `BadRequest` with what is wrong with it."""
    try:
        if os.path.isdir(path):
            raise BadRequest(f"{path} is a folder; give the files in it, or a playlist.")
        if not os.path.isfile(path):
            raise BadRequest(f"{path} is no file; give a file or an http URL.")
        return open(path, "rb")
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}.") from None
