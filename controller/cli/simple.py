"""The commands that are one question and one answer."""

from __future__ import annotations

import json
from typing import Any

from controller import one_shot
from controller.cli.arguments import Arguments
from controller.cli.text import clock_time
from controller.cli.values import parse_seek, parse_volume
from controller.known import Memory
from controller.locate import locate


def simple(arguments: Arguments) -> int:
    """Send the command, and say what came of it."""
    fields = _fields(arguments)
    located = locate(arguments.device, Memory())
    if arguments.command == "volume" and not fields:
        result = {"volume": located.status["state"].get("volume", {})}
    else:
        result = one_shot.send(located.receiver.address, arguments.command, fields)
    print(json.dumps(result) if arguments.json else _outcome(arguments.command, result))
    return 0


def _fields(arguments: Arguments) -> dict[str, Any]:
    """What the command says beyond its name."""
    match arguments.command:
        case "seek":
            return parse_seek(arguments.position)
        case "volume" if arguments.level is not None:
            return parse_volume(arguments.level)
        case "mute" if arguments.switch is not None:
            return {"muted": arguments.switch == "on"}
        case _:
            return {}


def _outcome(command: str, result: dict[str, Any]) -> str:
    """The result, in a few words."""
    volume = result.get("volume", {})
    if command == "volume":
        return f"Volume {volume.get('percent')} %" + (", muted" if volume.get("muted") else "")
    if command == "mute":
        return "Muted" if volume.get("muted") else "Not muted"
    playback = str(result.get("playback", "done")).capitalize()
    if "position_ms" in result:
        return f"{playback} at {clock_time(result['position_ms'])}"
    return playback
