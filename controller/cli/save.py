"""`tonearm queue save`: the queue as a playlist file."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

from controller import lent
from controller.cli.arguments import Arguments
from controller.cli.text import counted, plain
from controller.parts import Listing
from controller.playlist_text import write
from controller.wanted import PLAYLISTS
from receiver.errors import BadRequest
from receiver.model.state import Entry, Tags


def save(arguments: Arguments, listing: Listing) -> int:
    """Write all of the queue. Raises `BadRequest` when it cannot be written."""
    if not listing.items:
        raise BadRequest("The queue is empty; there is nothing to save.")
    paths = lent.recall()
    entries = [_entry(item, paths) for item in listing.items]
    passing = [entry.url for entry in entries if lent.is_passing(entry.url)]
    if arguments.file == "-":
        sys.stdout.write(write("", entries))
    else:
        path = _with_suffix(arguments.file)
        text = write(os.path.splitext(path)[1], entries)
        write_new(path, text.encode(errors="surrogateescape"), arguments.force)
        told = {"file": path, "items": len(entries), "passing": passing}
        print(json.dumps(told) if arguments.json else f"Saved {counted(len(entries))} to {path}")
    if passing and not arguments.json:
        print(
            f"tonearm: {counted(len(passing))} of it can be had only while somebody else's"
            f" `tonearm cast` serves it: {', '.join(map(plain, passing[:3]))}",
            file=sys.stderr,
        )
    return 0


def _entry(item: dict[str, Any], paths: dict[str, str]) -> Entry:
    tags = item["tags"]
    known = Tags(tags["title"], tags["artist"], tags["album"])
    return Entry(paths.get(item["url"], item["url"]), known, item["duration_ms"])


def _with_suffix(path: str) -> str:
    """The name of a file that will be known as a playlist."""
    return path if path.lower().endswith(PLAYLISTS) else f"{path}.m3u8"


def write_new(path: str, data: bytes, force: bool) -> None:
    """Write a file in one step: nobody reads half of it, and one that is there is kept, but with
    `force`. Raises `BadRequest`.
    """
    if force:
        path = os.path.realpath(path)
        if os.path.exists(path) and not os.path.isfile(path):
            raise BadRequest(f"{path} is no file; nothing was written.")
    draft = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}")
    reserved = False
    try:
        with open(draft, "wb") as file:
            file.write(data)
        if not force:
            with open(path, "xb"):  # so that what is replaced is nobody else's
                reserved = True
        os.replace(draft, path)
    except FileExistsError:
        raise BadRequest(f"{path} is there already; --force writes over it.") from None
    except OSError as error:
        if reserved:
            os.unlink(path)
        raise BadRequest(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(draft)
