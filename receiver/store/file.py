"""A store in two files: one that holds all of it, and a small one for what changes all the time."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from msgspec.structs import replace

from receiver.model.moment import Moment
from receiver.store.base import Loaded, Saved, first_start
from receiver.store.disk import Disk, FolderDisk
from receiver.store.envelope import Foreign, Newer, pack, unpack
from receiver.store.runs import Run
from receiver.store.slots import Slots

FILE_NAME = "state.json"
BACKUP = f"{FILE_NAME}.bak"
_NEXT = f"{FILE_NAME}.new"

_log = logging.getLogger(__name__)


class FileStore:
    """Keeps `state.json` in a folder, which is made when it is not there.

    The file is written beside, synced, and takes the name of the one before, which becomes
    `state.json.bak`; then the folder is synced. Whatever is lost of that, one of the two is whole.
    A file that cannot be read as ours is set aside as `state.json.broken`, one of a newer version
    as `state.json.newer`.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk = FolderDisk(folder) if disk is None else disk
        self._slots = Slots(self._disk)
        self._generation = 0
        self._newest = 0
        """The highest generation there has been: none is used twice."""
        self._complained = False

    # --- loading ----------------------------------------------------------------------------

    def load(self) -> Loaded:
        """What the files hold, or a fresh one, which is written at once."""
        troubles: list[str] = []
        found = self._read(troubles)
        slots = self._slots.load()
        generations = [slot.generation for slot in slots]
        if found is None:
            self._newest = max([0, *generations])
            fresh = first_start()
            if not self._complained:  # what cannot be read now may be readable next time
                self.save(fresh)
            return Loaded(fresh, _told(troubles, "It starts anew."))
        saved, self._generation = found
        self._newest = max([self._generation, *generations])
        for slot in slots:
            if slot.generation == self._generation:
                saved = replace(saved, moment=slot.moment, run=slot.run)
                break
        return Loaded(saved, _told(troubles, "It goes on from the backup."))

    def _read(self, troubles: list[str]) -> tuple[Saved, int] | None:
        """What the newest file holds that is whole, and its generation."""
        for name in (FILE_NAME, BACKUP):
            try:
                return unpack(self._disk.read(name))
            except FileNotFoundError:
                continue
            except OSError as error:
                self._complain("read", error)
                troubles.append(f"{name} cannot be read ({error.strerror}).")
            except Newer as error:
                troubles.append(self._set_aside(name, "newer", error))
                break
            except Foreign as error:
                troubles.append(self._set_aside(name, "broken", error))
        return None

    def _set_aside(self, name: str, what: str, why: Exception) -> str:
        aside = f"{name}.{what}"
        try:
            self._disk.rename(name, aside)
        except OSError as error:
            self._complain("set aside", error)
        return f"{name} is {_OF[what]} ({why}); it is kept as {aside}."

    # --- saving -----------------------------------------------------------------------------

    def save(self, saved: Saved) -> bool:
        """See `Store`."""
        generation = self._newest + 1
        data = pack(saved, generation)
        try:
            self._disk.write(_NEXT, data)
            self._disk.sync(_NEXT)
            with contextlib.suppress(FileNotFoundError):
                self._disk.rename(FILE_NAME, BACKUP)
            self._disk.rename(_NEXT, FILE_NAME)
            self._disk.sync_folder()
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


_OF = {"newer": "of a newer version", "broken": "not ours"}


def _told(troubles: list[str], outcome: str) -> str | None:
    """All of it, for people."""
    if not troubles:
        return None
    told = " ".join([*troubles, outcome])
    _log.warning("What was remembered is lost or old: %s", told)
    return told
