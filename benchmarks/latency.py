"""Start and edges: from a command on an open connection to the first frame that shows it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from benchmarks.listening import Heard, NotHeard
from benchmarks.peers.base import Player, PlayerError
from benchmarks.results import Results
from benchmarks.stage import DELAYS_MS, Stage
from tests.rig.card import RATE, Recorder, end_process

EDGES = ("seek", "volume", "pause", "resume", "next", "stop")


def start(stage: Stage, runs: int, results: Results) -> None:
    """Play to first sound, with servers that answer at once and late; players take turns."""
    with stage.started() as players:
        for _ in range(runs):
            for delay in DELAYS_MS:
                for name, player in players.items():
                    try:
                        milliseconds = _start_once(stage, player, delay)
                    except NotHeard as error:
                        print(f"{name}: start: {error}", file=sys.stderr)
                        continue
                    results.add(f"start, server {delay} ms (ms)", name, milliseconds)


def _start_once(stage: Stage, player: Player, delay: int) -> float:
    with stage.recorder(player.name) as recorder:
        asked = time.monotonic()
        player.play(stage.url(stage.one, delay))
        time.sleep(0.4 + 8 * delay / 1000)
        player.stop()
        time.sleep(0.2)
        heard = Heard(recorder.pcm(), [], recorder.clock())
    return heard.ms_after(heard.first_sound(asked), asked)


def edges(stage: Stage, runs: int, results: Results) -> None:
    """Seek, volume, pause, resume, next and stop, while music plays; players take turns."""
    ears = stage.ears()
    with stage.started() as players:
        for run in range(runs):
            for name, player in players.items():
                with stage.recorder(name) as recorder:
                    asked = _edges_once(stage, player, 20.0 + 1.37 * run)
                    heard = Heard.of(recorder, ears)
                _judge(stage, heard, asked, name, results)
                for measure, figure in player.says_of_itself().items():
                    results.add(f"{measure}, after a round of edges", name, figure)


def _edges_once(stage: Stage, player: Player, place: float) -> dict[str, float]:
    """Give the commands; returns the instant of each, and the place of the seek in seconds."""
    asked = {"place": place}
    player.play(stage.url(stage.one))
    player.queue(stage.url(stage.two))
    time.sleep(1.5)
    for edge, command, wait in (
        ("seek", partial(player.seek, place), 1.0),
        ("volume", partial(player.volume, 60), 1.6),
        ("volume back", partial(player.volume, 100), 1.6),
        ("pause", player.pause, 0.5),
        ("resume", player.resume, 1.0),
        ("next", player.next, 0.8),
        ("stop", player.stop, 0.4),
    ):
        asked[edge] = time.monotonic()
        try:
            command()
        except PlayerError as error:
            print(error, file=sys.stderr)
        time.sleep(wait)
    asked["end"] = time.monotonic()
    return asked


def _judge(
    stage: Stage, heard: Heard, asked: dict[str, float], name: str, results: Results
) -> None:
    """Turn one round into figures; what was not heard is said and left out."""

    def landed(edge: str, until: str) -> tuple[int, float]:
        """First frame of the new place, and its position in seconds."""
        old = heard.track_at(asked[edge] - 0.1)
        new = heard.new_place(asked[edge], asked[until], old)
        frame = heard.first_frame(old, new, (stage.one, stage.two))
        return frame, (frame + new.offset) / RATE

    def lost() -> float:
        paused, resumed = heard.track_at(asked["pause"]), heard.track_at(asked["next"])
        return 1000 * (resumed.position - paused.end_position) / RATE

    def beside() -> float:
        return abs(1000 * (landed("seek", "volume")[1] - asked["place"]))

    def after(edge: str) -> Callable[[], float]:
        return lambda: heard.ms_after(frames[edge](), asked[edge])

    frames: dict[str, Callable[[], int]] = {
        "seek": lambda: landed("seek", "volume")[0],
        "volume": lambda: heard.gain_change(asked["volume"], asked["volume back"], stage.one),
        "pause": lambda: heard.last_sound(asked["pause"], asked["resume"]),
        "resume": lambda: heard.first_sound(asked["resume"]),
        "next": lambda: landed("next", "stop")[0],
        "stop": lambda: heard.last_sound(asked["stop"], asked["end"]),
    }
    figures = {f"{edge} (ms)": after(edge) for edge in EDGES}
    figures |= {"seek lands beside (ms)": beside, "pause and resume lose (ms)": lost}
    for measure, figure in figures.items():
        try:
            results.add(measure, name, figure())
        except NotHeard as error:
            print(f"{name}: {measure}: {error}", file=sys.stderr)


def floor(stage: Stage, runs: int, results: Results) -> None:
    """What an open, running PortAudio stream with a small buffer needs for a tone on command."""
    command = [sys.executable, "-m", "benchmarks.tone_on_command", "floor"]
    with (
        Recorder(stage.card, "floor") as recorder,
        subprocess.Popen(
            command, env=stage.card.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as tone,
    ):
        assert tone.stdin is not None
        assert tone.stdout is not None
        try:
            tone.stdout.readline()
            time.sleep(1.0)
            asked = []
            for _ in range(2 * runs):
                asked.append(time.monotonic())
                tone.stdin.write(b"on\n")
                tone.stdin.flush()
                time.sleep(0.3)
            heard = Heard(recorder.pcm(), [], recorder.clock())
        finally:
            end_process(tone)
    for instant in asked:
        results.add("floor (ms)", "floor", heard.ms_after(heard.first_sound(instant), instant))
