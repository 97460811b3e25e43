"""Makes the configuration out of its sources.

The later one wins: defaults, files, variables, flags.

Runs once, at the start, before there is an event loop. Raises `ConfigError` for a key that does
not exist and for a value that is not allowed; the message names the source, and the line where it
can be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from receiver.config import sources
from receiver.config.config import OPTIONS, Config
from receiver.config.sources import Setting, Table, Task
from receiver.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, where each value came from, the tables that are no options, and what else
    the command line asked for.
    """

    config: Config
    origins: Mapping[str, str]
    tables: Mapping[str, Table] = field(default_factory=dict)
    task: Task | None = None
    json: bool = False


def load(argv: Sequence[str], environ: Mapping[str, str]) -> Loaded:
    """Read all sources. `argv` is without the program's name.

    `--help`, `--version` and a flag that does not exist end the program, as argparse does it.
    """
    parser = sources.parser()
    flags = parser.parse_args(argv)
    if flags.verb not in (None, "pair"):
        parser.error(f"there is no {flags.verb}; there is pair")
    if flags.json and flags.task != "doctor":
        parser.error("--json goes with --doctor only")
    settings = sources.from_surroundings(environ)
    tables: dict[str, Table] = {}
    files = [flags.config] if flags.config else sources.default_files(environ)
    for file in files:
        found, found_tables = sources.from_file(file, missing_is_fine=flags.config is None)
        settings += found
        tables |= {table.name: table for table in found_tables}
    settings += sources.from_variables(environ)
    settings += sources.from_flags(flags)
    config, origins = _resolve(settings)
    return Loaded(
        config,
        origins,
        tables,
        flags.verb or flags.task,
        flags.json,
    )


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


def _resolve(settings: Iterable[Setting]) -> tuple[Config, dict[str, str]]:
    origins = {option.key: "default" for option in OPTIONS}
    values: dict[str, object] = {}
    for setting in settings:
        values[setting.option.key] = _checked(setting)
        origins[setting.option.key] = setting.origin
    config = Config(**values)  # type: ignore[arg-type]  # each value was checked by its kind
    if config.buffer_ms > config.max_buffer_ms:
        raise ConfigError(
            f"buffer_ms is {config.buffer_ms} ({origins['buffer_ms']}), which is more than "
            f"max_buffer_ms, {config.max_buffer_ms} ({origins['max_buffer_ms']}).",
            key="buffer_ms",
        )
    return config, origins


def _checked(setting: Setting) -> object:
    option = setting.option
    try:
        return option.kind.check(setting.value)
    except ValueError:
        raise ConfigError(
            f"{setting.origin}: {option.key} must be {option.kind.allowed}, "
            f"not {_short(setting.value)}.",
            key=option.key,
        ) from None


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
