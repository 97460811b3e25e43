"""Where the settings are kept that people change while the receiver runs: a file of its own, which
is read before anything else is.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from receiver.store.disk import Disk, FolderDisk
from receiver.store.sealed import seal, unseal
from receiver.store.whole_file import WholeFile

FILE_NAME = "settings.json"
SCHEMA = 1

_log = logging.getLogger(__name__)


class _Body(msgspec.Struct, frozen=True):
    """The values by the keys of their options. Whoever reads them checks them."""

    settings: Annotated[dict[str, str | int], msgspec.Meta(max_length=100)]


class SettingsFile:
    """Keeps `settings.json` in the folder of the state. One call at a time, from any thread; each
    takes as long as the disk does. None raises.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        disk = FolderDisk(folder) if disk is None else disk
        self.path = folder / FILE_NAME
        self._file = WholeFile(disk, FILE_NAME, _unpack)

    def load(self) -> tuple[Mapping[str, object], list[str]]:
        """What was saved last, nothing the first time; and what is wrong with it, for people."""
        found = self._file.read()
        return found.value or {}, [f"Settings: {trouble}" for trouble in found.troubles]

    def save(self, settings: Mapping[str, str | int]) -> bool:
        """Keep them; tells whether they are kept."""
        try:
            self._file.write(seal(_Body(dict(settings)), SCHEMA))
        except OSError as error:
            _log.warning("Settings cannot be written: %s. They hold until the next start.", error)
            return False
        return True


def _unpack(data: bytes) -> Mapping[str, object]:
    return unseal(data, SCHEMA, _Body).settings
