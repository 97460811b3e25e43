"""The small file that is written all the time: two slots in turn, so that one is always whole.

It is written in place. A file that is replaced costs a dozen blocks of the card each time, a slot
of this one a single block. Each lies in a block of its own: a loss of power tears the one that is
being written, and no other.
"""

from __future__ import annotations

import msgspec

from receiver.model.moment import Moment
from receiver.store.disk import Disk
from receiver.store.runs import Run
from receiver.store.sealed import checksum

FILE_NAME = "moment"
BLOCK = 4096
SLOTS = 2


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """What is noted beside the file of a generation. `number` counts the slots written."""

    generation: int
    number: int
    moment: Moment
    run: Run


class Slots:
    """Reads and writes them. One call at a time, from any thread."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._number = 0
        self._named = False

    def load(self) -> list[Slot]:
        """Those that are whole, the newest first. Raises nothing: without any it is the file that
        counts.
        """
        try:
            data = self._disk.read(FILE_NAME)
        except OSError:
            return []
        found = [_slot(data[n * BLOCK : (n + 1) * BLOCK]) for n in range(SLOTS)]
        whole = sorted((slot for slot in found if slot), key=lambda s: s.number, reverse=True)
        self._number = whole[0].number if whole else 0
        return whole

    def put(self, generation: int, moment: Moment, run: Run) -> None:
        """Write the slot that is the older one. Raises `OSError`; then the other is as it was."""
        number = self._number + 1
        text = msgspec.json.encode(Slot(generation, number, moment, run))
        line = f"{checksum(text)} ".encode() + text + b"\n"
        self._disk.write_at(FILE_NAME, number % SLOTS * BLOCK, line)
        self._disk.sync(FILE_NAME)
        if not self._named:
            self._disk.sync_folder()
            self._named = True
        self._number = number


def _slot(block: bytes) -> Slot | None:
    line, end, _ = block.partition(b"\n")
    told, _, text = line.partition(b" ")
    if not end or told != checksum(text).encode():
        return None
    try:
        return msgspec.json.decode(text, type=Slot)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
