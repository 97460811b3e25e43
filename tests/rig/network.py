"""Two machines on one network: network namespaces, joined by a cable that can be cut.

Needs root. Everything made here has a name of its own, so that several may test at once.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import uuid
from pathlib import Path

from tests.rig.scoped import Scoped

FAR_ADDRESS = "10.77.0.2"
PREFIX = 16
NAMESPACES = Path("/run/netns")
CLONE_NEWNET = 0x40000000
"""See setns(2)."""


class Cable(Scoped):
    """Two namespaces, `near` and `far`, and the link between them, from `__enter__` to `__exit__`.
    The far end has `FAR_ADDRESS`, the near one what it is given.
    """

    def __init__(self) -> None:
        # Links have at most 15 letters.
        tag = f"{os.getpid():x}{uuid.uuid4().hex[:4]}"
        self.near, self.far = f"tonearm-n-{tag}", f"tonearm-f-{tag}"
        self._ends = (f"tan{tag}"[:15], f"taf{tag}"[:15])

    def give(self, address: str) -> None:
        """Make this the only address of the near end; an empty one takes the last away."""
        _ip("-n", self.near, "-4", "address", "flush", "dev", self._ends[0])
        if address:
            _ip("-n", self.near, "address", "add", f"{address}/{PREFIX}", "dev", self._ends[0])

    def lend(self, address: str) -> None:
        """Give the far end another address, to which it is the router for the near one."""
        _ip("-n", self.far, "address", "add", address, "dev", "lo")
        _ip("-n", self.near, "route", "add", address, "via", FAR_ADDRESS)

    def join(self, near: str, far: str, prefix: int) -> None:
        """Give both ends an IPv6 address in one more network."""
        for space, end, address in zip((self.near, self.far), self._ends, (near, far), strict=True):
            _ip("-n", space, "address", "add", f"{address}/{prefix}", "dev", end, "nodad")

    def cut(self) -> None:
        """Pull the plug at the far end."""
        _ip("-n", self.far, "link", "set", self._ends[1], "down")

    def mend(self) -> None:
        """Put it in again."""
        _ip("-n", self.far, "link", "set", self._ends[1], "up")

    def _make(self) -> None:
        for space in (self.near, self.far):
            _ip("netns", "add", space)
            _ip("-n", space, "link", "set", "lo", "up")
        one, other = self._ends
        _ip("link", "add", one, "netns", self.near, "type", "veth",
            "peer", "name", other, "netns", self.far)  # fmt: skip
        _ip("-n", self.far, "address", "add", f"{FAR_ADDRESS}/{PREFIX}", "dev", other)
        _ip("-n", self.far, "link", "set", other, "up")
        _ip("-n", self.near, "link", "set", one, "up")

    def _remove(self) -> None:
        for space in (self.near, self.far):
            subprocess.run(["ip", "netns", "delete", space], check=False, capture_output=True)


def inside(space: str) -> list[str]:
    """What goes before a command that is to run in a namespace."""
    return ["ip", "netns", "exec", space]


def enter(space: str) -> None:
    """Let the thread that calls be in a namespace from now on: sockets that it opens are there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with (NAMESPACES / space).open() as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), space)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
