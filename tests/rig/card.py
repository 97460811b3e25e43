"""A stand-in for a sound card: a private PulseAudio daemon with null sinks, seen as ALSA devices.

A player opens ALSA device NAME and plays; the null sink takes the frames at the pace of a real
card; a `Recorder` writes down what was taken, and when. Nothing of the user's is touched: the
daemon has folders, a socket and an ALSA configuration of its own.

Needs pulseaudio, parec (pulseaudio-utils) and the ALSA plugin for it (libasound2-plugins).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tests.rig.scoped import Scoped

RATE = 44100
"""Frames per second of every sink and every recording."""
BYTES_PER_FRAME = 4
"""Two channels of int16."""
BLOCK_MS = 5
"""What a sink takes at a time while it is recorded: times are exact to about this."""

SIDES = ("left", "right")

START_DEADLINE = 15.0

Recording = NDArray[np.int16]
"""Shape (frames, 2)."""


class CardError(Exception):
    """The stand-in did not come up; the message holds the daemon's own words."""


class Card(Scoped):
    """The daemon, from `__enter__` to `__exit__`. Each name in `sinks` is an ALSA device; the
    first one is also the device `default`.

    With `sides` there are the devices `left` and `right` too: each plays what its own left channel
    holds to that one channel of the first sink. What two players give is so recorded as one.

    `env` is the whole environment for a child process that plays.
    """

    def __init__(
        self, folder: Path, sinks: Sequence[str] = ("dac",), *, sides: bool = False
    ) -> None:
        self.folder = folder
        self.sinks = tuple(sinks)
        self.sides = SIDES if sides else ()
        self.env: dict[str, str] = {}
        self._daemon: subprocess.Popen[bytes] | None = None
        # A socket's path has at most 107 bytes, and a test's folder is often longer than that.
        self._short = tempfile.TemporaryDirectory(prefix="card-")
        self.socket = Path(self._short.name) / "native"

    @property
    def pid(self) -> int:
        """Process id of the daemon."""
        assert self._daemon is not None
        return self._daemon.pid

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        alsa = self.folder / "asound.conf"
        alsa.write_text(self._alsa_config())
        self.env = self._environment(alsa)
        self._start()

    def unplug(self, sink: str) -> None:
        """Take the device away, as when its plug is pulled."""
        listed = self.pactl("list", "short", "modules")
        lines = [line.split() for line in listed.splitlines()]
        (module,) = [line[0] for line in lines if f"sink_name={sink}" in line]
        self.pactl("unload-module", module)

    def plug_in(self, sink: str) -> None:
        """Give it back."""
        self.pactl("load-module", *_null_sink(sink).split())

    def kill(self) -> None:
        """Kill the daemon: all devices are gone."""
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.wait()
        self.socket.unlink(missing_ok=True)

    def start(self) -> None:
        """Start it again after `kill`."""
        self._start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the daemon stand still while in it: the devices hang."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def pactl(self, *words: str) -> str:
        """Ask or tell the daemon something, in the words of that program; gives what it prints."""
        done = subprocess.run(
            ["pactl", *words], env=self.env, capture_output=True, text=True, check=True, timeout=10
        )
        return done.stdout

    @contextmanager
    def in_this_process(self) -> Iterator[None]:
        """Let this very process play to the card, through PortAudio or ALSA, until the block ends.

        Call it with no stream open: PortAudio lists devices when it starts, so where it is loaded
        already it is started anew.
        """
        names = ("ALSA_CONFIG_PATH", "PULSE_SERVER", "PULSE_CLIENTCONFIG")
        before = {name: os.environ.get(name) for name in names}
        os.environ.update({name: self.env[name] for name in names})
        _restart_portaudio()
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            _restart_portaudio()

    def _alsa_config(self) -> str:
        """Our devices and nothing else.

        The system's own configuration would load every plugin that is installed, and with them
        tens of megabytes that are not the player's.
        """
        server = f'server "unix:{self.socket}"'
        devices = [
            ("default", self.sinks[0]),
            *((sink, sink) for sink in (*self.sinks, *self.sides)),
        ]
        pcms = (
            f"pcm.{name} {{ type pulse {server} device {sink} "
            f'hint {{ show on description "stand-in {sink}" }} }}\n'
            for name, sink in devices
        )
        return "".join(pcms) + f"ctl.default {{ type pulse {server} }}\n"

    def _modules(self) -> list[str]:
        sinks = [_null_sink(sink) for sink in self.sinks]
        # The right channel goes to one that the card does not have: it is dropped.
        sides = [
            f"module-remap-sink sink_name={side} master={self.sinks[0]} channels=2 remix=no "
            f"channel_map=front-left,front-right master_channel_map=front-{side},rear-{side}"
            for side in self.sides
        ]
        # Loaded last: once it takes a connection, the sinks are there.
        return [
            *sinks,
            *sides,
            f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
        ]

    def _environment(self, alsa: Path) -> dict[str, str]:
        folder = str(self.folder)
        client = self.folder / "client.conf"
        client.write_text("autospawn = no\n")
        env = {
            **os.environ,
            "HOME": folder,
            "XDG_RUNTIME_DIR": folder,
            "XDG_CONFIG_HOME": f"{folder}/config",
            "XDG_CACHE_HOME": f"{folder}/cache",
            "XDG_DATA_HOME": f"{folder}/data",
            "XDG_STATE_HOME": f"{folder}/state",
            "PULSE_RUNTIME_PATH": f"{folder}/pulse",
            "PULSE_STATE_PATH": f"{folder}/pulse",
            "PULSE_CLIENTCONFIG": str(client),
            "PULSE_SERVER": f"unix:{self.socket}",
            "ALSA_CONFIG_PATH": str(alsa),
        }
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "PULSE_SINK"):
            env.pop(name, None)
        return env

    def _start(self) -> None:
        command = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no"]
        command += ["--exit-idle-time=-1", "--disable-shm=yes", "--high-priority=yes"]
        for module in self._modules():
            command += ["-L", module]
        with self._log.open("wb") as log:
            self._daemon = subprocess.Popen(
                command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_DEADLINE
        while not self._answers():
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                raise CardError(f"pulseaudio did not come up:\n{self._log.read_text()}")
            time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    @property
    def _log(self) -> Path:
        return self.folder / "pulseaudio.log"

    def _remove(self) -> None:
        if self._daemon is not None:
            end_process(self._daemon)
            self._daemon = None
        self._short.cleanup()


class Recorder:
    """Writes down what a sink takes, from `__enter__` to `__exit__`.

    `pcm` and `clock` may be called while it runs.
    """

    def __init__(self, card: Card, sink: str = "dac") -> None:
        self._card, self._sink = card, sink
        self._frames = bytearray()
        self._arrivals: list[tuple[int, float]] = []  # frames so far, and when they had come
        self._enough = threading.Event()

    def __enter__(self) -> Self:
        command = ["parec", f"--device={self._sink}.monitor", "--raw", f"--rate={RATE}"]
        command += ["--channels=2", "--format=s16le", f"--latency-msec={BLOCK_MS}"]
        self._process = subprocess.Popen(
            command, env=self._card.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self._thread = threading.Thread(target=self._read, name=f"recorder {self._sink}")
        self._thread.start()
        # The first blocks come at an uneven pace: recording counts from when it runs smoothly.
        if not self._enough.wait(START_DEADLINE) or not self.frames:
            self.__exit__(None, None, None)
            raise CardError(f"nothing could be recorded from {self._sink}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        end_process(self._process)
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def frames(self) -> int:
        """Frames recorded so far."""
        return len(self._frames) // BYTES_PER_FRAME

    def pcm(self, start: int = 0, end: int | None = None) -> Recording:
        """Frames `start` to `end` (as far as there are any yet)."""
        end = self.frames if end is None else min(end, self.frames)
        data = bytes(self._frames[BYTES_PER_FRAME * start : BYTES_PER_FRAME * end])
        return np.frombuffer(data, np.int16).reshape(-1, 2)

    def clock(self) -> Callable[[float], float]:
        """A function from frame number to the instant, on time.monotonic(), at which the card
        began to play the block of that frame, plus the frame's place in the block.

        The card takes a block when it begins to play it. News of a block may come late but never
        early, so the earliest of those within a second tells when blocks really are taken.
        """
        ends, times = np.array(self._arrivals).T
        block = float(np.median(np.diff(ends))) / RATE
        lag = times - ends / RATE + block
        knots = np.arange(0.0, ends[-1] + RATE, RATE / 2)
        near = [np.abs(ends - knot) <= RATE for knot in knots]
        known = [i for i, mask in enumerate(near) if mask.any()]
        earliest = np.array([lag[near[i]].min() for i in known])
        return lambda frame: float(frame / RATE + np.interp(frame, knots[known], earliest))

    def frame_at(self, instant: float) -> int:
        """The frame the card was playing at `instant`, on time.monotonic()."""
        clock, guess = self.clock(), 0.0
        for _ in range(3):
            guess += (instant - clock(guess)) * RATE
        return round(guess)

    def wait_frames(self, frames: int, timeout: float) -> bool:
        """Wait until so many frames are recorded; False when `timeout` seconds passed first."""
        deadline = time.monotonic() + timeout
        while self.frames < frames:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def _read(self) -> None:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        while data := os.read(pipe, 1 << 16):
            now = time.monotonic()
            self._frames += data
            self._arrivals.append((self.frames, now))
            if len(self._arrivals) == 100 // BLOCK_MS:
                self._enough.set()
        self._enough.set()


def _null_sink(name: str) -> str:
    """The module that is a device. A rewind would take back frames that the recorder has already
    been given: norewinds.
    """
    form = f"rate={RATE} format=s16le channels=2"
    return f"module-null-sink {form} norewinds=yes sink_name={name}"


def end_process(process: subprocess.Popen[Any], patience: float = 5.0) -> None:
    """Ask a process to end, then make it; returns when it is gone. Harmless twice."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _restart_portaudio() -> None:
    sounddevice = sys.modules.get("sounddevice")
    if sounddevice is not None:
        sounddevice._terminate()
        sounddevice._initialize()
