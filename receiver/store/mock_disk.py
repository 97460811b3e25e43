"""A disk in memory that can lose its power in the middle of anything."""

from __future__ import annotations

import errno
from collections.abc import Callable

BLOCK = 4096

Choose = Callable[[int], int]
"""Gives a number from 0 to the one that is passed in: how the loss of power turns out."""


class PowerCut(BaseException):
    """The power went. Nobody handles that."""


class _File:
    """A file: what is safe on the disk, and what was written since it was synced."""

    def __init__(self) -> None:
        self.safe = b""
        self.data = b""
        self.writes: list[tuple[int, bytes]] = []

    def write_at(self, offset: int, data: bytes) -> None:
        self.data = _put(self.data, offset, data)
        self.writes.append((offset, data))

    def sync(self) -> None:
        self.safe, self.writes = self.data, []

    def cut(self, choose: Choose) -> None:
        """Of each write some reached the disk: none, all, or up to any byte, from where on its
        block may hold anything.
        """
        for offset, data in self.writes:
            arrived = choose(len(data))
            self.safe = _put(self.safe, offset, data[:arrived])
            if 0 < arrived < len(data) and choose(1):
                torn = offset + arrived
                self.safe = _put(self.safe, torn, b"\xa5" * (BLOCK - torn % BLOCK))
        self.data, self.writes = self.safe, []


class MockDisk:
    """A `Disk`. What is not synced is lost, or torn at any byte, when the power goes; of the names
    that were given since the folder was synced, any may be lost.

    `cuts_after`: so many calls are carried out, and during the one after them the power goes; it
    has been begun then, so any part of it may have happened. `error`: what every call that writes
    raises. `written`: bytes.
    """

    def __init__(self) -> None:
        self.cuts_after: int | None = None
        self.error: OSError | None = None
        self.written = 0
        self.calls = 0
        self._names: dict[str, _File] = {}
        self._safe_names: dict[str, _File] = {}
        self._renames: list[tuple[str, str | None, _File]] = []

    @staticmethod
    def full() -> OSError:
        """What a full disk says."""
        return OSError(errno.ENOSPC, "No space left on device")

    def cut(self, choose: Choose) -> None:
        """The power goes, and comes back."""
        names = dict(self._safe_names)
        for name, before, file in self._renames:
            if choose(1):
                if before is not None and names.get(before) is file:
                    del names[before]
                names[name] = file
        for file in names.values():
            file.cut(choose)
        self._names, self._safe_names, self._renames = names, dict(names), []
        self.cuts_after = None

    # --- as a disk --------------------------------------------------------------------------

    def read(self, name: str) -> bytes:
        """See `Disk`."""
        return self._file(name).data

    def write(self, name: str, data: bytes) -> None:
        """See `Disk`. The file that had the name is another one until the folder is synced."""
        self._begin(len(data))
        file = _File()
        self._names[name] = file
        self._renames.append((name, None, file))
        file.write_at(0, data)
        self._end()

    def write_at(self, name: str, offset: int, data: bytes) -> None:
        """See `Disk`."""
        self._begin(len(data))
        if name not in self._names:
            self._names[name] = _File()
            self._renames.append((name, None, self._names[name]))
        self._names[name].write_at(offset, data)
        self._end()

    def sync(self, name: str) -> None:
        """See `Disk`."""
        self._begin()
        file = self._file(name)
        self._end()
        file.sync()

    def rename(self, name: str, to: str) -> None:
        """See `Disk`."""
        self._begin()
        file = self._names.pop(name, None)
        if file is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", name)
        self._names[to] = file
        self._renames.append((to, name, file))
        self._end()

    def sync_folder(self) -> None:
        """See `Disk`."""
        self._begin()
        self._end()
        self._safe_names, self._renames = dict(self._names), []

    # --- inside -----------------------------------------------------------------------------

    def _file(self, name: str) -> _File:
        try:
            return self._names[name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", name) from None

    def _begin(self, size: int = 0) -> None:
        if self.error is not None:
            raise self.error
        self.calls += 1
        self.written += size

    def _end(self) -> None:
        if self.cuts_after is not None and self.calls > self.cuts_after:
            raise PowerCut


def _put(data: bytes, offset: int, more: bytes) -> bytes:
    return data[:offset].ljust(offset, b"\0") + more + data[offset + len(more) :]
