"""A header of pins for a receiver in a process of its own.

The process finds a module `RPi.GPIO` whose pins are wired to a socket; at the other end of it is
the test, which presses buttons and sees what is driven.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping
from pathlib import Path

from tests.rig.scoped import Scoped

LONGEST_S = 30.0

MODULE = """
import os, socket, threading
BCM, IN, OUT, LOW, HIGH, PUD_OFF, PUD_DOWN, PUD_UP, BOTH = 11, 1, 0, 0, 1, 20, 21, 22, 33
levels, callbacks = {}, {}
wire = socket.socket(socket.AF_UNIX)
wire.connect(os.environ["HEADER_SOCKET"])

def setwarnings(on): pass
def setmode(mode): pass
def input(pin): return levels[pin]
def cleanup(pin): pass
def remove_event_detect(pin): del callbacks[pin]
def add_event_detect(pin, edge, callback): callbacks[pin] = callback

def setup(pin, direction, pull_up_down=PUD_OFF, initial=None):
    levels[pin] = int(pull_up_down == PUD_UP)
    if direction == OUT:
        output(pin, initial)

def output(pin, level):
    wire.sendall(b"%d %d\\n" % (pin, level))

def listen():
    for line in wire.makefile():
        pin, level = map(int, line.split())
        levels[pin] = level
        if pin in callbacks:
            callbacks[pin](pin)

threading.Thread(target=listen, daemon=True).start()
"""


class Header(Scoped):
    """The process is to run with `environ`."""

    def __init__(self, folder: Path) -> None:
        package = folder / "library" / "RPi"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "GPIO.py").write_text(MODULE)
        self._path = folder / "header"
        self._driven: list[tuple[int, bool]] = []
        self._news = threading.Condition()
        self._wire: socket.socket | None = None
        self.environ: Mapping[str, str] = {
            **os.environ,
            "PYTHONPATH": str(package.parent),
            "HEADER_SOCKET": str(self._path),
        }

    def _make(self) -> None:
        self._server = socket.create_server(str(self._path), family=socket.AF_UNIX)
        self._thread = threading.Thread(target=self._listen, name="header")
        self._thread.start()

    def _remove(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        if self._wire is not None:
            self._wire.close()
        self._thread.join()

    def press(self, pin: int) -> None:
        """Connect a pin to ground."""
        self._send(pin, 0)

    def let_go(self, pin: int) -> None:
        """Connect it to nothing."""
        self._send(pin, 1)

    @property
    def driven(self) -> list[tuple[int, bool]]:
        """All that was driven, in its order: pin and level."""
        with self._news:
            return list(self._driven)

    def until(self, pin: int, level: bool) -> None:
        """Wait until a pin is driven so."""
        with self._news:
            assert self._news.wait_for(
                lambda: (
                    next((high for p, high in reversed(self._driven) if p == pin), None) is level
                ),
                LONGEST_S,
            )

    def _send(self, pin: int, level: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._wire is not None, LONGEST_S)
        assert self._wire is not None
        self._wire.sendall(b"%d %d\n" % (pin, level))

    def _listen(self) -> None:
        try:
            wire, _ = self._server.accept()
        except OSError:
            return  # nobody came
        with self._news:
            self._wire = wire
            self._news.notify_all()
        with wire.makefile() as lines:
            for line in lines:
                pin, level = map(int, line.split())
                with self._news:
                    self._driven.append((pin, bool(level)))
                    self._news.notify_all()
