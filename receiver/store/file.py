"""A store in one JSON file."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path

import msgspec

from receiver.store.base import Saved, first_start

FILE_NAME = "state.json"

_log = logging.getLogger(__name__)


class FileStore:
    """Keeps `state.json` in a folder, which is made when it is not there.

    The file is replaced in one step: written beside, synced, renamed, and the folder synced. A
    file that cannot be read as `Saved` is set aside as `state.json.broken`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._complained = False

    def load(self) -> Saved:
        """What the file holds, or a fresh one, which is written at once."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Saved)
        except FileNotFoundError:
            pass
        except OSError as error:
            # It may be readable again next time, so nothing is put in its place now.
            self._complain("read", error)
            return first_start()
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self._set_aside(error)
        fresh = first_start()
        self.save(fresh)
        return fresh

    def save(self, saved: Saved) -> None:
        """Replace the file."""
        text = msgspec.json.format(msgspec.json.encode(saved), indent=2)
        try:
            self._replace(text + b"\n")
        except OSError as error:
            self._complain("written", error)
        else:
            self._complained = False

    def _replace(self, data: bytes) -> None:
        folder = self._path.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=FILE_NAME, suffix=".new", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(beside).unlink()
            raise
        # The rename is in the folder, and only safe once that is on the card too.
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _set_aside(self, error: Exception) -> None:
        aside = self._path.with_name(f"{FILE_NAME}.broken")
        _log.warning("%s is not ours (%s); it is kept as %s.", self._path, error, aside.name)
        try:
            self._path.replace(aside)
        except OSError as failure:
            self._complain("set aside", failure)

    def _complain(self, what: str, error: OSError) -> None:
        """Once until a save works again: a full card would else fill the log too."""
        if not self._complained:
            _log.warning("%s cannot be %s: %s. Going on without it.", self._path, what, error)
            self._complained = True
