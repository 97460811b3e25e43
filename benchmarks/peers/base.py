"""What every player can do."""

from __future__ import annotations

import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import psutil

from tests.rig.card import Card, end_process

PATIENCE = 20.0
"""Seconds for a daemon to come up, or to answer."""


class PlayerError(Exception):
    """The player refused a command, or did not answer."""


class Player(ABC):
    """A daemon that plays to one sink of the stand-in card, and an open connection to it.

    A context manager: entering returns when the daemon has answered its first command. Every
    command is sent at once and returns when the daemon has answered. `buffer_ms` is the buffer of
    the sound device; None leaves it to the player.
    """

    name: ClassVar[str]
    program: ClassVar[str]
    """What must be installed."""

    def __init__(self, card: Card, sink: str, folder: Path, buffer_ms: int | None = None) -> None:
        self.card, self.sink, self.folder, self.buffer_ms = card, sink, folder, buffer_ms
        self.folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.connect()
        except BaseException:
            end_process(self.process)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.disconnect()
        finally:
            end_process(self.process)

    def environment(self) -> dict[str, str]:
        """The environment of the daemon."""
        return self.card.env

    def tree(self) -> list[psutil.Process]:
        """All processes of the player that are alive."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """CPU time of the whole tree so far."""
        return float(sum(sum(process.cpu_times()[:2]) for process in self.tree()))

    def pss_mb(self) -> float:
        """Proportional memory of the whole tree now."""
        total = 0
        for process in self.tree():
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
            lines = (line.split() for line in rollup.splitlines())
            total += sum(int(words[1]) for words in lines if words[0] == "Pss:")
        return total / 1024

    def says_of_itself(self) -> dict[str, float]:
        """Figures that the player gives of itself, by what they are."""
        return {}

    def until_it_answers(self) -> float:
        """Waits a moment; raises `PlayerError` when the daemon died or took too long."""
        if self.process.poll() is not None:
            log = (self.folder / "log").read_text(errors="replace")
            raise PlayerError(f"{self.name} ended: {log}")
        age = time.time() - psutil.Process(self.process.pid).create_time()
        if age > PATIENCE:
            raise PlayerError(f"{self.name} did not come up")
        time.sleep(0.002)
        return age

    @abstractmethod
    def command(self) -> list[str]:
        """How to start the daemon."""

    @abstractmethod
    def connect(self) -> None:
        """Connect; returns when the daemon has answered a command."""

    @abstractmethod
    def disconnect(self) -> None:
        """Close the connection."""

    @abstractmethod
    def play(self, url: str) -> None:
        """Play `url` from its start, instead of what plays."""

    @abstractmethod
    def queue(self, url: str) -> None:
        """Say what `next` will play."""

    @abstractmethod
    def next(self) -> None:
        """Play what was queued."""

    @abstractmethod
    def pause(self) -> None:
        """Pause."""

    @abstractmethod
    def resume(self) -> None:
        """Go on."""

    @abstractmethod
    def stop(self) -> None:
        """Stop."""

    @abstractmethod
    def seek(self, seconds: float) -> None:
        """Go on from `seconds`."""

    @abstractmethod
    def volume(self, percent: int) -> None:
        """Set the volume."""
