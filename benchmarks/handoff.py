"""Music goes back and forth between two receivers, each a machine of its own on one network, that
are heard on one time base.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.tonearm import Tonearm
from benchmarks.resources import buffer_name
from benchmarks.results import Results
from benchmarks.stage import SETTLE_S, Stage, serving
from receiver.errors import TonearmError
from receiver.handoff.switch import FADE, LONG_FADE
from receiver.model.state import Transferred
from tests.rig.card import SIDES, Card, Recorder
from tests.rig.crossing import NoCrossing, crossing
from tests.rig.heard import Ears
from tests.rig.network import FAR_ADDRESS, Cable, enter, inside
from tests.rig.tracks import Track

NEAR_ADDRESS = "10.77.0.1"
PORT = 7766
BUFFERS_MS = (50, None)
COLD_RUNS = 3
COLD_S = 7.0
"""A device that nobody needs is stopped by then."""
PLACE_S = 1.0
APART_S = 1.2
UNEVEN_S = 0.01
"""Added to each wait in turn, so that nothing keeps step."""
AT_ONCE = 20
"""Transfers in one playing of the track; then the music is back at the first."""

AGREED = "command to switch, as agreed (ms)"
HEARD = "command to switch, as heard (ms)"
GAP = "gap or overlap (ms)"
SKIPPED = "position error (ms)"
FAILED = "transfers that came to nothing"
HOLES = "recordings with a hole, not counted in"
COLD = ", device stopped"


class Placed(Tonearm):
    """A receiver in a network namespace, and its controller there."""

    def __init__(
        self,
        card: Card,
        side: str,
        folder: Path,
        buffer_ms: int | None,
        space: str,
        hosts: tuple[str, str],
    ) -> None:
        """`hosts`: its own address and that of the other receiver."""
        super().__init__(card, side, folder, buffer_ms)
        self.space = space
        self.host, self._peer = hosts
        self.port = PORT

    def command(self) -> list[str]:
        """See `Player`."""
        house = ["--name", self.sink, "--no-mdns", "--peers", f"{self._peer}:{PORT}"]
        return [*inside(self.space), *super().command(), *house]

    def live(self) -> None:
        """See `Tonearm`."""
        enter(self.space)
        super().live()


@dataclass(frozen=True)
class Asked:
    """A transfer, and what came of it: asked for at `at`, on time.monotonic()."""

    sides: tuple[int, int]
    at: float
    answer: Transferred


class House:
    """Two receivers, left and right, and the music that they hand over."""

    def __init__(self, card: Card, url: str, players: tuple[Placed, Placed]) -> None:
        self.card, self.url, self.players = card, url, players
        self.at = 0
        """Where the music is."""

    def play(self) -> None:
        """Have the left one play from the start."""
        self.players[1].stop()
        self.players[0].play(self.url)
        self.at = 0
        time.sleep(PLACE_S)

    def transfer(self) -> Asked | None:
        """Hand over to the other one; None where that came to nothing."""
        here, there = self.at, 1 - self.at
        at = time.monotonic()
        try:
            answer = self.players[here].transfer(SIDES[there])
        except TonearmError as error:
            print(f"transfer: {error.code}: {error}", file=sys.stderr)
            return None
        self.at = there
        return Asked((here, there), at, answer)


@contextlib.contextmanager
def house(stage: Stage, buffer_ms: int | None) -> Iterator[House]:
    """Two namespaces with a receiver in each, and the music on one of them."""
    with contextlib.ExitStack() as stack:
        card = stack.enter_context(Card(stage.folder / f"card-{buffer_ms}", sides=True))
        cable = stack.enter_context(Cable())
        cable.give(NEAR_ADDRESS)
        served = serving([stage.one.path], host=NEAR_ADDRESS, before=inside(cable.near))
        (url,) = stack.enter_context(served)
        folder = stage.folder / f"house-{buffer_ms}"
        hosts = (NEAR_ADDRESS, FAR_ADDRESS)
        left = Placed(card, "left", folder / "left", buffer_ms, cable.near, hosts)
        right = Placed(card, "right", folder / "right", buffer_ms, cable.far, hosts[::-1])
        for player in (left, right):
            stack.enter_context(player)
            player.volume(100)
        left.until_it_knows(SIDES[1])
        right.until_it_knows(SIDES[0])
        yield House(card, url, (left, right))


def measure(what: str, buffer_ms: int | None, start: str = "") -> str:
    """The name of a figure; `start` says what is unusual of the start."""
    return f"handoff, {buffer_name(buffer_ms)}{start}: {what}"


def handoff(stage: Stage, transfers: int, results: Results) -> None:
    """Transfers with each buffer, and a few to a receiver whose device was stopped. For root only,
    who may make network namespaces.
    """
    if Tonearm.name not in stage.names:
        return
    if os.geteuid() != 0:
        print("handoff: left out, needs root", file=sys.stderr)
        return
    ears = Ears([stage.one])
    for buffer_ms in BUFFERS_MS:
        with house(stage, buffer_ms) as found:
            warm, cold = Judge(ears, stage.one, buffer_ms), Judge(ears, stage.one, buffer_ms, COLD)
            for first in range(0, transfers, AT_ONCE):
                _series(found, min(AT_ONCE, transfers - first), APART_S, warm, results)
            _series(found, COLD_RUNS, COLD_S, cold, results)
        warm.conclude(results)
        cold.conclude(results)


def _series(found: House, runs: int, apart: float, judge: Judge, results: Results) -> None:
    """Transfers while the track is played once, so far apart, and what is heard of them."""
    with Recorder(found.card) as recorder:
        found.play()
        asked = []
        for run in range(runs):
            time.sleep(apart + UNEVEN_S * run)
            asked.append(found.transfer())
        time.sleep(apart)
        for one in asked:
            judge.hear(recorder, one, results)


class Judge:
    """Turns transfers of one kind into figures."""

    def __init__(self, ears: Ears, track: Track, buffer_ms: int | None, start: str = "") -> None:
        self._ears, self._track = ears, track
        self._buffer_ms, self._start = buffer_ms, start
        self._failed = self._holes = 0

    def hear(self, recorder: Recorder, asked: Asked | None, results: Results) -> None:
        """One transfer (None: it came to nothing). A recording with a hole tells of the card, and
        is counted only.
        """
        if asked is None:
            self._failed += 1
            return
        start = recorder.frame_at(asked.at - SETTLE_S)
        end = recorder.frame_at(asked.at + asked.answer.switch_ms / 1000 + SETTLE_S)
        fade_s = FADE if asked.answer.tight else LONG_FADE
        recording = recorder.pcm(start, end)
        try:
            heard = crossing(self._ears, recording, self._track, asked.sides, fade_s)
        except NoCrossing as error:
            self._holes += 1
            print(f"{self._name('not measured')}: {error}", file=sys.stderr)
            return
        came_s = recorder.clock()(start + heard.came_at) - asked.at
        for what, figure in (
            (AGREED, asked.answer.switch_ms),
            (HEARD, 1000 * came_s),
            (GAP, abs(heard.gap_ms)),
            (SKIPPED, abs(heard.skipped_ms)),
        ):
            results.add(self._name(what), Tonearm.name, figure)

    def conclude(self, results: Results) -> None:
        """Tell what is told once."""
        results.add(self._name(FAILED), Tonearm.name, self._failed)
        results.add(self._name(HOLES), Tonearm.name, self._holes)

    def _name(self, what: str) -> str:
        return measure(what, self._buffer_ms, self._start)
