"""The receiver of the demo: a process of its own, as it would be on another machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from receiver.errors import NoReceiver

NAME = "Tonearm demo"
START_S = 20.0
STOP_S = 5.0


class Speaker:
    """A receiver that plays to the mock sink, which keeps time and meters; a context manager.

    What it keeps is in `folder`, and it is told nothing else: how a receiver of this machine is
    set, in files or variables, is not meant for it.

    Entering raises `NoReceiver`, with what the receiver said last, if it does not come up.
    """

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self._folder = folder
        self._said: list[str] = []
        self._port: SimpleQueue[int] = SimpleQueue()

    def __enter__(self) -> Self:
        settings = self._folder / "receiver.toml"
        settings.touch()
        flags = ["--config", str(settings), "--audio", "mock", "--auth", "open", "--loopback"]
        flags += ["--name", NAME, "--port", "0", "--state-dir", str(self._folder / "state")]
        flags += ["--cache-dir", str(self._folder / "cache")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "receiver", *flags],
            env={key: text for key, text in os.environ.items() if not key.startswith("TONEARM_")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, name="demo-speaker")
        self._reader.start()
        try:
            self.port = self._port.get(timeout=START_S)
        except Empty:
            self.port = 0
        if not self.port:
            self._stop()
            raise NoReceiver(f"The receiver did not start: {''.join(self._said[-3:]).strip()}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._said.append(line)
                ready = re.search(r"is ready on port (\d+)", line)
                if ready:
                    self._port.put(int(ready[1]))
        self._port.put(0)
