"""`tonearm settings`: how a receiver is set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from controller.cli.arguments import Arguments
from controller.cli.text import plain
from controller.cli.width import columns
from controller.known import Memory
from controller.locate import locate
from receiver.errors import BadRequest


def settings(arguments: Arguments) -> int:
    """Show all settings, or one, or change one."""
    memory = Memory()
    located = locate(arguments.device, memory)
    result = located.send("settings.get")
    keys = list(result["from"])
    if arguments.key is not None:
        keys = [_key(arguments.key, keys)]
    if arguments.value is not None:
        (key,) = keys
        result = located.send("settings.set", {key: _value(key, arguments.value, result[key])})
        memory.used(located.receiver._replace(name=result["name"]))
    for line in [json.dumps(result)] if arguments.json else _lines(result, keys):
        print(line)
    return 0


def _key(wanted: str, keys: list[str]) -> str:
    """The setting that is called so. Raises `BadRequest`."""
    key = wanted.replace("-", "_").casefold()
    if key not in keys:
        raise BadRequest(f"There is no setting {wanted}. There are: {', '.join(keys)}.")
    return key


def _value(key: str, text: str, now: str | int) -> str | int:
    """What is written for a setting, of the kind of the value that it has now. Raises
    `BadRequest`.
    """
    text = text.strip()
    if isinstance(now, str):
        return text
    try:
        return int(text.removesuffix("%"))
    except ValueError:
        raise BadRequest(f"{key} is a whole number, not {text!r}.") from None


def _lines(result: dict[str, Any], keys: list[str]) -> Iterator[str]:
    """A row for each setting: its value, and where that comes from; and the devices."""
    values = [plain(str(result[key])) or '""' for key in keys]
    key_width, value_width = max(map(len, keys)), max(map(columns, values))
    for key, value in zip(keys, values, strict=True):
        source = result["from"][key]
        fixed = "" if source["editable"] else " (fixed there)"
        blanks = " " * (value_width - columns(value))
        yield f"{key:<{key_width}}  {value}{blanks}  {plain(source['origin'])}{fixed}"
    if "device" in keys:
        for device in result["devices"]:
            card = f"  card {plain(device['id'])}" if device.get("id") else ""
            yield f"sound device  {plain(device['name'])}{card}"
