"""Where the pairings are kept: a file of its own, written the moment that one changes."""

from __future__ import annotations

import logging
from pathlib import Path

from receiver.model.trust import Trusted
from receiver.store.disk import Disk, FolderDisk
from receiver.store.sealed import seal, unseal
from receiver.store.whole_file import WholeFile

FILE_NAME = "trust.json"
SCHEMA = 1

_log = logging.getLogger(__name__)


class TrustFile:
    """Keeps `trust.json` in the folder of the state. One call at a time, from any thread; each
    takes as long as the disk does. None raises.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        disk = FolderDisk(folder) if disk is None else disk
        self._file = WholeFile(disk, FILE_NAME, _unpack)

    def load(self) -> Trusted:
        """What was saved last; nobody, the first time. Where what was saved cannot be read, nobody
        is trusted either, but it counts as begun: a broken file opens no door.
        """
        found = self._file.read()
        for trouble in found.troubles:
            _log.warning("Pairings: %s", trouble)
        if found.value is not None:
            return found.value
        return Trusted(begun=bool(found.troubles))

    def save(self, trusted: Trusted) -> bool:
        """Keep it; tells whether it is kept."""
        try:
            self._file.write(seal(trusted, SCHEMA))
        except OSError as error:
            _log.warning("Pairings cannot be written: %s. They hold until the next start.", error)
            return False
        return True


def _unpack(data: bytes) -> Trusted:
    return unseal(data, SCHEMA, Trusted)
