"""The stage: the stand-in card, test audio behind HTTP servers, and the players on it."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import PLAYERS
from benchmarks.peers.base import Player
from benchmarks.peers.paired import Paired
from tests.rig.card import Card, Recorder, end_process
from tests.rig.heard import Ears
from tests.rig.tracks import Track, Tracks

DELAYS_MS = (0, 20, 80)
"""Of the servers: milliseconds before each answer."""
SETTLE_S = 0.5
TRACK_S = 60


@dataclass
class Stage:
    """Everything a benchmark needs. `players` holds those that were asked for, by name."""

    folder: Path
    names: Sequence[str]
    card: Card
    tracks: Tracks
    one: Track
    two: Track
    urls: dict[tuple[str, int], str]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, track: Track, delay_ms: int = 0) -> str:
        """Where a track is served."""
        return self.urls[track.path.name, delay_ms]

    def player(self, name: str, buffer_ms: int | None = None) -> Player:
        """A player that is not started yet, on a sink of its own."""
        folder = self.folder / f"{name}-{next(self._numbers)}"
        return PLAYERS[name](self.card, name, folder, buffer_ms)

    def paired(self, buffer_ms: int) -> Paired:
        """Ours, as it is installed: for those who are paired."""
        folder = self.folder / f"paired-{next(self._numbers)}"
        return Paired(self.card, Paired.name, folder, buffer_ms)

    @contextlib.contextmanager
    def started(self) -> Iterator[dict[str, Player]]:
        """All players, started and warm: the first sound of a process is not measured."""
        with contextlib.ExitStack() as stack:
            players = {name: stack.enter_context(self.player(name)) for name in self.names}
            for player in players.values():
                player.volume(100)
                player.play(self.url(self.one))
                time.sleep(SETTLE_S)
                player.stop()
            yield players

    def recorder(self, name: str) -> Recorder:
        """A recorder for the sink of a player."""
        return Recorder(self.card, name)

    def ears(self) -> Ears:
        """Ears that know both tracks."""
        return Ears([self.one, self.two])


@contextlib.contextmanager
def stage(folder: Path, names: Sequence[str]) -> Iterator[Stage]:
    """Set everything up; the players are the benchmarks' own."""
    tracks = Tracks(folder / "tracks")
    one, two = tracks.get(1, TRACK_S), tracks.get(2, TRACK_S)
    with contextlib.ExitStack() as stack:
        urls = {}
        for delay in DELAYS_MS:
            paths = [one.path, two.path]
            served = stack.enter_context(serving(paths, delay))
            urls.update({(path.name, delay): url for path, url in zip(paths, served, strict=True)})
        card = stack.enter_context(Card(folder / "card", (*names, "floor")))
        yield Stage(folder, names, card, tracks, one, two, urls)


@contextlib.contextmanager
def serving(
    paths: Sequence[Path], delay_ms: int = 0, host: str = "127.0.0.1", before: Sequence[str] = ()
) -> Iterator[list[str]]:
    """Serve files from a process of its own; gives their addresses. `before` goes before the
    command.
    """
    command = [*before, sys.executable, "-m", "tests.rig.http_server"]
    command += ["--delay", str(delay_ms), "--host", host]
    with subprocess.Popen(
        [*command, *map(str, paths)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield [server.stdout.readline().strip() for _ in paths]
        finally:
            end_process(server)
