"""A process that is killed while it saves, again and again; a program of its own, since only one
that has no threads may be forked safely. Arguments: the folder, and how often.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from receiver.store.disk import FolderDisk
from receiver.store.file import FileStore
from tests.store.things import RUN, moment, saved

LONGEST_S = 0.002
"""Time for several saves."""


class Hasty(FolderDisk):
    """A folder without its waits: whoever is killed leaves to the system what was written, synced
    or not, and so each kill falls where something is being done.
    """

    def sync(self, name: str) -> None:
        """Nothing."""

    def sync_folder(self) -> None:
        """Nothing."""


def save_on(folder: Path, mark: int, told: int, ready: int) -> None:
    """Save and note without end; after each, say which mark is safe."""
    store = FileStore(folder, Hasty(folder))
    store.load()
    os.write(ready, b"!")
    while True:
        mark += 1
        kept = store.save(saved(mark)) if mark % 4 == 0 else store.note(moment(mark), RUN)
        assert kept
        os.pwrite(told, mark.to_bytes(8, "little"), 0)


def killed_once(folder: Path, mark: int, told: int, after_s: float) -> int:
    """The mark that is found when such a process was killed after some time."""
    heard, ready = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            save_on(folder, mark, told, ready)
        finally:
            os._exit(1)
    os.read(heard, 1)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(heard)
    os.close(ready)
    assert os.WTERMSIG(status) == signal.SIGKILL, "it ended by itself"
    loaded = FileStore(folder).load()
    assert loaded.lost is None, loaded.lost
    assert len(loaded.saved.rows) == len(saved().rows)
    return loaded.saved.moment.position_ms


def main() -> None:
    """Kill it, and see that nothing is lost that was said to be safe."""
    folder, times = Path(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(1)
    told = os.open(folder / "told", os.O_RDWR | os.O_CREAT)
    FileStore(folder).save(saved(0))
    mark = 0
    for _ in range(times):
        os.pwrite(told, mark.to_bytes(8, "little"), 0)
        found = killed_once(folder, mark, told, rng.random() * LONGEST_S)
        safe = int.from_bytes(os.pread(told, 8, 0), "little")
        assert safe <= found <= safe + 1, f"{safe} was safe, {found} was found"
        mark = found
    sys.stdout.write(f"killed {times} times, {mark} writes\n")


if __name__ == "__main__":
    main()
