"""The receivers of one house, as one of them tells of itself and its peers. Light: plain values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from controller.address import Address

SOUNDING = ("loading", "buffering", "playing")
"""The playbacks of a receiver that is heard, or about to be."""


class Speaker(NamedTuple):
    """A receiver of the house. `session` and `volume` are as in the state, empty where nobody
    knows; `connected`: it can be commanded, directly or through the one that tells of it.
    """

    id: str
    name: str
    address: Address
    connected: bool
    session: dict[str, Any]
    volume: dict[str, Any]

    @property
    def playback(self) -> str:
        """What it is doing; empty where nobody knows."""
        return str(self.session.get("playback", ""))


def speakers(state: dict[str, Any], address: Address) -> list[Speaker]:
    """Who tells, found at `address`, and behind it the peers it knows."""
    me = state.get("receiver", {})
    own = _speaker({**me, **state}, str(me.get("id", address)), address, connected=True)
    peers = state.get("peers") or {}
    return [own, *(_peer(name, peer) for name, peer in peers.items())]


def find(among: Iterable[Speaker], wanted: str) -> Speaker | None:
    """The one with this id or, in any case of letters, this name."""
    known = list(among)
    by_id = [speaker for speaker in known if speaker.id == wanted]
    by_name = [speaker for speaker in known if speaker.name.casefold() == wanted.casefold()]
    return next(iter(by_id + by_name), None)


def holder(among: Iterable[Speaker], session: str) -> Speaker | None:
    """Where a session is. While it moves two have it: the one that got it last."""
    having = [s for s in among if s.connected and s.session.get("id") == session]
    return max(having, key=lambda speaker: int(speaker.session.get("epoch", 0)), default=None)


def _peer(name: str, peer: dict[str, Any]) -> Speaker:
    address = Address(str(peer.get("host", "")), int(peer.get("port") or 0))
    return _speaker(peer, name, address, connected=bool(peer.get("connected")))


def _speaker(told: dict[str, Any], own_id: str, address: Address, *, connected: bool) -> Speaker:
    return Speaker(
        id=own_id,
        name=str(told.get("name", address.host)),
        address=address,
        connected=connected,
        session=(told.get("session") or {}) if connected else {},
        volume=(told.get("volume") or {}) if connected else {},
    )
