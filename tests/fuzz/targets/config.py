"""`receiver.toml`, with its tables for hardware; variables; hours of the day."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hw.parse import parse
from receiver.config.load import Loaded, load, table
from receiver.config.sample import sample
from receiver.config.sources import from_variables
from receiver.errors import ConfigError
from tests.fuzz.target import Target, require


def _load(text: bytes) -> Loaded:
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        Path(file.name).write_bytes(text)
        return load(["--config", file.name], {})


def _run_file(data: bytes) -> None:
    try:
        loaded = _load(data)
        hardware = parse(loaded.tables, loaded.config.profile, loaded.origins["profile"])
    except ConfigError as error:
        require(".toml" in error.message or "profile" in error.message, "it names the file")
        return
    shown = table(loaded, hardware.rows).splitlines()
    require(all(line.isprintable() for line in shown), "what is shown is harmless")
    own = [line.rpartition("  ")[0].split(maxsplit=1) for line in shown]
    kept = [f"{key} = {value}" for key, value, *_ in own if key in loaded.origins]
    require(_load("\n".join(kept).encode()).config == loaded.config, "shown, it is read again")


def _run_variables(data: bytes) -> None:
    lines = data.decode("utf-8", "surrogateescape").replace("\0", "").splitlines()
    named = (line.partition("=") for line in lines)
    environ = {f"TONEARM_{name.upper()}": value for name, equals, value in named if equals}
    try:
        settings = from_variables(environ)
        load([], {**environ, "HOME": "/nowhere"})
    except ConfigError as error:
        require(error.message, "it says why")
        return
    require(len(settings) == len([text for text in environ.values() if text]), "none is lost")


_HARDWARE = b"""
profile = "encoder-led"
[buttons]
play = {pin = 5, press = "toggle", double = "next", hold = {volume = 40}, debounce_ms = 20}
mute = {pin = 6, press = "mute", active = "high", pull = "down"}
[encoder]
pins = [17, 27]
turn = "volume"
step = 2
[led]
pins = [23, 24, 25]
[amplifier]
pin = 22
off_after_s = 30
"""
_PLAIN = b"""
name = "K\xc3\xbcche"
host = "::1"
port = 7766
mdns = false
peers = "kitchen.local, 10.0.0.7:7000"
guest_hours = "08:00-24:00"
rate = 48000
state_dir = "~/x"
"""
_KEYS = tuple(
    line.split()[0].lstrip("#").encode() + b" = "
    for line in sample().splitlines()
    if line.startswith("#") and " = " in line
)

TARGETS = (
    Target(
        "config",
        _run_file,
        (sample().replace("\n#", "\n").encode(), _PLAIN, _HARDWARE),
        (
            *_KEYS,
            *(b"[buttons]\n", b"[led]\n", b"[a.b]\n", b"[[a]]\n", b"{pin = 5}", b"pins = [1, 2]\n"),
            *(b"'''", b'"""', b"\\u0000", b"\\ud800", b"\\n", b"1979-05-27T07:32:00Z", b"inf"),
            *(b"nan", b"true", b"[[[", b"{a = {a = {", b"a.a.a.", b"~nobody/", b"/", b"#"),
        ),
    ),
    Target(
        "variables",
        _run_variables,
        (_PLAIN.replace(b" = ", b"=").replace(b'"', b""), b"port=1\nresume=off\nprot=1"),
        tuple(key.replace(b" ", b"") for key in _KEYS),
    ),
)
