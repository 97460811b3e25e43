"""Playlist files of this computer, read: what they name, with paths seen from where they lie."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote

from controller.wanted import Wanted, is_file_url, is_playlist, is_url, open_readable, path_of
from receiver.errors import BadRequest, TonearmError
from receiver.model.state import Entry
from receiver.protocol.limits import MAX_PLAYLIST_DEPTH, MAX_QUEUE
from receiver.protocol.playlist import HEAD, MAX_BYTES, named_in, playlist_kind

_OF_URIS = ("xspf", "jspf")
"""Kinds that name files as URIs do, with %20 for a blank."""


def read(path: str) -> list[Wanted]:
    """All that a playlist file names; for a playlist file among that, what that one names.

    Raises `TonearmError`, whose message names the file, and the entry that is wrong: a list that is
    not one, is empty, too big or damaged, names what is not there, or comes back to itself.
    """
    return _read(path, [])


def _read(path: str, outer: list[str]) -> list[Wanted]:
    """`outer`: the lists that this one was found in."""
    own = os.path.realpath(path)
    if own in outer:
        raise BadRequest(f"{path} is a list that comes back to itself; it has no end.")
    if len(outer) == MAX_PLAYLIST_DEPTH:
        raise BadRequest(f"{path}: a list in a list, more than {MAX_PLAYLIST_DEPTH} deep.")
    data = _load(path)
    kind = playlist_kind(data[:HEAD], path, "")
    if kind is None:
        raise BadRequest(f"{path} is no playlist; those are M3U, PLS, XSPF and JSPF, in UTF-8.")
    try:
        entries = named_in(kind, data)
    except TonearmError as error:
        raise type(error)(f"{path}: {error.message}") from None
    if not entries:
        raise BadRequest(f"{path} names nothing to play.")
    found: list[Wanted] = []
    for number, entry in enumerate(entries, 1):
        try:
            found += _wanted(_located(entry.url, kind, path), entry, [*outer, own])
        except BadRequest as error:
            raise BadRequest(f"{path}, entry {number}: {error.message}") from None
        if len(found) > MAX_QUEUE:
            raise BadRequest(f"{path} names more than {MAX_QUEUE}; so many a queue does not hold.")
    return found


def _load(path: str) -> bytes:
    with open_readable(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadRequest(f"{path} has more than {MAX_BYTES >> 20} MiB, too much for a playlist.")
    return data


def _located(location: str, kind: str, path: str) -> str:
    """A URL as it is; else the path that is meant, seen from the list at `path`."""
    if is_url(location):
        return location
    if is_file_url(location):
        return path_of(location)
    name = unquote(location) if kind in _OF_URIS else location
    return os.path.join(os.path.dirname(path), name)


def _wanted(what: str, entry: Entry, outer: list[str]) -> list[Wanted]:
    """What an entry stands for. Raises `BadRequest` where it is not there."""
    if is_url(what):
        return [Wanted(what, _known(entry))]
    if is_playlist(what):
        return _read(what, outer)
    open_readable(what).close()
    return [Wanted(what, _known(entry))]


def _known(entry: Entry) -> dict[str, Any]:
    """What the list says of an entry, as fields of one of the queue."""
    tags = {"title": entry.tags.title, "artist": entry.tags.artist, "album": entry.tags.album}
    known = {"tags": {name: text for name, text in tags.items() if text}}
    fields = {**known, "duration_ms": entry.duration_ms}
    return {name: value for name, value in fields.items() if value}
