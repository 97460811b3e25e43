"""`tonearm discover`."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from controller.address import looks_like_address, parse_address
from controller.cli.arguments import Arguments
from controller.cli.text import plain
from controller.known import Known, Memory
from controller.locate import by_mdns, identify
from receiver.errors import NoReceiver

SECONDS = 2.0


def discover(arguments: Arguments) -> int:
    """List the receivers that mDNS finds, and those remembered that answer where they were."""
    memory = Memory()
    receivers = {receiver.id: receiver for receiver in _meant(arguments.device, memory)}
    if not receivers:
        raise NoReceiver(
            "No receiver is in reach. Is one on, in this network?"
            " Where mDNS is blocked, name its address: --device HOST[:PORT]."
        )
    memory.saw(*receivers.values())
    default = memory.default()
    for receiver in receivers.values():
        is_default = default is not None and receiver.id == default.id
        print(_as_json(receiver, is_default) if arguments.json else _as_text(receiver, is_default))
    return 0


def _meant(device: str | None, memory: Memory) -> list[Known]:
    """All in reach; of a name or an id only those that have it, of an address who answers there."""
    if not device:
        return _in_reach(memory)
    if memory.find(device) is None and looks_like_address(device):
        return [identify(parse_address(device)).receiver]
    wanted = device.casefold()
    return [r for r in _in_reach(memory) if wanted in (r.id.casefold(), r.name.casefold())]


def _in_reach(memory: Memory) -> list[Known]:
    """Those remembered are asked while mDNS searches; what mDNS says of them is newer."""
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(_answering, memory.all())
        found = by_mdns(SECONDS, lambda _: False)
    announced = [Known(f.id, f.name, f.addresses[0]) for f in found if f.addresses]
    return [*(answer for answer in answers if answer is not None), *announced]


def _answering(known: Known) -> Known | None:
    """Who answers at the address of a receiver that is remembered."""
    try:
        return identify(known.address).receiver
    except NoReceiver:
        return None


def _as_text(receiver: Known, is_default: bool) -> str:
    mark = "*" if is_default else " "
    return f"{mark} {plain(receiver.name):24}  {receiver.address!s:24}  {plain(receiver.id)}"


def _as_json(receiver: Known, is_default: bool) -> str:
    host, port = receiver.address
    return json.dumps(
        {
            "id": receiver.id,
            "name": receiver.name,
            "host": host,
            "port": port,
            "default": is_default,
        }
    )
