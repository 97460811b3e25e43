"""`tonearm transfer`: the session goes on at another receiver."""

from __future__ import annotations

import json
from typing import Any

from controller.address import looks_like_address, parse_address
from controller.cli.arguments import Arguments
from controller.cli.elsewhere import doing, hint, item_label
from controller.cli.text import plain
from controller.cli.values import parse_volume
from controller.house import SOUNDING, Speaker, find, holder, speakers
from controller.known import Known, Memory
from controller.locate import NEAR_SECONDS, Located, identify, locate, through
from receiver.errors import (
    BadRequest,
    NoReceiver,
    NothingPlaying,
    TargetNotReady,
    TargetPlaying,
    TonearmError,
)

EXACT_MS = 10.0
"""Below this, milliseconds are told with a decimal."""


def transfer(arguments: Arguments) -> int:
    """Hand the session over, and say how it went and where the music is now."""
    fields: dict[str, Any] = {"paused": arguments.to_paused, "replace": arguments.replace}
    if arguments.level is not None:
        fields["volume"] = _percent(arguments.level)
    memory = Memory()
    source = _source(arguments, memory)
    target = _target(arguments.to, source, memory)
    try:
        result = source.send("transfer", {"to": target.id, **fields})
    except TonearmError as error:
        raise _told(error, source, target) from None
    default = memory.default()
    if arguments.source is None or (default and default.id == source.receiver.id):
        memory.used(memory.find(target.id) or Known(target.id, target.name, target.address))
    if arguments.json:
        told = {"from": source.receiver.id, "to": target.id, "transfer": None, **result}
        print(json.dumps(told))
    else:
        print(_outcome(result.get("transfer"), source, target))
    return 0


def _percent(text: str) -> int:
    fields = parse_volume(text)
    if "percent" not in fields:
        raise BadRequest(f"--volume takes 0 to 100, not the step {text.strip()}.")
    return int(fields["percent"])


# --- from where to where -----------------------------------------------------------------------


def _source(arguments: Arguments, memory: Memory) -> Located:
    """Where the session is taken from: what is named, or else where music plays."""
    if arguments.source is not None and arguments.device is not None:
        raise BadRequest("Name where the music comes from once: as FROM or by --device.")
    if arguments.source is not None:
        return locate(arguments.source, memory, remember=False)
    located = locate(arguments.device, memory)
    return located if arguments.device is not None else _where_it_plays(located)


def _where_it_plays(default: Located) -> Located:
    """The only receiver of the house that plays, or, where none does, that is paused; else the
    default one.
    """
    for playbacks in (SOUNDING, ("paused",)):
        those = [speaker for speaker in default.house if speaker.playback in playbacks]
        if len(those) == 1:
            return through(default, those[0])
        if those:
            return default
    return default


def _target(to: str, source: Located, memory: Memory) -> Speaker:
    """The receiver that is meant, among those that the source knows. Raises `NoReceiver`."""
    house, name = source.house, to
    target = find(house, to)
    if target is None and looks_like_address(to):
        address = parse_address(to)
        try:
            known = identify(address).receiver
            target, name = find(house, known.id), f"{known.name} at {address}"
        except NoReceiver:
            target = next((speaker for speaker in house if speaker.address == address), None)
    elif target is None and (known_as := memory.find(to)):
        target = find(house, known_as.id)
    if target is not None:
        return target
    others = ", ".join(sorted(plain(speaker.name) for speaker in house[1:])) or "none"
    raise NoReceiver(
        f"{house[0].name} knows no receiver {name}; it knows: {others}."
        " Receivers that do not find each other by mDNS are told by --peers HOST[:PORT].",
        wanted=to,
    )


# --- how it went -------------------------------------------------------------------------------


def _outcome(went: dict[str, Any] | None, source: Located, target: Speaker) -> str:
    """The result, in one line."""
    name = plain(target.name)
    what = item_label(source.house[0].session)
    if went is None:
        return f"{name} has it already: {doing(source.house[0])}"
    if not what:
        return f"{name} has the queue now; nothing plays"
    took = f"after {_milliseconds(went['switch_ms'])}"
    if went["paused"]:
        return f"{name} has {what}, paused; moved {took}"
    return f"{name} plays {what}; switched {took}, {_how(went)}"


def _how(went: dict[str, Any]) -> str:
    if went["live"]:
        return "and joined the live stream where it is now"
    error_ms = went["clock_error_ms"]
    clocks = (
        "nothing is known of its clock"
        if error_ms is None
        else (f"clock error {_milliseconds(error_ms)} at most")
    )
    return f"{'tight' if went['tight'] else 'merely quick'} ({clocks})"


def _milliseconds(ms: float) -> str:
    return f"{ms:.2g} ms" if ms < EXACT_MS else f"{ms:.0f} ms"


def _told(error: TonearmError, source: Located, target: Speaker) -> TonearmError:
    """What went wrong, and where the music is now."""
    message, detail = error.message, dict(error.detail)
    if isinstance(error, NothingPlaying):
        return NothingPlaying(f"{message} {hint(source)}".strip(), **detail)
    if isinstance(error, TargetPlaying):
        message = f"{plain(target.name)} is {doing(target)}; --replace puts this in its place."
    if isinstance(error, TargetNotReady) and (host := _server_of(source.house[0].session)):
        message += f" Perhaps it cannot reach {host}."
    session = str(source.house[0].session.get("id"))
    here = _looked_for(session, source)
    if here is None:
        return type(error)(f"{message} Nobody says where the music is now.", **detail)
    place = {"id": here.id, "name": here.name, "playback": here.playback}
    return type(error)(f"{message} {_standing(here)}", **detail, music=place)


def _server_of(session: dict[str, Any]) -> str:
    """Where what plays comes from; empty where nothing plays."""
    item = session.get("item")
    return plain(str(item["url"]).partition("://")[2].partition("/")[0]) if item else ""


def _standing(here: Speaker) -> str:
    match here.playback:
        case "idle":
            return f"The queue is on {plain(here.name)}."
        case "paused":
            return f"The music is on {plain(here.name)}, paused."
    return f"The music is on {plain(here.name)}."


def _looked_for(session: str, source: Located) -> Speaker | None:
    """Where the session is now: as its source says, or, if that is gone, others of the house."""
    try:
        return holder(source.again().house, session)
    except NoReceiver:
        pass
    for speaker in source.house[1:]:
        try:
            status = identify(speaker.address, NEAR_SECONDS).status
        except NoReceiver:
            continue
        found = holder(speakers(status["state"], speaker.address), session)
        if found is not None:
            return found
    return None
