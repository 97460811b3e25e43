"""A house and the world outside of it: who may send the receiver where, on real networks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Self

import pytest

from receiver.clock.system import SystemClock
from receiver.discovery.addresses import own_interfaces
from receiver.errors import RefusedAddress
from receiver.source import connections
from receiver.source.connections import HttpClient
from receiver.source.http import HttpSource
from receiver.source.policy import Policy
from receiver.source.retry import Limits
from tests.rig.http_server import HttpServer, Serving
from tests.rig.names import Names
from tests.rig.network import FAR_ADDRESS, Cable, enter
from tests.source.driving import BODY, read_all

pytestmark = pytest.mark.netns

OWN, WORLD, NEIGHBOUR = "10.77.0.1", "9.9.9.9", "2a02:1::2"
"""The receiver, a server in the world, and one in a public network that the receiver is in too.
`FAR_ADDRESS` is the NAS.
"""


class Place(AsyncExitStack):
    """The receiver's client, and servers in the world, on the NAS and beside the receiver."""

    def __init__(self, cable: Cable) -> None:
        super().__init__()
        self._cable = cable
        self.names = Names()
        self.policy = Policy(own_interfaces, port=1)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        loop = asyncio.get_running_loop()
        loop.getaddrinfo = self.names.look_up  # type: ignore[method-assign]
        self.world, self.nas, self.neighbour = [
            await self.serve(host, self._cable.far) for host in (WORLD, FAR_ADDRESS, NEIGHBOUR)
        ]
        self.beside = await self.serve(OWN, self._cable.near)
        client = HttpClient(SystemClock(), self.policy)
        self._client = await self.enter_async_context(client)
        return self

    async def serve(self, host: str, space: str) -> HttpServer:
        """A server there. What is opened afterwards is at the near end."""
        enter(space)
        try:
            return await self.enter_async_context(HttpServer(host))
        finally:
            enter(self._cable.near)

    async def fetch(self, url: str) -> bytes:
        """All of a stream."""
        async with self.stream(url) as stream:
            await stream.open()
            return await read_all(stream)

    def stream(self, url: str) -> HttpSource:
        """A stream that is not fetched far ahead."""
        return HttpSource(url, self._client, SystemClock(), Limits(ahead=1000, behind=1000))


Run = Callable[[Callable[[Place], Awaitable[None]]], None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Plays a scene in a place of its own, where names are looked up anew each time."""
    monkeypatch.setattr(connections, "DNS_TTL", -1)

    async def play(cable: Cable, scene: Callable[[Place], Awaitable[None]]) -> None:
        async with Place(cable) as place:
            await scene(place)

    with Cable() as cable, ThreadPoolExecutor(1) as thread:  # a namespace is a thread's
        cable.give(OWN)
        cable.join(NEIGHBOUR.replace("::2", "::1"), NEIGHBOUR, 64)
        cable.lend(WORLD)
        yield lambda scene: thread.submit(asyncio.run, play(cable, scene)).result()


def test_a_stranger_does_not_redirect_into_the_house(run: Run) -> None:
    async def scene(place: Place) -> None:
        target = place.nas.serve("/a", Serving(BODY))
        url = place.world.serve("/go", Serving(redirect=target))
        with pytest.raises(RefusedAddress, match=r"10\.77\.0\.2, an address of a private network"):
            await place.fetch(url)
        assert place.nas.connections == 0

    run(scene)


def test_a_stranger_does_not_move_into_the_house(run: Run) -> None:
    async def scene(place: Place) -> None:
        place.names.lead(WORLD, "radio.example")
        url = place.world.serve("/a", Serving(BODY)).replace(WORLD, "radio.example")
        async with place.stream(url) as stream:
            await stream.open()
            place.names.lead(FAR_ADDRESS, "radio.example")
            await stream.seek(1_200_000)
            with pytest.raises(RefusedAddress, match="private"):
                await stream.read()

    run(scene)


def test_the_house_leads_to_the_world_but_not_back(run: Run) -> None:
    async def scene(place: Place) -> None:
        target = place.world.serve("/a", Serving(BODY))
        assert await place.fetch(place.nas.serve("/out", Serving(redirect=target))) == BODY
        inside = place.nas.serve("/a", Serving(BODY))
        back = place.world.serve("/back", Serving(redirect=inside))
        with pytest.raises(RefusedAddress, match="private"):
            await place.fetch(place.nas.serve("/round", Serving(redirect=back)))
        assert await place.fetch(place.nas.serve("/within", Serving(redirect="/a"))) == BODY

    run(scene)


def test_names_of_the_house_lead_into_it(run: Run) -> None:
    async def scene(place: Place) -> None:
        place.names.lead(FAR_ADDRESS, "nas.local", "nas", "music.example.org")
        url = place.nas.serve("/a", Serving(BODY))
        for name in ("nas.local", "nas", FAR_ADDRESS):
            assert await place.fetch(url.replace(FAR_ADDRESS, name)) == BODY
        with pytest.raises(RefusedAddress, match="home_names"):
            await place.fetch(url.replace(FAR_ADDRESS, "music.example.org"))

    run(scene)


def test_beside_the_receiver_is_not_the_receiver(run: Run) -> None:
    async def scene(place: Place) -> None:
        url = place.beside.serve("/a", Serving(BODY))
        place.names.lead(OWN, "receiver.local")
        for own in (url, url.replace(OWN, "receiver.local")):
            with pytest.raises(RefusedAddress, match="whose services are for who is on it"):
                await place.fetch(own)
        assert place.beside.connections == 0
        place.policy.named_here([url])
        assert await place.fetch(url) == BODY
        with pytest.raises(RefusedAddress, match="private"):
            await place.fetch(place.world.serve("/go", Serving(redirect=url)))
        itself = await place.enter_async_context(HttpServer("0.0.0.0"))
        place.policy.port = itself.port
        for host in (OWN, "127.0.0.1"):
            with pytest.raises(RefusedAddress, match="listen to itself"):
                await place.fetch(f"http://{host}:{itself.port}/")
        assert itself.connections == 0

    run(scene)


def test_the_network_it_is_in_is_the_house_in_any_range(run: Run) -> None:
    async def scene(place: Place) -> None:
        url = place.neighbour.serve("/a", Serving(BODY))
        assert await place.fetch(url) == BODY
        place.names.lead(NEIGHBOUR, "radio.example")
        with pytest.raises(RefusedAddress, match="private"):
            await place.fetch(url.replace(f"[{NEIGHBOUR}]", "radio.example"))

    run(scene)
