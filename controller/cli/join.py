"""`tonearm join`: let a receiver be of the house of another one."""

from __future__ import annotations

import json

from controller.cli.arguments import Arguments
from controller.cli.text import plain
from controller.known import Memory
from controller.locate import locate
from receiver.errors import BadRequest


def join(arguments: Arguments) -> int:
    """Carry the invitation of the one to the other."""
    memory = Memory()
    house = locate(arguments.house or arguments.device, memory, remember=False)
    joins = locate(arguments.joins, memory, remember=False)
    if joins.receiver.id == house.receiver.id:
        raise BadRequest(f"{plain(joins.receiver.name)} cannot join its own house: name another.")
    if joins.forwarded:
        raise BadRequest(f"{plain(joins.receiver.name)} is of that house already.")
    result = joins.send("house.join", {"house": house.send("house.invite")["house"]})
    if arguments.json:
        print(json.dumps(result))
    else:
        names = f"{plain(joins.receiver.name)} is of one house with {plain(house.receiver.name)}"
        print(f"{names} from now on.")
    return 0
