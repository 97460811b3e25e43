"""`tonearm pair`: be let in by a receiver."""

from __future__ import annotations

import json

from controller.cli.arguments import Arguments
from controller.cli.myself import myself
from controller.cli.text import plain
from controller.keys import Keys
from controller.known import Known, Memory
from controller.pair import at, find, read_code, read_link
from controller.pair import pair as pair_with
from receiver.errors import BadRequest


def pair(arguments: Arguments) -> int:
    """Ask for the code, if it was not given, and show it to the receiver."""
    memory = Memory()
    link = read_link(arguments.invitation or "")
    if link is not None:
        receiver, code = at(link.address, link.fingerprint), link.code
    else:
        receiver = find(arguments.invitation or arguments.device, memory)
        code = read_code(arguments.code or _ask_for_code(receiver.name))
    name = arguments.name or myself() or "tonearm"
    key = pair_with(receiver, code, name, Keys())
    memory.used(Known(key.receiver, key.name, key.address))
    if arguments.json:
        told = {"receiver": key.receiver, "name": key.name, "role": key.role}
        print(json.dumps(told))
    else:
        print(f"Paired with {plain(key.name)}, as {key.role}. Commands go there from now on.")
    return 0


def _ask_for_code(name: str) -> str:
    print(f"Hold the button of {plain(name)}, or run there: sudo tonearm-receiver pair")
    try:
        return input("Code: ")
    except EOFError:
        raise BadRequest("There is nobody to ask for the code: give it with --code.") from None
