"""What the words of a command name, before anything plays."""

from __future__ import annotations

from collections.abc import Iterable

from controller.wanted import Wanted, is_playlist, is_url, open_readable, path_of
from receiver.errors import BadRequest
from receiver.protocol.limits import MAX_QUEUE


def wanted(names: Iterable[str]) -> list[Wanted]:
    """All that is named, in order, and in the place of a playlist file what that names.

    Raises `BadRequest` for a file that cannot be read, and `TonearmError` for such a playlist.
    """
    found: list[Wanted] = []
    for name in names:
        if is_url(name):
            found.append(Wanted(name))
            continue
        path = path_of(name)
        if is_playlist(path):
            from controller.playlist_file import read  # noqa: PLC0415 - it loads the parsers

            found += read(path)
        else:
            open_readable(path).close()
            found.append(Wanted(path))
    if len(found) > MAX_QUEUE:
        raise BadRequest(f"These are {len(found)}; the queue holds {MAX_QUEUE} at most.")
    return found
