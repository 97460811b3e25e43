"""What a store needs of a disk: one folder, and to know what is safe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """The files of one folder, by their names. Any thread; each call may block, and raise
    `OSError`.

    What was written is in memory until its file was synced, and a new name or another one until
    the folder was: a loss of power before that leaves the old, the new, or any mixture of them.
    """

    def read(self, name: str) -> bytes:
        """The whole file. Raises `FileNotFoundError`."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Make a file that holds `data` alone, whatever it held before."""
        ...

    def write_at(self, name: str, offset: int, data: bytes) -> None:
        """Put `data` into a file, from the byte `offset` on; it is made if there is none."""
        ...

    def sync(self, name: str) -> None:
        """Return when all that was written to the file is safe."""
        ...

    def rename(self, name: str, to: str) -> None:
        """Give a file another name; what had that name is gone. Raises `FileNotFoundError`."""
        ...

    def sync_folder(self) -> None:
        """Return when the names of all files are safe."""
        ...


class FolderDisk:
    """A folder of the file system. It is made when the first file is. Files are for their owner
    alone: addresses of streams may hold passwords.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes:
        """See `Disk`."""
        return (self._folder / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """See `Disk`."""
        self._write(name, 0, data, os.O_TRUNC)

    def write_at(self, name: str, offset: int, data: bytes) -> None:
        """See `Disk`."""
        self._write(name, offset, data, 0)

    def _write(self, name: str, offset: int, data: bytes, flag: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | flag, 0o600)
        try:
            left = memoryview(data)
            while left:
                written = os.pwrite(handle, left, offset)
                left, offset = left[written:], offset + written
        finally:
            os.close(handle)

    def sync(self, name: str) -> None:
        """See `Disk`. Its date is not written, which would cost another block each time."""
        handle = os.open(self._folder / name, os.O_WRONLY)
        try:
            os.fdatasync(handle)
        finally:
            os.close(handle)

    def rename(self, name: str, to: str) -> None:
        """See `Disk`."""
        (self._folder / name).replace(self._folder / to)

    def sync_folder(self) -> None:
        """See `Disk`."""
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
