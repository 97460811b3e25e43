"""The options of a receiver. This declaration is the only place that names them."""

from __future__ import annotations

import socket
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from receiver.config.options import (
    Address,
    Choice,
    DayHours,
    Folder,
    HostNames,
    Kind,
    Number,
    Peers,
    Switch,
    Text,
    option,
)
from receiver.protocol.limits import DEFAULT_PORT

AudioBackend = Literal["auto", "portaudio", "mock"]
AuthMode = Literal["pair", "open"]
VolumeMaker = Literal["auto", "hardware", "software"]
LogLevel = Literal["debug", "info", "warning", "error"]

MAX_NAME_BYTES = 63
"""What one label of DNS holds, so that a name is never cut when it is advertised."""


def _host_name() -> str:
    name = socket.gethostname().partition(".")[0]
    return name[:MAX_NAME_BYTES] if name and name.isascii() and name.isprintable() else "Tonearm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a receiver is told when it starts. Every value has been checked."""

    name: str = option(
        Text(MAX_NAME_BYTES, blank=False),
        "name that people see; the host's by default",
        default_factory=_host_name,
        settable=True,
    )
    host: str = option(Address(), 'address to listen on; "" means all', default="")
    port: int = option(
        Number(0, 65535), "TCP port to listen on; 0 takes any that is free", default=DEFAULT_PORT
    )
    hosts: str = option(
        HostNames(),
        "other names that browsers and programs may reach it by, besides the machine's own",
        default="",
    )
    mdns: bool = option(Switch(), "advertise the receiver on the network", default=True)
    peers: str = option(
        Peers(),
        "receivers of the house that mDNS does not find: HOST[:PORT], separated by commas",
        default="",
    )
    home_names: str = option(
        HostNames(),
        "domains of the house, whose hosts may have private addresses; those like nas, nas.local "
        "and nas.lan need not be told",
        default="",
    )
    loopback: bool = option(
        Switch(), "fetch streams from the services of the receiver's own machine too", default=False
    )
    auth: AuthMode = option(
        Choice(("pair", "open")),
        "who may command it: those who are paired, or whoever reaches it",
        default="pair",
    )
    speak: bool = option(Switch(), "say the pairing code through the speaker", default=True)
    guest_skips: int = option(
        Number(0, 1000), "items that a guest may vote to skip in an hour", default=6, settable=True
    )
    guest_volume: int = option(
        Number(0, 100, "percent"), "how loud a guest may make it", default=60, settable=True
    )
    guest_hours: str = option(
        DayHours(),
        'when guests may do anything, like 08:00-23:00; "" means always',
        default="",
        settable=True,
    )
    audio: AudioBackend = option(
        Choice(("auto", "portaudio", "mock")),
        "sound output: auto takes portaudio where it finds a device",
        default="auto",
    )
    device: str = option(
        Text(),
        'sound device by name or ALSA card id; "" means the default',
        default="",
        settable=True,
    )
    rate: int = option(
        Number(8000, 384_000, "Hz", also=(0,)),
        "frames per second at the device; 0 means the device's own",
        default=0,
    )
    buffer_ms: int = option(
        Number(5, 250, "ms"), "buffer of the device, as it is at the start", default=9
    )
    max_buffer_ms: int = option(
        Number(5, 1000, "ms"), "how far the buffer may grow after underruns", default=250
    )
    profile: str = option(
        Text(),
        "ready set of buttons, knob, light and amplifier: pirate-audio, five-buttons, encoder-led",
        default="",
    )
    linger_s: int = option(
        Number(0, 3600, "s"),
        "how long a silent device is fed silence, so that it is at once there",
        default=5,
    )
    release_s: int = option(
        Number(1, 86_400, "s", also=(0,)),
        "after how long a silent device is let go, for others to use; 0 means never",
        default=60,
    )
    volume: VolumeMaker = option(
        Choice(("auto", "hardware", "software")),
        "who makes the volume: auto takes the card's own where that will do",
        default="auto",
    )
    volume_cap: int = option(
        Number(1, 100, "percent"),
        "the loudest that anybody or anything can make it",
        default=100,
        settable=True,
    )
    night_cap: int = option(
        Number(0, 100, "percent"), "the same for the hours of the night", default=100, settable=True
    )
    night_hours: str = option(
        DayHours(),
        'when night_cap holds, by local time; "" means never',
        default="22:00-07:00",
        settable=True,
    )
    state_dir: Path = option(
        Folder(),
        "folder that keeps id, volume, queue and place",
        default_factory=lambda: Path("~/.local/state/tonearm").expanduser(),
    )
    cache_dir: Path = option(
        Folder(),
        "folder for the files that controllers upload",
        default_factory=lambda: Path("~/.cache/tonearm").expanduser(),
    )
    upload_mb: int = option(
        Number(0, 10_000, "MB"), "the largest file that may be uploaded", default=200
    )
    cache_mb: int = option(
        Number(0, 1_000_000, "MB"),
        "how much of what was uploaded is kept; the oldest that is in no queue goes first",
        default=1000,
    )
    resume: bool = option(
        Switch(),
        "go on playing after a power cut or a restart; else it stands paused",
        default=True,
    )
    log_level: LogLevel = option(
        Choice(("debug", "info", "warning", "error")), "how much is logged", default="info"
    )


@dataclass(frozen=True, slots=True)
class Option:
    """One option by all of its names."""

    key: str
    kind: Kind
    help: str
    settable: bool
    """Whether people may change it while the receiver runs."""

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"TONEARM_{self.key.upper()}"

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.key.replace("_", "-")


OPTIONS = tuple(Option(key=item.name, **item.metadata) for item in fields(Config))
SETTABLE = tuple(option for option in OPTIONS if option.settable)
