"""Being let in by a receiver."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from controller import one_shot
from controller.address import Address, looks_like_address, parse_address
from controller.keys import Key, Keys
from controller.known import Memory
from controller.locate import Search, by_mdns, identify, locate, named_in
from receiver.errors import BadRequest, NoReceiver, Unauthorized
from receiver.protocol.limits import DEFAULT_PORT

_CODE = re.compile(r"\d{3}[ -]?\d{3}", re.ASCII)


class Invitation(NamedTuple):
    """Where a link leads, and what it holds: the code, and the fingerprint of the receiver, ""
    where it has no TLS.
    """

    address: Address
    code: str
    fingerprint: str


def read_link(text: str) -> Invitation | None:
    """The link that a receiver shows; None: it is none. Raises `BadRequest` for half of one."""
    if "://" not in text:
        return None
    try:
        parts = urlsplit(text)
        address = Address(parts.hostname or "", parts.port or DEFAULT_PORT)
    except ValueError:
        raise BadRequest("This is no link of a receiver: its address cannot be read.") from None
    fields = parse_qs(parts.fragment)
    code, fingerprint = (fields.get(name, [""])[0] for name in ("pair", "fp"))
    if not address.host or not code:
        raise BadRequest(
            "This is no link of a receiver: it looks like http://192.168.1.20:7766/#pair=123456."
        )
    return Invitation(address, read_code(code), fingerprint)


def read_code(text: str) -> str:
    """A code as people write it. Raises `BadRequest`."""
    if not _CODE.fullmatch(text.strip()):
        raise BadRequest(f"{text!r} is no code: it has six digits, as 123 456.")
    return re.sub(r"\D", "", text)


def at(address: Address, fingerprint: str = "") -> Key:
    """Who answers at an address, and what it shows of itself; with a `fingerprint` that one is
    meant. The key has no token yet. Raises `NoReceiver`.
    """
    try:
        receiver = identify(address).receiver
        return Key(receiver.id, receiver.name, "", "", address, fingerprint)
    except Unauthorized as error:
        receiver = named_in(error, address)
        shown = fingerprint or str(error.detail.get("fingerprint", ""))
        return Key(receiver.id, receiver.name, "", "", address, shown)


def find(wanted: str | None, memory: Memory, search: Search = by_mdns) -> Key:
    """The receiver that is meant, as `at`. Raises `NoReceiver`, `BadRequest`."""
    if wanted and memory.find(wanted) is None and looks_like_address(wanted):
        return at(parse_address(wanted))
    try:
        return at(locate(wanted, memory, search, remember=False).receiver.address)
    except Unauthorized as error:
        address = error.detail.get("address")
        if not address:
            raise NoReceiver(f"{error.message} Name its address.") from None
        return at(parse_address(str(address)))


def pair(receiver: Key, code: str, name: str, keys: Keys) -> Key:
    """Be let in, and keep what is to be shown from now on. Raises `BadCode`, `PairingClosed`,
    `NoReceiver`, `Unauthorized` where another one is there than the link says, and `OSError` where
    it cannot be kept.
    """
    fields = {"code": code, "name": name}
    result = one_shot.send(receiver.address, "pair", fields, receiver)
    key = receiver._replace(token=str(result["token"]), role=str(result["role"]))
    keys.put(key)
    return key
