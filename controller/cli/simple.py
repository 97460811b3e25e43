"""The commands that are one question and one answer."""

from __future__ import annotations

import json
from typing import Any

from controller.cli.arguments import Arguments
from controller.cli.elsewhere import doing, hint
from controller.cli.text import clock_time, in_front, until
from controller.cli.values import parse_crossfade, parse_seek, parse_volume
from controller.known import Memory
from controller.locate import Located, locate
from receiver.errors import NothingPlaying

SETTINGS = ("volume", "repeat", "shuffle", "crossfade")
"""Commands that, with nothing to set, show what is set."""


def simple(arguments: Arguments) -> int:
    """Send the command, and say what came of it."""
    fields = _fields(arguments)
    located = locate(arguments.device, Memory())
    if arguments.command in SETTINGS and not fields:
        result = _settings(located.status["state"])
    else:
        result = _sent(located, arguments.command, fields)
    if arguments.json:
        print(json.dumps(result))
    elif "receipt" in result:
        print(in_front(doing(located.again().house[0])))
    else:
        print(_outcome(arguments.command, result))
    return 0


def _sent(located: Located, command: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The result of the command. Raises `NothingPlaying` with where something does."""
    try:
        return located.send(command, fields)
    except NothingPlaying as error:
        raise NothingPlaying(f"{error.message} {hint(located)}".strip(), **error.detail) from None


def _settings(state: dict[str, Any]) -> dict[str, Any]:
    """What the answers to `SETTINGS` hold, without changing it."""
    queue = state.get("session", {}).get("queue", {})
    return {"volume": state.get("volume", {}), "queue": queue}


def _fields(arguments: Arguments) -> dict[str, Any]:
    """What the command says beyond its name."""
    match arguments.command:
        case "seek":
            return parse_seek(arguments.position)
        case "volume" if arguments.level is not None:
            return parse_volume(arguments.level)
        case "mute" if arguments.switch is not None:
            return {"muted": arguments.switch == "on"}
        case "shuffle" if arguments.switch is not None:
            return {"shuffle": arguments.switch == "on"}
        case "repeat" if arguments.repeat is not None:
            return {"repeat": arguments.repeat}
        case "crossfade" if arguments.seconds is not None:
            return parse_crossfade(arguments.seconds)
        case _:
            return {}


def _outcome(command: str, result: dict[str, Any]) -> str:
    """The result, in a few words."""
    volume, queue = result.get("volume", {}), result.get("queue", {})
    match command:
        case "volume":
            return _volume(volume)
        case "mute":
            return "Muted" if volume.get("muted") else "Not muted"
        case "repeat":
            return f"Repeat {queue.get('repeat')}"
        case "shuffle":
            return "Shuffle on" if queue.get("shuffle") else "Shuffle off"
        case "crossfade":
            seconds = queue.get("crossfade_ms", 0) / 1000
            return f"Crossfade {seconds:g} s" if seconds else "Crossfade off"
    playback = in_front(str(result.get("playback", "done")))
    if "position_ms" in result:
        return f"{playback} at {clock_time(result['position_ms'])}"
    return playback


def _volume(volume: dict[str, Any]) -> str:
    """How loud it is, and why it is not louder."""
    percent, cap = volume.get("percent"), volume.get("cap", 100)
    capped = f", the cap{until(volume.get('cap_until'))}" if percent == cap < 100 else ""
    return f"Volume {percent} %{capped}" + (", muted" if volume.get("muted") else "")
