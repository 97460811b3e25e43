"""From what people call a receiver to one that answers: remembered, addressed, known to another
receiver of the house, or searched for.

Standard library only until a search is needed. Before anything is sent to a remembered address,
whoever answers there is asked for its id: addresses move from one speaker to another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from controller import one_shot
from controller.address import Address, looks_like_address, parse_address
from controller.house import Speaker, find, speakers
from controller.known import Known, Memory
from receiver.errors import NoReceiver, Unauthorized
from receiver.protocol.limits import VERSION

if TYPE_CHECKING:
    from controller.discovery import Found

NAMED_SECONDS = 4.0
"""So long a receiver that is named is searched for; it is mostly found in a tenth of a second."""

ANY_SECONDS = 1.5
"""So long all receivers are searched for: nobody can say that there is no other one."""

NEAR_SECONDS = 0.5
"""So long a connection to a receiver is tried that can be commanded through another one, too."""

MOST_FRIENDS = 2
"""So many that are remembered are asked for one that is not, until one answers."""

Search = Callable[[float, "Callable[[Found], bool]"], "list[Found]"]


class Located(NamedTuple):
    """A receiver that answers, and the state message it answered with.

    `forwarded`: it is not reached from here. Its commands go to the address of another one.
    """

    receiver: Known
    status: dict[str, Any]
    forwarded: bool = False

    @property
    def house(self) -> list[Speaker]:
        """The receivers of its house as it sees them, itself first."""
        return speakers(self.status["state"], self.receiver.address)

    def send(self, kind: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
        """As `one_shot.send`, wherever it is."""
        more = {"receiver": self.receiver.id} if self.forwarded else {}
        return one_shot.send(self.receiver.address, kind, {**(fields or {}), **more})

    def again(self) -> Located:
        """The same, with the state as it is now. Raises `NoReceiver`."""
        if self.forwarded:
            return self._replace(status=self.send("status"))
        return self._replace(status=one_shot.fetch_status(self.receiver.address))


def locate(
    device: str | None,
    memory: Memory,
    search: Search | None = None,
    *,
    remember: bool = True,
) -> Located:
    """The receiver meant by `device`: a name, an id, or an address; None means the default one.

    With `remember` it is the default from now on. Raises `NoReceiver` with what to try, and
    `BadRequest`.
    """
    known = memory.find(device) if device else memory.default()
    if known is not None:
        located = (
            _remembered(known)
            or _known_to_others(known.id, memory)
            or _searched(known.id, known.name, search or by_mdns)
        )
    elif device is None:
        located = _only_one(memory, search or by_mdns)
    elif looks_like_address(device):
        located = identify(parse_address(device))
    else:
        located = _known_to_others(device, memory) or _searched(device, device, search or by_mdns)
    if remember:
        memory.used(located.receiver)
    return located


def identify(address: Address, connect_seconds: float = one_shot.CONNECT_SECONDS) -> Located:
    """Who answers at `address`. Raises `NoReceiver`."""
    status = one_shot.fetch_status(address, connect_seconds)
    me = speakers(status["state"], address)[0]
    return Located(Known(me.id, me.name, address), status)


def named_in(error: Unauthorized, address: Address) -> Known:
    """Who wants to be paired with, before it tells any more."""
    own_id = str(error.detail.get("receiver", address))
    return Known(own_id, str(error.detail.get("name", address.host)), address)


def through(friend: Located, speaker: Speaker) -> Located:
    """A receiver of the house, commanded through another one. Raises `NoReceiver`."""
    if speaker.id == friend.receiver.id:
        return friend
    known = Known(speaker.id, speaker.name, friend.receiver.address)
    return Located(known, {}, forwarded=True).again()


def by_mdns(seconds: float, enough: Callable[[Found], bool]) -> list[Found]:
    """Search the local network. Blocks; loads asyncio and zeroconf."""
    import asyncio  # noqa: PLC0415 - only a search pays for it

    from controller.discovery import browse  # noqa: PLC0415

    return asyncio.run(browse(seconds, enough))


def _remembered(known: Known) -> Located | None:
    """The receiver, if it is still where it was, or if who is there knows it."""
    try:
        located = identify(known.address)
    except NoReceiver:
        return None
    except Unauthorized as error:
        if named_in(error, known.address).id == known.id:
            raise
        return None
    return _by(located, known.id)


def _known_to_others(wanted: str, memory: Memory) -> Located | None:
    """A receiver that others of its house know: the first of those remembered that answers."""
    friends = [friend for friend in memory.recent() if friend.id != wanted]
    for friend in friends[:MOST_FRIENDS]:
        try:
            return _by(identify(friend.address), wanted)
        except (NoReceiver, Unauthorized):
            continue
    return None


def _by(friend: Located, wanted: str) -> Located | None:
    """A receiver that the friend knows: itself where it answers here, else through the friend."""
    speaker = find(friend.house, wanted)
    if speaker is None or speaker.id == friend.receiver.id:
        return friend if speaker is not None else None
    try:
        located = identify(speaker.address, NEAR_SECONDS)
        if located.receiver.id == speaker.id:
            return located
    except (NoReceiver, Unauthorized):
        pass
    return through(friend, speaker) if speaker.connected else None


def _searched(wanted: str, name: str, search: Search) -> Located:
    def meant(found: Found) -> bool:
        return found.id == wanted or found.name.casefold() == wanted.casefold()

    found = search(NAMED_SECONDS, meant)
    for receiver in filter(meant, found):
        return _at_first_that_answers(receiver)
    others = ", ".join(receiver.name for receiver in found)
    raise NoReceiver(
        f"No receiver called {name} is in reach"
        + (f"; there is {others}." if others else ", nor any other.")
        + " Is it on? Where mDNS is blocked, name its address: --device HOST[:PORT].",
        wanted=name,
    )


def _only_one(memory: Memory, search: Search) -> Located:
    found = search(ANY_SECONDS, lambda _: False)
    names = [receiver.name for receiver in found] or [known.name for known in memory.recent()]
    if not names:
        raise NoReceiver(
            "No receiver is in reach. Is one on, in this network?"
            " Where mDNS is blocked, name its address: --device HOST[:PORT]."
        )
    if len(names) > 1 or not found:
        raise NoReceiver(
            f"{'Several receivers are in reach' if found else 'No receiver is found; known are'}:"
            f" {', '.join(names)}. Choose one with --device NAME; it is remembered.",
            found=names,
        )
    return _at_first_that_answers(found[0])


def _at_first_that_answers(found: Found) -> Located:
    """A receiver has several addresses, and not every one is reached from here."""
    if found.version not in ("", str(VERSION)):
        raise NoReceiver(
            f"{found.name} speaks version {found.version} of the protocol, and this command"
            f" version {VERSION}. Bring both to the same version."
        )
    refused = NoReceiver(f"{found.name} announces no address.")
    for address in found.addresses:
        try:
            return identify(address)
        except NoReceiver as error:
            refused = error
    raise refused
