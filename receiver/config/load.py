"""Makes the configuration out of its sources.

The later one wins: defaults, files, what people have set while the receiver ran, variables, flags.

Runs once, at the start, before there is an event loop. Raises `ConfigError` for a key that does
not exist and for a value that is not allowed; the message names the source, and the line where it
can be found. What people have set is kept by ourselves: what is wrong in it costs that, and no
start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from receiver.config import sources
from receiver.config.config import OPTIONS, SETTABLE, Config, Option
from receiver.config.sources import Setting, Table, Task
from receiver.errors import ConfigError


class Kept(NamedTuple):
    """What people have set, by the keys of the options; the file that holds it, and what is wrong
    with that, for people.
    """

    values: Mapping[str, object]
    file: str = ""
    troubles: Sequence[str] = ()


NOTHING = Kept({})


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, where each value came from, the tables that are no options, and what else
    the command line asked for. `kept`: what people have set, as far as it is right.
    """

    config: Config
    origins: Mapping[str, str]
    tables: Mapping[str, Table] = field(default_factory=dict)
    task: Task | None = None
    json: bool = False
    kept: Kept = NOTHING


def load(
    argv: Sequence[str],
    environ: Mapping[str, str],
    read_kept: Callable[[Path], Kept] = lambda _: NOTHING,
) -> Loaded:
    """Read all sources. `argv` is without the program's name; `read_kept` reads what people have
    set out of the folder of the state.

    `--help`, `--version` and a flag that does not exist end the program, as argparse does it.
    """
    parser = sources.parser()
    flags = parser.parse_args(argv)
    if flags.verb not in (None, "pair"):
        parser.error(f"there is no {flags.verb}; there is pair")
    if flags.json and flags.task != "doctor":
        parser.error("--json goes with --doctor only")
    settings = sources.from_service() if flags.task == "check_config" else []
    settings += sources.from_surroundings(environ)
    tables: dict[str, Table] = {}
    files = [flags.config] if flags.config else sources.default_files(environ)
    for file in files:
        found, found_tables = sources.from_file(file, missing_is_fine=flags.config is None)
        settings += found
        tables |= {table.name: table for table in found_tables}
    pinned = sources.from_variables(environ) + sources.from_flags(flags)
    config, origins = _resolve([*settings, *pinned])
    kept = _sound(read_kept(config.state_dir))
    if kept.values:
        settings += (Setting(_BY_KEY[key], value, kept.file) for key, value in kept.values.items())
        config, origins = _resolve([*settings, *pinned])
    return Loaded(
        config,
        origins,
        tables,
        flags.verb or flags.task,
        flags.json,
        kept,
    )


def check(option: Option, value: object, origin: str = "") -> object:
    """The value of an option as the configuration holds it. Raises `ConfigError`, which names the
    `origin` of the value.
    """
    try:
        return option.kind.check(value)
    except ValueError:
        place = f"{origin}: " if origin else ""
        raise ConfigError(
            f"{place}{option.key} must be {option.kind.allowed}, not {_short(value)}.",
            key=option.key,
        ) from None


def table(loaded: Loaded, more: Iterable[tuple[str, str, str]] = ()) -> str:
    """Every key, its value and its origin, in columns: what `--check-config` shows. `more` are rows
    of what the tables mean.
    """
    rows = [
        (option.key, shown(getattr(loaded.config, option.key)), loaded.origins[option.key])
        for option in OPTIONS
    ]
    rows += more
    key_width, value_width = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "".join(
        f"{key:<{key_width}}  {value:<{value_width}}  {origin}\n" for key, value, origin in rows
    )


def shown(value: object) -> str:
    """A value as one writes it in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


_BY_KEY = {option.key: option for option in SETTABLE}


def _sound(kept: Kept) -> Kept:
    """What of it is an option that can be set, with a value that is allowed."""
    values, troubles = dict[str, object](), list(kept.troubles)
    for key, value in kept.values.items():
        try:
            if key in _BY_KEY:
                values[key] = check(_BY_KEY[key], value, kept.file)
            else:
                troubles.append(f"{kept.file}: there is no setting {_short(key)}.")
        except ConfigError as error:
            troubles.append(error.message)
    return Kept(values, kept.file, troubles)


def _resolve(settings: Iterable[Setting]) -> tuple[Config, dict[str, str]]:
    origins = {option.key: "default" for option in OPTIONS}
    values: dict[str, object] = {}
    for setting in settings:
        values[setting.option.key] = check(setting.option, setting.value, setting.origin)
        origins[setting.option.key] = setting.origin
    config = Config(**values)  # type: ignore[arg-type]  # each value was checked by its kind
    if config.buffer_ms > config.max_buffer_ms:
        raise ConfigError(
            f"buffer_ms is {config.buffer_ms} ({origins['buffer_ms']}), which is more than "
            f"max_buffer_ms, {config.max_buffer_ms} ({origins['max_buffer_ms']}).",
            key="buffer_ms",
        )
    return config, origins


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
