"""Refused addresses on real sockets: whatever leads there, no connection is made.

The servers are on the loopback addresses, which `loopback=True` makes private ones: a name of the
house may lead there, any other may not. `test_outgoing_netns` has real networks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import HttpRefused, RefusedAddress, Stalled, TonearmError, Unreachable
from receiver.source import connections
from receiver.source.address import Address
from receiver.source.base import SourceTimes
from receiver.source.connections import MAX_FIELD, MAX_FIELDS, HttpClient, Probe
from receiver.source.http import HttpSource
from receiver.source.origin import Hop
from receiver.source.policy import Policy, Reach
from tests.rig.http_server import Fault, HttpServer, Serving
from tests.rig.names import Names
from tests.source.conftest import MakeSource
from tests.source.driving import BODY, error_of, read_all, read_some, without_pauses

METADATA = "169.254.169.254"
"""Where the machines of a cloud are told their secrets."""


@pytest.fixture(autouse=True)
async def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What names lead to; looked up anew each time."""
    monkeypatch.setattr(connections, "DNS_TTL", -1)
    names = Names()
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", names.look_up)
    return names


@pytest.fixture
async def strict(names: Names, clock: MockClock) -> AsyncIterator[HttpClient]:
    """A client as receivers have it."""
    async with HttpClient(clock, Policy(list, port=7766)) as client:
        yield client


async def refusal(client: HttpClient, url: str, clock: MockClock) -> str:
    """What is said when `url` is refused."""
    async with HttpSource(url, client, clock) as stream:
        refused = await error_of(stream)
    assert isinstance(refused, RefusedAddress)
    return refused.message


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "localhost.",
                                  "radio.example", "nas.local", "0.0.0.0", "[::]"])  # fmt: skip
async def test_the_own_machine_is_refused(
    server: HttpServer, strict: HttpClient, names: Names, clock: MockClock, host: str
) -> None:
    names.lead("127.0.0.1", "localhost", "localhost.", "radio.example", "nas.local")
    url = server.serve("/a", Serving(BODY)).replace("127.0.0.1", host)
    said = await refusal(strict, url + "?token=hidden", clock)
    assert said.startswith(f"{url} is refused: it leads to ")
    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.01",
                                  "%31%32%37.0.0.1", "127。0。0。1", "①②⑦.0.0.1"])  # fmt: skip
async def test_other_spellings_lead_nowhere(
    server: HttpServer, strict: HttpClient, names: Names, clock: MockClock, host: str
) -> None:
    names.lead("127.0.0.1", host)
    url = server.serve("/a", Serving(BODY)).replace("127.0.0.1", host)
    with pytest.raises(TonearmError):
        async with HttpSource(url, strict, clock) as stream:
            await without_pauses(clock, stream.open())
    assert server.connections == 0


async def test_a_name_of_the_house_may_lead_to_a_private_address(
    server: HttpServer, source: MakeSource, names: Names
) -> None:
    names.lead("127.0.0.1", "nas.local")
    url = server.serve("/a", Serving(BODY)).replace("127.0.0.1", "nas.local")
    async with source(url) as stream:
        await stream.open()
        assert await read_all(stream) == BODY


async def test_another_name_may_not(
    server: HttpServer, client: HttpClient, names: Names, clock: MockClock
) -> None:
    names.lead("127.0.0.1", "radio.example")
    url = server.serve("/a", Serving(BODY)).replace("127.0.0.1", "radio.example")
    said = await refusal(client, url, clock)
    assert "it leads to 127.0.0.1, an address of a private network" in said
    assert server.connections == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_redirect_may_not_either(
    server: HttpServer, client: HttpClient, names: Names, clock: MockClock, scheme: str
) -> None:
    names.lead("127.0.0.1", "radio.example")
    target = f"{scheme}://radio.example:{server.port}/a"
    url = server.serve("/go", Serving(redirect=target))
    assert (await refusal(client, url, clock)).startswith(f"{target} is refused")
    assert [request.path for request in server.requests] == ["/go"]


@pytest.mark.parametrize(
    ("reach", "location", "led"),
    [
        ("home", "/b", "home"),
        ("home", "http://192.168.1.1/", "home"),
        ("home", "http://radio.example/", "outside"),
        ("outside", "/b", "outside"),
        ("outside", "http://nas.local/", "outside"),
        ("outside", "http://192.168.1.1/", "outside"),
    ],
)
async def test_out_of_the_house_there_is_no_way_back(
    client: HttpClient, reach: Reach, location: str, led: Reach
) -> None:
    hop = Hop(Address("http://nas.local/a"), reach)
    assert hop.follow(location, client.policy).reach == led


async def test_a_kept_connection_serves_its_own_reach_only(
    server: HttpServer, client: HttpClient, source: MakeSource, names: Names
) -> None:
    url = server.serve("/a", Serving(b"short"))
    async with source(url) as stream:
        await stream.open()
        assert await read_all(stream) == b"short"
    probe = Probe(SourceTimes(), lambda: None)
    with pytest.raises(RefusedAddress):
        await client.get(Address.parse(url), "outside", {}, probe)
    (await client.get(Address.parse(url), "home", {}, probe)).close()
    assert server.connections == 1


async def test_a_name_that_moves_is_judged_again(
    server: HttpServer, source: MakeSource, names: Names
) -> None:
    names.lead("127.0.0.1", "nas.local")
    url = server.serve("/a", Serving(BODY)).replace("127.0.0.1", "nas.local")
    async with source(url, ahead=1000) as stream:
        await stream.open()
        names.lead(METADATA, "nas.local")
        await stream.seek(1_200_000)
        with pytest.raises(RefusedAddress, match="link-local"):
            await stream.read()


async def test_a_station_outlives_a_router_that_names_itself(
    server: HttpServer, source: MakeSource, names: Names, clock: MockClock
) -> None:
    names.lead("127.0.0.1", "radio.local")
    station = Serving(BODY, endless=True, headers={"icy-name": "x"})
    station.faults.append(Fault("close", 1000))
    url = server.serve("/live", station).replace("127.0.0.1", "radio.local")
    async with source(url) as stream:
        await stream.open()
        names.lead(METADATA, "radio.local")
        asked = names.asked

        def mend() -> None:
            if names.asked > asked:
                names.lead("127.0.0.1", "radio.local")

        names.after = mend
        assert len(await without_pauses(clock, read_some(stream, 100_000))) >= 100_000
    assert names.asked > asked + 1


async def test_of_several_addresses_those_that_are_allowed_are_tried(
    server: HttpServer, source: MakeSource, client: HttpClient, names: Names, clock: MockClock
) -> None:
    url = server.serve("/a", Serving(BODY)).replace("127.0.0.1", "nas.local")
    names.lead(METADATA, "nas.local")
    names.lead("224.0.0.1", "nas.local", also=True)
    assert "it leads to 2" in await refusal(client, url, clock)
    names.lead("127.0.0.1", "nas.local", also=True)
    async with source(url) as stream:
        await stream.open()
        assert await read_all(stream) == BODY


async def test_the_receivers_own_port_is_refused(server: HttpServer, clock: MockClock) -> None:
    policy = Policy(list, port=server.port, loopback=True)
    async with HttpClient(clock, policy) as client:
        said = await refusal(client, server.serve("/a", Serving(BODY)), clock)
        assert "it would listen to itself" in said
    assert server.connections == 0


async def test_no_proxy_is_asked(
    server: HttpServer, source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HttpServer() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url("/"))
        async with source(server.serve("/a", Serving(BODY))) as stream:
            await stream.open()
        assert proxy.connections == 0


async def test_a_list_from_outside_names_nothing_within(client: HttpClient, names: Names) -> None:
    made = {
        reach: HttpSource(f"http://{host}/list.m3u", client, MockClock())
        for reach, host in (("home", "nas.local"), ("outside", "radio.example"))
    }
    for url, named in (
        ("http://radio.example/a", True),
        ("http://1.1.1.1/a", True),
        ("http://nas.local/a", False),
        ("http://192.168.1.1/a", False),
        ("http://127.0.0.1/a", False),
        ("http://\x1b/a", False),
    ):
        assert made["outside"].may_name(url) is named
        assert made["home"].may_name(url) is ("\x1b" not in url)


@pytest.mark.parametrize(
    "fields",
    [
        {"a": "x" * (MAX_FIELD + 1)},
        {"x" * (MAX_FIELD + 1): "a"},
        {f"a{number}": "x" for number in range(MAX_FIELDS + 1)},
    ],
    ids=["long value", "long name", "many"],
)
async def test_a_head_without_measure_is_refused(
    server: HttpServer, source: MakeSource, fields: dict[str, str]
) -> None:
    async with source(server.serve("/a", Serving(BODY, headers=fields))) as stream:
        with pytest.raises(Unreachable, match="more than 100 fields or 8 KiB"):
            await stream.open()
    assert server.connections == 1


async def test_a_head_without_end_is_given_up(source: MakeSource, clock: MockClock) -> None:
    sent = 0
    flowing = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 100)
                await writer.drain()
                sent += 1
                if sent == 20:
                    flowing.set()

    endless = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{endless.sockets[0].getsockname()[1]}/"
    async with endless, source(url, open_patience=0.0) as stream, asyncio.TaskGroup() as tasks:
        opening = tasks.create_task(error_of(stream))
        await flowing.wait()
        await clock.advance(8.0)
    assert isinstance(opening.result(), Stalled)


async def test_what_a_server_says_to_its_status_is_short_and_harmless(source: MakeSource) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        rude = "\u202e" + "no " * 1000
        writer.write(f"HTTP/1.1 404 {rude}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    rude = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with rude, source(f"http://127.0.0.1:{rude.sockets[0].getsockname()[1]}/") as stream:
        with pytest.raises(HttpRefused) as refused:
            await stream.open()
    assert len(refused.value.message) < 250
    assert "\u202e" not in refused.value.message
