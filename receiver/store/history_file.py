"""The history on the disk: lines that are added and never changed, in two files by turns.

When the newest file holds a hundred, the other one is begun anew. So the newest hundred are always
there, nothing is written twice, and a loss of power tears the line at hand and no other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from receiver.model.history import Played
from receiver.protocol.limits import MAX_HISTORY
from receiver.store.disk import Disk, FolderDisk
from receiver.store.sealed import checksum

FILE_NAMES = ("history.0", "history.1")

_log = logging.getLogger(__name__)


def line_of(played: Played) -> bytes:
    """The line that stands for it; of two with the same number, the later one counts."""
    text = msgspec.json.encode(played)
    return f"{checksum(text)} ".encode() + text + b"\n"


class HistoryFile:
    """Keeps it in the folder of the state. Any thread; each call takes as long as the disk does.
    None raises: a full or broken card costs the history, never the music.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._disk = FolderDisk(folder) if disk is None else disk
        self._at = 0
        """The file that is added to."""
        self._end = 0
        """Where its last whole line ends."""
        self._held: set[int] = set()
        """The numbers that it holds."""
        self._complained = False
        self._writing = threading.Lock()

    def load(self) -> list[Played]:
        """The newest that were kept, the oldest first. What is torn or foreign is left out."""
        found: dict[int, Played] = {}
        newest = 0
        for at, name in enumerate(FILE_NAMES):
            held, end = self._read(name)
            top = max(held, default=0)
            if top > newest:
                newest, self._at, self._end, self._held = top, at, end, set(held)
            found |= held
        return [found[number] for number in sorted(found)[-MAX_HISTORY:]]

    def add(self, numbers: Iterable[int], lines: bytes) -> bool:
        """Keep more lines, those of these numbers; tells whether they are kept. One that nobody
        waits for any more goes on, and the next one waits for it.
        """
        with self._writing:
            return self._add(numbers, lines)

    def _add(self, numbers: Iterable[int], lines: bytes) -> bool:
        at, end, held = self._at, self._end, self._held | set(numbers)
        try:
            if len(held) > MAX_HISTORY:
                at, end, held = 1 - at, 0, set(numbers)
                self._disk.write(FILE_NAMES[at], lines)
            else:
                self._disk.write_at(FILE_NAMES[at], end, lines)
            self._disk.sync(FILE_NAMES[at])
            if not end:
                self._disk.sync_folder()  # its name is new
        except OSError as error:
            if not self._complained:
                _log.warning("The history cannot be written: %s. It holds until the stop.", error)
                self._complained = True
            return False
        self._at, self._end, self._held = at, end + len(lines), held
        self._complained = False
        return True

    def _read(self, name: str) -> tuple[dict[int, Played], int]:
        """What one file holds, and where its last whole line ends."""
        held: dict[int, Played] = {}
        end = at = 0
        try:
            data = self._disk.read(name)
        except FileNotFoundError:
            return held, end
        except OSError as error:
            _log.warning("The history in %s cannot be read: %s.", name, error)
            return held, end
        for line in data.splitlines(keepends=True):
            at += len(line)
            played = _played(line)
            if played is not None:
                held[played.number], end = played, at
        return held, end


def _played(line: bytes) -> Played | None:
    told, _, text = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or told != checksum(text).encode():
        return None
    try:
        return msgspec.json.decode(text, type=Played)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
