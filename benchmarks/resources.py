"""CPU time, memory, and the time a daemon takes to come up."""

from __future__ import annotations

import contextlib
import time

from benchmarks.peers.base import Player
from benchmarks.peers.tonearm import Tonearm
from benchmarks.results import Results
from benchmarks.stage import SETTLE_S, Stage
from receiver.engine.process_link import CALM_S

BUFFERS_MS = (None, 50, 12, 9)
"""Device buffers to compare at: each player's own choice, a gentle one, a small one, and ours."""
WARM_UP_S = 3.0
COOL_DOWN_S = 8.0
"""After a stop: a player may keep its device fed for a while."""


def buffer_name(buffer_ms: int | None) -> str:
    """How a buffer is called in the table."""
    return "own buffer" if buffer_ms is None else f"{buffer_ms} ms buffer"


def cpu(stage: Stage, seconds: float, results: Results) -> None:
    """CPU seconds per minute of playing, all players at the same time; then per minute of idling.

    Nothing is recorded meanwhile: a recorder would make the sinks take smaller blocks.
    """
    for buffer_ms in BUFFERS_MS:
        with contextlib.ExitStack() as stack:
            players = {
                name: stack.enter_context(stage.player(name, buffer_ms)) for name in stage.names
            }
            for player in players.values():
                player.volume(100)
                player.play(stage.url(stage.one))
            time.sleep(WARM_UP_S)
            before = {name: player.cpu_seconds() for name, player in players.items()}
            time.sleep(seconds)
            for name, player in players.items():
                used = player.cpu_seconds() - before[name]
                measure = f"CPU playing, {buffer_name(buffer_ms)} (s/min)"
                results.add(measure, name, 60 * used / seconds)
            if buffer_ms is None:
                _memory_and_idle(players, seconds, results)


def _memory_and_idle(players: dict[str, Player], seconds: float, results: Results) -> None:
    for name, player in players.items():
        results.add("memory playing, PSS (MB)", name, player.pss_mb())
        player.stop()
    time.sleep(COOL_DOWN_S)
    before = {name: player.cpu_seconds() for name, player in players.items()}
    time.sleep(seconds)
    for name, player in players.items():
        used = player.cpu_seconds() - before[name]
        results.add("CPU idle (% of a core)", name, 100 * used / seconds)
        results.add("memory idle, PSS (MB)", name, player.pss_mb())


def restart(stage: Stage, runs: int, results: Results) -> None:
    """From the death of our audio process to the answer of a play that is heard again."""
    if Tonearm.name not in stage.names:
        return
    with stage.player(Tonearm.name) as player:
        assert isinstance(player, Tonearm)
        for _ in range(runs):
            player.play(stage.url(stage.one))
            time.sleep(SETTLE_S)
            began = time.monotonic()
            player.kill_audio()
            player.play(stage.url(stage.one))
            results.add(
                "audio process restarts (ms)", player.name, 1000 * (time.monotonic() - began)
            )
            time.sleep(CALM_S)


def daemon_start(stage: Stage, runs: int, results: Results) -> None:
    """Start of the process to the answer of its first command."""
    for name in stage.names:
        with stage.player(name):
            pass  # what is loaded for the first time is compiled, or comes from the disk
    for _ in range(runs):
        for name in stage.names:
            player = stage.player(name)
            began = time.monotonic()
            with player:
                results.add("daemon start (ms)", name, 1000 * (time.monotonic() - began))
