"""Our receiver under attack: how soon a controller that is paired is answered, whether the music
goes on, and what it costs in memory.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks import unit
from benchmarks.attackers import ATTACKS
from benchmarks.peers.tonearm import Tonearm
from benchmarks.results import Results
from benchmarks.stage import SETTLE_S, Stage
from benchmarks.stillness import STEADY_BUFFER_MS, add_counted
from controller import one_shot
from controller.address import Address
from tests.rig.card import end_process
from tests.rig.soak import own_kib
from tests.rig.stalls import Stalls

CALM = "nothing"
EVERY_S = 0.05
OVER_S = 2.0
"""By then the last of their connections is forgotten."""


def answered(attack: str) -> str:
    """The name of the figure for a command over a connection that was there before."""
    return f"attack by {attack}: a command, answered (ms)"


def answered_anew(attack: str) -> str:
    """The name of the figure for a command over a connection of its own."""
    return f"attack by {attack}: a command by a new connection, answered (ms)"


def underruns(attack: str) -> str:
    """The name of the figure for how often the device ran dry meanwhile."""
    return f"attack by {attack}: underruns counted"


def grows(attack: str) -> str:
    """The name of the figure for what control holds after the second time, and did not before."""
    return f"attack by {attack}: memory of control grows (MB)"


def attack(stage: Stage, seconds: float, results: Results) -> None:
    """Each attack for so many seconds, twice, and as long without any."""
    if Tonearm.name not in stage.names:
        return
    grown: dict[str, float] = {}
    with stage.paired(STEADY_BUFFER_MS) as player:
        player.repeat(stage.url(stage.one))
        time.sleep(SETTLE_S)
        _commands(player, CALM, seconds, results)
        for name in [*ATTACKS, *ATTACKS]:
            held = own_kib(player.process.pid)
            with _under(name, player.port):
                _commands(player, name, seconds, results)
            time.sleep(OVER_S)
            grown[name] = own_kib(player.process.pid) - held
    for name, kib in grown.items():
        results.add(grows(name), player.name, kib / 1024)


@contextlib.contextmanager
def _under(name: str, port: int) -> Iterator[None]:
    """The attack goes on during the block. In life it takes the time of another machine."""
    command = ["nice", "-n", "10", sys.executable, "-m", "benchmarks.attackers", name, str(port)]
    with subprocess.Popen(command, cwd=unit.ROOT) as attackers:
        try:
            time.sleep(SETTLE_S)
            yield
        finally:
            end_process(attackers)


def _commands(player: Tonearm, name: str, seconds: float, results: Results) -> None:
    """Time commands by turns over both kinds of connections, and count underruns meanwhile."""
    count = [(time.monotonic(), _underruns(player))]
    place = Address(player.host, player.port)
    end = time.monotonic() + seconds
    with Stalls() as stalls:
        while time.monotonic() < end:
            began = time.monotonic()
            player.volume(100)
            between = time.monotonic()
            results.add(answered(name), player.name, 1000 * (between - began))
            one_shot.send(place, "volume", {"percent": 100})
            results.add(answered_anew(name), player.name, 1000 * (time.monotonic() - between))
            time.sleep(EVERY_S)
            count.append((time.monotonic(), _underruns(player)))
    add_counted(results, underruns(name), player.name, count, stalls)


def _underruns(player: Tonearm) -> float:
    return player.says_of_itself()["underruns counted"]
