"""A local network in memory, on which advertisers meet."""

from __future__ import annotations

import asyncio

from receiver.discovery.base import Advertisement, OnSeen, Seen
from receiver.discovery.names import instance_names


class MockNetwork:
    """Knows who is advertised under which name. It can be cut and mended."""

    def __init__(self, *, up: bool = True) -> None:
        self._up = up
        self._held: dict[str, Advertisement] = {}
        self._wakes: set[asyncio.Event] = set()
        self._eyes: set[OnSeen] = set()

    def visible(self) -> dict[str, Advertisement]:
        """What a browser sees: the advertisements by their instance names."""
        return dict(self._held)

    def cut(self) -> None:
        """Take the network down: nobody is seen any more."""
        self._up = False
        self._wake_all()

    def mend(self) -> None:
        """Bring the network up."""
        self._up = True
        self._wake_all()

    def attach(self, wake: asyncio.Event) -> None:
        """Set `wake` from now on whenever the network goes down or up."""
        self._wakes.add(wake)

    def detach(self, wake: asyncio.Event) -> None:
        """Undo `attach`."""
        self._wakes.discard(wake)

    def claim(self, advertisement: Advertisement) -> str | None:
        """The first name that is free; None while the network is down."""
        if not self._up:
            return None
        name = next(name for name in instance_names(advertisement.name) if name not in self._held)
        self._held[name] = advertisement
        for on_seen in self._eyes:
            self._show(name, advertisement, on_seen)
        return name

    def look(self, on_seen: OnSeen) -> None:
        """Tell of all that are visible, and of those that will be, until `look_away`."""
        self._eyes.add(on_seen)
        for name, advertisement in self._held.items():
            self._show(name, advertisement, on_seen)

    def look_away(self, on_seen: OnSeen) -> None:
        """Undo `look`."""
        self._eyes.discard(on_seen)

    def release(self, name: str | None) -> None:
        """Make a name free again."""
        if name is not None:
            del self._held[name]

    def _show(self, name: str, advertisement: Advertisement, on_seen: OnSeen) -> None:
        host = advertisement.host or f"{advertisement.id[:12]}.local"
        addresses = [(host, advertisement.port)]
        on_seen(Seen(advertisement.id, advertisement.name, addresses, name))

    def _wake_all(self) -> None:
        for wake in self._wakes:
            wake.set()


class MockAdvertiser:
    """Advertises on a `MockNetwork`, at once."""

    def __init__(
        self,
        advertisement: Advertisement,
        network: MockNetwork,
        on_seen: OnSeen = lambda _: None,
    ) -> None:
        self._on_seen = on_seen
        self._wanted = advertisement
        self._network = network
        self._stale = asyncio.Event()
        self._instance: str | None = None

    @property
    def instance(self) -> str | None:
        """See `ServiceAdvertiser`."""
        return self._instance

    def update(self, advertisement: Advertisement) -> None:
        """See `ServiceAdvertiser`."""
        self._wanted = advertisement
        self._stale.set()

    async def run(self) -> None:
        """See `ServiceAdvertiser`."""
        self._network.attach(self._stale)
        try:
            while True:
                self._stale.clear()
                self._instance = self._network.claim(self._wanted)
                if self._instance is not None:
                    self._network.look(self._on_seen)
                try:
                    await self._stale.wait()
                finally:
                    self._network.look_away(self._on_seen)
                    self._network.release(self._instance)
                    self._instance = None
        finally:
            self._network.detach(self._stale)
