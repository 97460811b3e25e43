"""`tonearm discover`: every receiver there is, and what it plays."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from controller.address import looks_like_address, parse_address
from controller.cli.arguments import Arguments
from controller.cli.elsewhere import doing
from controller.cli.text import plain
from controller.cli.width import columns
from controller.house import Speaker
from controller.known import Memory
from controller.locate import by_mdns
from controller.survey import Survey
from receiver.errors import NoReceiver


def discover(arguments: Arguments) -> int:
    """List the receivers. With an address, those that whoever is there knows; with a name or an id,
    those that have it.
    """
    memory = Memory()
    speakers = _meant(arguments.device, memory)
    if not speakers:
        raise NoReceiver(
            "No receiver is in reach. Is one on, in this network?"
            " Where mDNS is blocked, name its address: --device HOST[:PORT]."
        )
    default = memory.default()
    default_id = default.id if default is not None else ""
    for row in (_as_json if arguments.json else _as_text)(speakers, default_id):
        print(row)
    return 0


def _meant(device: str | None, memory: Memory) -> list[Speaker]:
    survey = Survey()
    if device and memory.find(device) is None and looks_like_address(device):
        survey.ask(parse_address(device))
        wanted = ""
    else:
        survey.look(memory, by_mdns)
        wanted = (device or "").casefold()
    memory.saw(*survey.known)
    return [s for s in survey.speakers if wanted in ("", s.id.casefold(), s.name.casefold())]


def _as_text(speakers: list[Speaker], default_id: str) -> Iterator[str]:
    """Names, addresses, and what they play. Where two have the same name, their ids as well."""
    count = Counter(speaker.name.casefold() for speaker in speakers)
    names = [
        plain(
            speaker.name if count[speaker.name.casefold()] == 1 else f"{speaker.name} {speaker.id}"
        )
        for speaker in speakers
    ]
    name_columns = max(map(columns, names))
    address_columns = max(len(str(speaker.address)) for speaker in speakers)
    for name, speaker in zip(names, speakers, strict=True):
        mark = "*" if speaker.id == default_id else " "
        blanks = " " * (name_columns - columns(name))
        what = f"{doing(speaker)}{_loudness(speaker)}"
        yield f"{mark} {name}{blanks}  {speaker.address!s:{address_columns}}  {what}"


def _loudness(speaker: Speaker) -> str:
    if not speaker.volume:
        return ""
    muted = ", muted" if speaker.volume.get("muted") else ""
    return f", volume {speaker.volume.get('percent')} %{muted}"


def _as_json(speakers: list[Speaker], default_id: str) -> Iterator[str]:
    for speaker in speakers:
        shown = {
            "id": speaker.id,
            "name": speaker.name,
            "host": speaker.address.host,
            "port": speaker.address.port,
            "default": speaker.id == default_id,
            "connected": speaker.connected,
            "session": speaker.session or None,
            "volume": speaker.volume or None,
        }
        yield json.dumps(shown)
