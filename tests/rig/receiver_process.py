"""A receiver as its users run it: a process of its own, on a port of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent.parent
START_S = 30.0


class ReceiverProcess:
    """`python -m receiver` with the given flags; a context manager. It is open unless a flag says
    else. What it logs is in `log`.

    It takes streams from this machine, where the servers of tests are. `environ` replaces the
    environment; the state goes into `folder` and no configuration of the user's is read.
    """

    def __init__(
        self,
        folder: Path,
        *flags: str,
        environ: Mapping[str, str] | None = None,
        mdns: bool = False,
    ) -> None:
        self.folder = folder
        self.log: list[str] = []
        self.port = 0
        self._flags = ["--loopback", "--port", "0", "--state-dir", str(folder / "state")]
        self._flags += ["--cache-dir", str(folder / "cache"), *flags]
        if "--auth" not in flags:
            self._flags += ["--auth", "open"]
        if not mdns:
            self._flags.append("--no-mdns")
        base = dict(os.environ if environ is None else environ)
        kept = {key: value for key, value in base.items() if not key.startswith("TONEARM_")}
        self._environ = {**kept, "XDG_CONFIG_HOME": str(folder), "PYTHONUNBUFFERED": "1"}
        self._ready: SimpleQueue[int] = SimpleQueue()

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "receiver", *self._flags],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, name="receiver-log")
        self._reader.start()
        try:
            self.port = self._ready.get(timeout=START_S)
        except Empty:
            self.port = 0
        if not self.port:
            self.stop()
            raise RuntimeError("the receiver did not come up:\n" + "".join(self.log))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> int:
        """Ask it to end, as systemd does; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code

    @property
    def audio_pid(self) -> int:
        """The audio process: the child of control. Waits until there is one."""
        while not (found := children(self.process.pid)):
            time.sleep(0.01)
        return found[0]

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            found = re.search(r"is ready on port (\d+)", line)
            if found:
                self._ready.put(int(found[1]))
        self._ready.put(0)


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]
