"""Files that controllers have brought: a folder of bounded size, of which the disk stays usable.

Names are for people, and never reach the disk: there a file is called by its id, which nobody can
guess. So whoever knows the address of a file may have it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from receiver.errors import NoRoom, TooLarge
from receiver.protocol.limits import UPLOADS_PATH
from receiver.store.disk import FolderDisk

KEPT_FREE = 256_000_000
"""Bytes of the disk that are left to others."""
SYNC_EVERY = 8 << 20
"""Bytes: what is on its way to a slow card is waited for now and then, and not all at the end."""
MB = 1_000_000

_ID = re.compile(r"[0-9a-f]{32}")
_PATH = re.compile(rf"{re.escape(UPLOADS_PATH)}/({_ID.pattern})/[^/]*")

log = logging.getLogger(__name__)


class Bounds(NamedTuple):
    """In bytes: of one file, of all together, and what stays free on their disk."""

    each: int
    all: int
    free: int = KEPT_FREE


class Draft:
    """A file on its way in. Made by `Uploads.receive`."""

    def __init__(self, uploads: Uploads, file_id: str, size: int) -> None:
        self.id = file_id
        self.written = 0
        self.reserved = size
        """How long it will be, as far as that is known."""
        self._uploads = uploads

    async def write(self, data: bytes) -> None:
        """Add to its end. Raises `TooLarge` and `NoRoom`."""
        self.reserved = max(self.reserved, self.written + len(data))
        await self._uploads.append(self, data)
        self.written += len(data)


class Uploads:
    """See the module. The oldest files that nobody wants make room for new ones. Event loop only;
    the disk is used on threads.
    """

    def __init__(
        self,
        folder: Path,
        bounds: Bounds,
        free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self.bounds = bounds
        self.wanted: Callable[[], Iterable[str]] = tuple
        """Gives addresses. What is behind them stays."""
        self.base: Callable[[], str] = str
        """Gives the address of the receiver itself, with a slash at its end."""
        self._folder = folder
        self._disk = FolderDisk(folder)
        self._free_bytes = free_bytes
        self._held: dict[str, int] = {}
        """The sizes of the files by their ids, those last that were used last."""
        self._drafts: set[Draft] = set()

    def load(self) -> None:
        """Find what is there from earlier, and remove what never came whole. Once, before all else;
        blocks.
        """
        found: list[tuple[int, str, int]] = []
        for entry in self._entries():
            if entry.name.endswith(".part"):
                self._remove(entry.name)
            elif _ID.fullmatch(entry.name):
                try:
                    status = entry.stat()
                except OSError as error:
                    log.warning("%s: an upload cannot be used: %s", entry.path, error.strerror)
                else:
                    found.append((status.st_mtime_ns, entry.name, status.st_size))
        self._held = {name: size for _, name, size in sorted(found)}

    def _entries(self) -> list[os.DirEntry[str]]:
        """What is in the folder; nothing where it cannot be read."""
        try:
            return list(os.scandir(self._folder))
        except FileNotFoundError:  # until the first one comes
            return []
        except OSError as error:
            log.warning("%s: uploads cannot be read: %s", self._folder, error.strerror)
            return []

    # --- what is there ----------------------------------------------------------------------

    def address(self, file_id: str, name: str) -> str:
        """Where a file is to be had, by any receiver. `name` is percent-encoded."""
        return f"{self.base().rstrip('/')}{UPLOADS_PATH}/{file_id}/{name}"

    def path(self, file_id: str) -> Path | None:
        """The file of an id, which is used now; None: there is none."""
        if file_id not in self._held:
            return None
        self._held[file_id] = self._held.pop(file_id)
        return self._folder / file_id

    def file_of(self, url: str) -> Path | None:
        """The file behind an address, whatever this receiver was called when it was given; None:
        it leads elsewhere. What is here no more, but was, is a file that is not there.
        """
        file_id = id_in(url)
        if file_id is None:
            return None
        path = self.path(file_id)
        return self._folder / file_id if path is None and url.startswith(self.base()) else path

    # --- what comes in ----------------------------------------------------------------------

    @property
    def coming(self) -> int:
        """How many files are on their way in."""
        return len(self._drafts)

    @contextlib.asynccontextmanager
    async def receive(self, size: int | None) -> AsyncIterator[Draft]:
        """A new file, of `size` bytes where that is known. When the block ends it is safe on the
        disk; it is nowhere if the block raises. Raises `TooLarge` and `NoRoom`.
        """
        draft = Draft(self, secrets.token_hex(16), size or 0)
        self._drafts.add(draft)
        try:
            await self.append(draft, b"")
            yield draft
            await self._on_disk(self._finish, draft.id)
            self._held[draft.id] = draft.written
        finally:
            self._drafts.discard(draft)
            await asyncio.to_thread(self._remove, _part(draft.id))

    async def append(self, draft: Draft, data: bytes) -> None:
        """Add to a draft whose `reserved` tells how much that will be. Raises `TooLarge` and
        `NoRoom`.
        """
        if draft.reserved > self.bounds.each:
            raise TooLarge(
                f"The file is larger than this receiver takes: {self.bounds.each // MB} MB"
                " (upload_mb in its configuration).",
                most_bytes=self.bounds.each,
            )
        await self._make_room()
        await self._on_disk(self._write, draft.id, draft.written, data)

    async def _make_room(self) -> None:
        """Let go of the oldest files that nobody wants until all that comes in has room. Raises
        `NoRoom`, and then lets go of none.
        """
        free = await asyncio.to_thread(self._free)
        unwritten = sum(draft.reserved - draft.written for draft in self._drafts)
        together = sum(self._held.values()) + sum(draft.reserved for draft in self._drafts)
        lacking = max(together - self.bounds.all, self.bounds.free + unwritten - free)
        gone: list[str] = []
        if lacking > 0:
            wanted = {id_in(url) for url in self.wanted()}
            for file_id, size in self._held.items():
                if lacking > 0 and file_id not in wanted:
                    gone.append(file_id)
                    lacking -= size
        if lacking > 0:
            raise NoRoom(
                "There is no room for the file: what is kept is in the queue. Remove some of that,"
                f" make room on the disk of {self._folder}, or set cache_mb higher."
            )
        for file_id in gone:
            del self._held[file_id]
        for file_id in gone:
            await asyncio.to_thread(self._remove, file_id)

    async def _on_disk(self, do: Callable[..., None], *what: object) -> None:
        """Do it on a thread. Raises `NoRoom` for whatever the disk says."""
        try:
            await asyncio.to_thread(do, *what)
        except OSError as error:
            log.warning("%s: an upload cannot be kept: %s", self._folder, error.strerror)
            raise NoRoom(f"The receiver cannot keep the file: {error.strerror}.") from error

    # --- on threads -------------------------------------------------------------------------

    def _free(self) -> int:
        """Bytes that are free where the folder is, or will be."""
        there = next(place for place in (self._folder, *self._folder.parents) if place.exists())
        return self._free_bytes(there)

    def _write(self, file_id: str, offset: int, data: bytes) -> None:
        part = _part(file_id)
        self._disk.write_at(part, offset, data)
        if offset // SYNC_EVERY != (offset + len(data)) // SYNC_EVERY:
            self._disk.sync(part)

    def _finish(self, file_id: str) -> None:
        part = _part(file_id)
        self._disk.sync(part)
        self._disk.rename(part, file_id)
        self._disk.sync_folder()

    def _remove(self, name: str) -> None:
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be removed: %s", self._folder / name, error.strerror)


def id_in(url: str) -> str | None:
    """The id of the file that is meant, if this is the address of an upload."""
    if UPLOADS_PATH not in url:  # nearly every one
        return None
    try:
        found = _PATH.fullmatch(urlsplit(url).path)
    except ValueError:
        return None
    return found[1] if found else None


def _part(file_id: str) -> str:
    """Its name on the disk until it is whole."""
    return f"{file_id}.part"
