"""Being let in by a receiver."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from controller import one_shot
from controller.address import Address, looks_like_address, parse_address
from controller.keys import Key, Keys
from controller.known import Known, Memory
from controller.locate import Search, by_mdns, locate, named_in, who_is_at
from receiver.errors import BadRequest, NoReceiver, Unauthorized
from receiver.protocol.limits import DEFAULT_PORT

_CODE = re.compile(r"\d{3}[ -]?\d{3}", re.ASCII)


class Invitation(NamedTuple):
    """Where a link leads, and the code that it holds."""

    address: Address
    code: str


def read_link(text: str) -> Invitation | None:
    """The link that a receiver shows; None: it is none. Raises `BadRequest` for half of one."""
    if "://" not in text:
        return None
    try:
        parts = urlsplit(text)
        address = Address(parts.hostname or "", parts.port or DEFAULT_PORT)
    except ValueError:
        raise BadRequest("This is no link of a receiver: its address cannot be read.") from None
    code = parse_qs(parts.fragment).get("pair", [""])[0]
    if not address.host or not code:
        raise BadRequest(
            "This is no link of a receiver: it looks like http://192.168.1.20:7766/#pair=123456."
        )
    return Invitation(address, read_code(code))


def read_code(text: str) -> str:
    """A code as people write it. Raises `BadRequest`."""
    if not _CODE.fullmatch(text.strip()):
        raise BadRequest(f"{text!r} is no code: it has six digits, as 123 456.")
    return re.sub(r"\D", "", text)


def find(wanted: str | None, memory: Memory, search: Search = by_mdns) -> Known:
    """The receiver that is meant, which need not know us yet. Raises `NoReceiver`, `BadRequest`."""
    if wanted and memory.find(wanted) is None and looks_like_address(wanted):
        return who_is_at(parse_address(wanted))
    try:
        return locate(wanted, memory, search, remember=False).receiver
    except Unauthorized as error:
        address = error.detail.get("address")
        if not address:
            raise NoReceiver(f"{error.message} Name its address.") from None
        return named_in(error, parse_address(str(address)))


def pair(receiver: Known, code: str, name: str, keys: Keys) -> Key:
    """Be let in, and keep what is to be shown from now on. Raises `BadCode`, `PairingClosed`,
    `NoReceiver`, and `OSError` where it cannot be kept.
    """
    result = one_shot.send(receiver.address, "pair", {"code": code, "name": name})
    key = Key(
        receiver.id, receiver.name, str(result["token"]), str(result["role"]), receiver.address
    )
    keys.put(key)
    return key
