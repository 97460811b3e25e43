"""Every receiver there is: remembered, announced by mDNS, or known to one that answers."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from controller.address import Address
from controller.house import Speaker
from controller.known import Known, Memory
from controller.locate import NEAR_SECONDS, Located, Search, identify, named_in
from receiver.errors import NoReceiver, Unauthorized

SEARCH_SECONDS = 2.0
AT_ONCE = 32


class _Sight(enum.IntEnum):
    """How well a receiver is seen."""

    REMEMBERED = 0
    """By another one, which does not reach it now."""
    ANNOUNCED = 1
    """By itself, but it does not answer."""
    CONNECTED = 2
    """To another one that answers."""
    ANSWERING = 3


class _Seen(NamedTuple):
    sight: _Sight
    speaker: Speaker
    known: Known


class Survey:
    """Who is there. `look` and `ask` block while they do so."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def look(self, memory: Memory, search: Search) -> None:
        """Ask those remembered while mDNS searches, and then whoever was heard of meanwhile."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = pool.map(_answering, [known.address for known in memory.all()])
            found = search(SEARCH_SECONDS, lambda _: False)
            self._take(answers)
        for one in found:
            if one.addresses:
                known = Known(one.id, one.name, one.addresses[0])
                self._put(_Seen(_Sight.ANNOUNCED, _silent(known), known))
        self._visit()

    def ask(self, address: Address) -> None:
        """Ask who is there, and those it knows. Raises `NoReceiver`."""
        self._take([identify(address)])
        self._visit()

    @property
    def speakers(self) -> list[Speaker]:
        """All of them by their names; first those that can be commanded."""
        every = [seen.speaker for seen in self._seen.values()]
        return sorted(every, key=lambda one: (not one.connected, one.name.casefold(), one.id))

    @property
    def known(self) -> list[Known]:
        """Where commands for them go."""
        return [seen.known for seen in self._seen.values() if seen.sight > _Sight.REMEMBERED]

    def _visit(self) -> None:
        """Ask those that have not answered, where they are."""
        silent = [seen for seen in self._seen.values() if seen.sight < _Sight.ANSWERING]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            self._take(pool.map(_answering, [seen.speaker.address for seen in silent]))

    def _take(self, answers: Iterable[Located | None]) -> None:
        for located in filter(None, answers):
            me, *peers = located.house
            self._put(_Seen(_Sight.ANSWERING, me, located.receiver))
            for peer in peers:
                sight = _Sight.CONNECTED if peer.connected else _Sight.REMEMBERED
                known = Known(peer.id, peer.name, located.receiver.address)
                self._put(_Seen(sight, peer, known))

    def _put(self, seen: _Seen) -> None:
        before = self._seen.get(seen.speaker.id)
        if before is None or seen.sight > before.sight:
            self._seen[seen.speaker.id] = seen


def _answering(address: Address) -> Located | None:
    """Who answers at an address."""
    try:
        return identify(address, NEAR_SECONDS)
    except NoReceiver:
        return None
    except Unauthorized as error:
        known = named_in(error, address)
        return Located(known, {"state": {"receiver": {"id": known.id, "name": known.name}}})


def _silent(known: Known) -> Speaker:
    """One of which no more is known."""
    return Speaker(*known, connected=False, session={}, volume={})
