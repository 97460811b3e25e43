"""What a check is given: the machine, through which it sees all facts, and the patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from receiver.config.config import Config
from receiver.model.health import Examination, Finding
from receiver.model.state import State
from receiver.sink.devices import Device


class Disk(NamedTuple):
    """Where a folder lies. `refusal` is why nothing can be written there, if so; `device` is the
    block device as in `/sys/dev/block` ("179:2").
    """

    free_bytes: int
    refusal: str | None
    device: str


class Record(NamedTuple):
    """A receiver as it is announced by mDNS."""

    instance: str
    id: str
    port: int


class System(Protocol):
    """The computer. Any thread; nothing raises, nothing takes longer than a few seconds."""

    @property
    def python(self) -> tuple[int, int, int]:
        """The version of the interpreter."""
        ...

    @property
    def year(self) -> int:
        """The year that the clock of the system shows."""
        ...

    @property
    def correction_ppm(self) -> float:
        """By how much the monotonic clock was made to run faster since the start, in millionths of
        what the hardware counts.
        """
        ...

    def read(self, path: str) -> str | None:
        """The text of a file, without blanks around it; None where it cannot be read."""
        ...

    def names(self, folder: str) -> list[str]:
        """What is in a folder, in order; nothing where it cannot be read."""
        ...

    def may_write(self, path: str) -> bool:
        """Whether this process may open the file, or device, for writing."""
        ...

    def run(self, *command: str) -> str | None:
        """What a program prints, without blanks around it; None where there is none, or it fails
        or hangs.
        """
        ...

    def disk(self, folder: Path) -> Disk:
        """Where a folder is, or would be made."""
        ...

    def installed(self, package: str) -> str | None:
        """The version of a Python package; None where it is missing."""
        ...

    def has_module(self, name: str) -> bool:
        """Whether a Python module can be imported, wherever it comes from."""
        ...

    def required(self) -> list[str]:
        """What Tonearm requires, as in `pyproject.toml`: "aiohttp>=3.14,<4"."""
        ...

    def libraries(self) -> dict[str, str]:
        """Those of `LIBRARIES` that can be loaded, and what they say of their version."""
        ...


class Network(Protocol):
    """The computer's network. Not the event loop's thread; nothing raises."""

    def addresses(self) -> list[str]:
        """Those at which others reach it; the loopback's where there are none."""
        ...

    def refusal(self, host: str, port: int) -> str | None:
        """Why a TCP connection there does not come about; None when it does."""
        ...

    def fetch(self, host: str, port: int, path: str) -> bytes | None:
        """What an HTTP GET is answered with, whatever its status; None when it is not."""
        ...

    def knock(self, state_dir: Path) -> Examination | None:
        """What the receiver of this machine finds, asked at its local door; None: it does not
        answer, or not this user.
        """
        ...

    def multicast_refusal(self, address: str) -> str | None:
        """Why a datagram that goes to the group of mDNS by this address does not come back to this
        machine; None when it does.
        """
        ...

    def announced(self, addresses: Sequence[str]) -> dict[str, list[Record]]:
        """The receivers that answer to mDNS on each of our addresses. Takes a second or two."""
        ...


class Sound(Protocol):
    """The computer's sound devices. Not while a receiver plays on them."""

    def devices(self) -> list[Device]:
        """Those that can play. Raises `NoDevice` where the library is missing."""
        ...

    def chosen(self, wanted: str) -> Device:
        """The one that a receiver would use that is told to use `wanted`; "" is the default. Raises
        `NoDevice`.
        """
        ...

    def rates(self, device: Device) -> list[int]:
        """Which of the usual rates it takes; none while another program holds it."""
        ...


class Machine(System, Network, Sound, Protocol):
    """All of it."""


LIBRARIES = ("libogg.so.0", "libportaudio.so.2", "libvorbis.so.0", "libvorbisfile.so.3")
"""The libraries that the audio process loads."""


class Live(msgspec.Struct, frozen=True):
    """What a receiver that runs knows of itself. `instance` is the name under which it is
    advertised, None while it is not; `pid` that of its control process; `pin_faults` what is wrong
    with its hardware at pins, in sentences.
    """

    state: State
    port: int
    instance: str | None
    pid: int
    pin_faults: Sequence[str] = ()


class Patient(msgspec.Struct, frozen=True):
    """Who is examined. Without `live` it does not run; `id` is empty before its first start;
    `hardware` names what the configuration has at pins ("buttons").
    """

    config: Config
    id: str
    live: Live | None = None
    hardware: Sequence[str] = ()


Check = Callable[[Machine, Patient], list[Finding]]
