"""The promise of an advertiser."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from receiver.protocol import limits


class Advertisement(msgspec.Struct, frozen=True):
    """What the network is told of a receiver.

    `host` is the one address it listens on; empty stands for all of the machine's, which are
    watched, since they change.
    """

    id: str
    name: str
    port: int
    host: str = ""

    @property
    def server(self) -> str:
        """The host name under which the addresses are advertised: no other receiver has it."""
        return f"tonearm-{self.id[:12]}.local."

    @property
    def text(self) -> dict[str, str]:
        """The TXT record: `name` in full, whatever the instance had to be called."""
        return {
            "id": self.id,
            "name": self.name,
            "v": str(limits.VERSION),
            "path": limits.WEBSOCKET_PATH,
        }


class Seen(NamedTuple):
    """A receiver that is announced on the network, its hosts with ports, IPv4 first, and the name
    of its instance there.
    """

    id: str
    name: str
    addresses: list[tuple[str, int]]
    instance: str


OnSeen = Callable[[Seen], None]
"""Told of each receiver that is announced, ourselves included, on the event loop. Must not wait."""


class ServiceAdvertiser(Protocol):
    """Keeps one receiver visible on the local network, and tells of the others there. Everything
    runs on the event loop.
    """

    @property
    def instance(self) -> str | None:
        """The name under which it is visible now, None while it is not. Differs from the name of
        the receiver when another had that first: "Kitchen (2)".
        """
        ...

    def update(self, advertisement: Advertisement) -> None:
        """Advertise this from now on. Returns at once; the network learns of it soon."""
        ...

    async def run(self) -> None:
        """Advertise until cancelled, then say goodbye. Run it as a task, once: it takes a second
        to be visible, or as long as there is no network. Never raises because of the network.
        """
        ...
