"""A store in two files: one that holds all of it, and a small one for what changes all the time."""

from __future__ import annotations

import logging
from pathlib import Path

from msgspec.structs import replace

from receiver.model.moment import Moment
from receiver.store.base import Loaded, Saved, first_start
from receiver.store.disk import Disk, FolderDisk
from receiver.store.envelope import pack, unpack
from receiver.store.runs import Run
from receiver.store.slots import Slots
from receiver.store.whole_file import WholeFile

FILE_NAME = "state.json"

_log = logging.getLogger(__name__)


class FileStore:
    """Keeps `state.json` in a folder, which is made when it is not there.

    See `WholeFile` for what is lost when.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        disk = FolderDisk(folder) if disk is None else disk
        self._file = WholeFile(disk, FILE_NAME, unpack)
        self._slots = Slots(disk)
        self._generation = 0
        self._newest = 0
        """The highest generation there has been: none is used twice."""
        self._complained = False

    # --- loading ----------------------------------------------------------------------------

    def load(self) -> Loaded:
        """What the files hold, or a fresh one, which is written at once."""
        read = self._file.read()
        for error in read.errors:
            self._complain("read", error)
        slots = self._slots.load()
        generations = [slot.generation for slot in slots]
        if read.value is None:
            self._newest = max([0, *generations])
            fresh = first_start()
            if not self._complained:  # what cannot be read now may be readable next time
                self.save(fresh)
            return Loaded(fresh, _told(read.troubles, "It starts anew."))
        saved, self._generation = read.value
        self._newest = max([self._generation, *generations])
        for slot in slots:
            if slot.generation == self._generation:
                saved = replace(saved, moment=slot.moment, run=slot.run)
                break
        return Loaded(saved, _told(read.troubles, "It goes on from the backup."))

    # --- saving -----------------------------------------------------------------------------

    def save(self, saved: Saved) -> bool:
        """See `Store`."""
        generation = self._newest + 1
        data = pack(saved, generation)
        try:
            self._file.write(data)
        except OSError as error:
            self._complain("written", error)
            return False
        self._generation = self._newest = generation
        self._complained = False
        return True

    def note(self, moment: Moment, run: Run) -> bool:
        """See `Store`."""
        try:
            self._slots.put(self._generation, moment, run)
        except OSError as error:
            self._complain("written", error)
            return False
        self._complained = False
        return True

    def _complain(self, what: str, error: OSError) -> None:
        """Once until a write works again: a full card would else fill the log too."""
        if not self._complained:
            where = self._folder
            _log.warning("%s: state cannot be %s: %s. Going on without it.", where, what, error)
            self._complained = True


def _told(troubles: list[str], outcome: str) -> str | None:
    """All of it, for people."""
    if not troubles:
        return None
    told = " ".join([*troubles, outcome])
    _log.warning("What was remembered is lost or old: %s", told)
    return told
