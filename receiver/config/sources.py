"""Where settings come from: files, the environment, the command line. None checks a value.

Raises `ConfigError` for a file that cannot be read and for a key that does not exist.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

import receiver
from receiver.config.config import OPTIONS, Option
from receiver.config.options import Switch
from receiver.errors import ConfigError

SYSTEM_FILE = Path("/etc/tonearm/receiver.toml")
SERVICE_STATE = Path("/var/lib/tonearm")
"""Where systemd has the service keep its state."""

Task = Literal["check_config", "print_config", "list_devices", "test_buttons", "doctor", "pair"]
TASKS: Mapping[Task, str] = {
    "check_config": "show each value and its source, then exit",
    "print_config": "show a receiver.toml to begin with, then exit",
    "list_devices": "show sound devices, then exit",
    "test_buttons": "show what buttons and knob do, until Ctrl-C",
    "doctor": "say what is wrong and what to do, then exit",
}
"""What can be asked for instead of running."""
PAIR_HELP = "let a new controller in: have the receiver on this machine make a code, then exit"

_BY_KEY = {option.key: option for option in OPTIONS}
_BY_VARIABLE = {option.variable: option for option in OPTIONS}


class Setting(msgspec.Struct, frozen=True):
    """A value as its source gave it. `origin` is what people read: a file, variable or flag."""

    option: Option
    value: object
    origin: str


class Table(msgspec.Struct, frozen=True):
    """A table as a file holds it: whoever it is for knows what may be in it."""

    name: str
    values: dict[str, Any]
    file: Path
    lines: dict[tuple[str, ...], int]

    def place(self, *keys: str) -> str:
        """File and line of a key within the table; of what is around it, where it has no line."""
        return _place(self.file, self.lines, (self.name, *keys))


def default_files(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """The files read without `--config`; they need not be there."""
    base = environ.get("XDG_CONFIG_HOME", "")
    own = Path(base) if base.startswith("/") else Path(environ.get("HOME", "/")) / ".config"
    return SYSTEM_FILE, own / "tonearm" / "receiver.toml"


def from_service() -> list[Setting]:
    """What the service of this machine is told by systemd, if there is one: whoever looks how it is
    set is not told that.
    """
    if not os.path.isdir(SERVICE_STATE):
        return []
    return [Setting(_BY_KEY["state_dir"], str(SERVICE_STATE), "the service")]


def from_surroundings(environ: Mapping[str, str]) -> list[Setting]:
    """Where the variables of the desktop, and then those of systemd, move a default."""
    settings = []
    for kind in ("state", "cache"):
        option = _BY_KEY[f"{kind}_dir"]
        desktop, service = f"XDG_{kind.upper()}_HOME", f"{kind.upper()}_DIRECTORY"
        if (home := environ.get(desktop, "")).startswith("/"):
            settings.append(Setting(option, f"{home}/tonearm", desktop))
        if (folders := environ.get(service, "")).startswith("/"):
            settings.append(Setting(option, folders.partition(":")[0], service))
    return settings


def from_file(path: Path, *, missing_is_fine: bool) -> tuple[list[Setting], list[Table]]:
    """Every key of a TOML file, and every table that is no option."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if missing_is_fine:
            return [], []
        raise ConfigError(f"{path}: there is no such file.", file=str(path)) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.", file=str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text.", file=str(path)) from None
    import tomllib  # noqa: PLC0415 - a third of a megabyte, and many have no file

    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}.", file=str(path)) from None
    lines = _lines(text)
    settings, tables = [], []
    for key, value in content.items():
        if isinstance(value, dict) and key not in _BY_KEY:
            tables.append(Table(key, value, path, lines))
        else:
            origin = _place(path, lines, (key,))
            settings.append(Setting(_known(key, _BY_KEY, origin), value, origin))
    return settings, tables


_KEY = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_LINE = re.compile(rf"[ \t]*(?:\[+[ \t]*(?P<table>{_KEYS})[ \t]*\]|(?P<key>{_KEYS})[ \t]*=)")


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """The line on which each key, with the tables around it, comes first. The parser keeps none, so
    they are looked for; a key that is written in an unusual way has none.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.match(line)
        if match is None:
            continue
        keys = tuple(part.strip("\"'") for part in re.findall(_KEY, match["table"] or match["key"]))
        if match["table"]:
            table = keys
        else:
            keys = (*table, *keys)
        for length in range(1, len(keys) + 1):
            found.setdefault(keys[:length], number)
    return found


def _place(path: Path, lines: Mapping[tuple[str, ...], int], keys: tuple[str, ...]) -> str:
    """File and line of a key, or of the nearest around it that has one."""
    while keys and keys not in lines:
        keys = keys[:-1]
    return f"{path}:{lines[keys]}" if keys else str(path)


def _known(name: str, known: Mapping[str, Option], origin: str) -> Option:
    if name in known:
        return known[name]
    import difflib  # noqa: PLC0415 - only for those who mistype

    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
    raise ConfigError(f"{origin}: there is no option {name}. {hint}", key=name)


def from_variables(environ: Mapping[str, str]) -> list[Setting]:
    """Every variable that starts with `TONEARM_`.

    An empty one counts as none, which is how a service file unsets one.
    """
    return [
        _from_text(_known(name, _BY_VARIABLE, "environment"), text, name)
        for name, text in sorted(environ.items())
        if name.startswith("TONEARM_") and text
    ]


def from_flags(flags: argparse.Namespace) -> list[Setting]:
    """Every option that was given as a flag."""
    given = ((option, getattr(flags, option.key)) for option in OPTIONS)
    return [
        _from_text(option, value, option.flag)
        if isinstance(value, str)
        else Setting(option, value, option.flag)
        for option, value in given
        if value is not None
    ]


def _from_text(option: Option, text: str, origin: str) -> Setting:
    try:
        return Setting(option, option.kind.parse(text), origin)
    except ValueError:
        return Setting(option, text, origin)


def parser() -> argparse.ArgumentParser:
    """The command line of the receiver."""
    made = argparse.ArgumentParser(
        prog="tonearm-receiver",
        description="A network speaker: plays what a controller casts to it.",
        epilog="Each option is also a key of receiver.toml (buffer_ms) and a variable "
        "(TONEARM_BUFFER_MS). Flags win over variables, variables over files.",
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"tonearm {receiver.__version__}")
    made.add_argument("--config", type=Path, metavar="FILE", help="read this file and no other")
    tasks = made.add_mutually_exclusive_group()
    for task, summary in TASKS.items():
        flag = "--" + task.replace("_", "-")
        tasks.add_argument(flag, dest="task", action="store_const", const=task, help=summary)
    tasks.add_argument("verb", nargs="?", metavar="pair", help=PAIR_HELP)
    made.add_argument("--json", action="store_true", help="with --doctor: for programs")
    for option in OPTIONS:
        summary = f"{option.help} ({option.kind.allowed})".replace("%", "%%")
        if isinstance(option.kind, Switch):
            made.add_argument(
                option.flag, action=argparse.BooleanOptionalAction, default=None, help=option.help
            )
        else:
            made.add_argument(option.flag, metavar="VALUE", help=summary)
    return made
