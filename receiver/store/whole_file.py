"""A file that is whole or another one: written beside, synced, and given the name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from receiver.store.disk import Disk
from receiver.store.sealed import Foreign, Newer

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """What was read: `value` is None where neither file held one, `troubles` are for people,
    `errors` those of the disk.
    """

    value: T | None
    troubles: list[str]
    errors: list[OSError]


class WholeFile(Generic[T]):
    """One file of a disk, and the one before it as its backup (`.bak`). One call at a time, from
    any thread.

    What cannot be read as ours is set aside as `.broken`, what is of a newer version as `.newer`.
    """

    def __init__(self, disk: Disk, name: str, unpack: Callable[[bytes], T]) -> None:
        """`unpack` raises `Foreign` and `Newer`."""
        self._disk = disk
        self._name = name
        self._unpack = unpack

    def read(self) -> Found[T]:
        """What the newest file holds that is whole. Raises nothing."""
        found: Found[T] = Found(None, [], [])
        for name in (self._name, f"{self._name}.bak"):
            try:
                return found._replace(value=self._unpack(self._disk.read(name)))
            except FileNotFoundError:
                continue
            except OSError as error:
                found.errors.append(error)
                found.troubles.append(f"{name} cannot be read ({error.strerror}).")
            except Newer as error:
                self._set_aside(name, "newer", f"of a newer version ({error})", found)
                break
            except Foreign as error:
                self._set_aside(name, "broken", f"not ours ({error})", found)
        return found

    def _set_aside(self, name: str, suffix: str, what: str, found: Found[T]) -> None:
        aside = f"{name}.{suffix}"
        try:
            self._disk.rename(name, aside)
        except OSError as error:
            found.errors.append(error)
        found.troubles.append(f"{name} is {what}; it is kept as {aside}.")

    def write(self, data: bytes) -> None:
        """Have the file hold `data`. Raises `OSError`; whatever is lost then, the file or its
        backup is whole.
        """
        beside = f"{self._name}.new"
        self._disk.write(beside, data)
        self._disk.sync(beside)
        with contextlib.suppress(FileNotFoundError):
            self._disk.rename(self._name, f"{self._name}.bak")
        self._disk.rename(beside, self._name)
        self._disk.sync_folder()
