"""A local network in memory, on which advertisers meet."""

from __future__ import annotations

import asyncio

from receiver.discovery.base import Advertisement
from receiver.discovery.names import instance_names


class MockNetwork:
    """Knows who is advertised under which name. It can be cut and mended."""

    def __init__(self, *, up: bool = True) -> None:
        self._up = up
        self._held: dict[str, Advertisement] = {}
        self._wakes: set[asyncio.Event] = set()

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
        return name

    def release(self, name: str | None) -> None:
        """Make a name free again."""
        if name is not None:
            del self._held[name]

    def _wake_all(self) -> None:
        for wake in self._wakes:
            wake.set()


class MockAdvertiser:
    """Advertises on a `MockNetwork`, at once."""

    def __init__(self, advertisement: Advertisement, network: MockNetwork) -> None:
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
                try:
                    await self._stale.wait()
                finally:
                    self._network.release(self._instance)
                    self._instance = None
        finally:
            self._network.detach(self._stale)
