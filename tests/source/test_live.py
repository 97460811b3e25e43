"""Streams without an end: which they are, and how they go on after a break."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import HttpRefused, NotSeekable, Stalled
from tests.rig.http_server import Fault, HttpServer, Serving
from tests.source.conftest import MakeSource
from tests.source.driving import BODY, read_all, read_some, without_pauses


def station(*faults: Fault, **how: object) -> Serving:
    headers = {"icy-name": "Night Radio"}
    settings: dict[str, object] = {"endless": True, "headers": headers, **how}
    return Serving(BODY, faults=deque(faults), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("serving", "live"),
    [
        (station(framing="close"), True),
        (station(framing="chunked"), True),
        (station(endless=False), True),
        (station(headers={"Server": "Icecast 2.4.4"}), True),
        (station(headers={"ice-audio-info": "bitrate=128"}), True),
        (station(headers={"Server": "Icecast 2.4.4"}, endless=False), False),
        (station(headers={}), False),
    ],
)
async def test_stations_are_live(
    server: HttpServer, source: MakeSource, serving: Serving, live: bool
) -> None:
    async with source(server.serve("/a", serving)) as stream:
        info = await stream.open()
    assert info.live == live
    assert (info.size is None and not info.seekable) or not live


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_station_goes_on_at_the_live_edge(
    server: HttpServer, source: MakeSource, clock: MockClock, how: str
) -> None:
    fault = Fault(how, 100_000)  # type: ignore[arg-type]
    async with source(server.serve("/a", station(fault))) as stream:
        await stream.open()
        got = await without_pauses(clock, read_some(stream, 400_000))
    broke_at = next(at for at in range(100_001) if got[at : at + 50] == BODY[:50] and at)
    assert got[:broke_at] == BODY[:broke_at]
    assert got[broke_at:] == BODY[: len(got) - broke_at]
    assert "range" not in server.requests[1].headers


async def test_a_station_that_ends_is_asked_again(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    refused = Fault("refuse", status=404)
    serving = station(endless=False, framing="chunked")
    async with source(server.serve("/a", serving)) as stream:
        await stream.open()
        serving.faults.extend([refused, refused])
        got = await without_pauses(clock, read_some(stream, 2 * len(BODY)))
    assert got == BODY * 2
    assert stream.requests == 4


async def test_a_station_that_is_gone_for_good(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    serving = station(Fault("close", 1000), *[Fault("refuse", status=404)] * 50)
    async with source(server.serve("/a", serving)) as stream:
        await stream.open()
        with pytest.raises(HttpRefused, match="404"):
            await without_pauses(clock, read_all(stream))


async def test_a_station_cannot_seek_out_of_what_is_held(
    server: HttpServer, source: MakeSource
) -> None:
    async with source(server.serve("/a", station()), ahead=200_000, behind=100_000) as stream:
        await stream.open()
        await read_some(stream, 1_000_000)
        with pytest.raises(NotSeekable, match="is live"):
            await stream.seek(0)
        with pytest.raises(NotSeekable, match="is live"):
            await stream.tail(10)
        await stream.seek(980_000)
        assert (await stream.read())[:100] == BODY[980_000:980_100]
    assert stream.requests == 1


@pytest.mark.parametrize("framing", ["close", "chunked"])
@pytest.mark.parametrize(
    ("content_type", "seconds", "live"),
    [
        ("audio/ogg", 31.0, True),
        ("application/ogg", 31.0, True),
        ("audio/ogg", 29.0, False),
        ("text/plain", 31.0, False),
    ],
)
async def test_audio_that_was_paced_by_its_server_counts_as_live(
    source: MakeSource,
    clock: MockClock,
    framing: str,
    content_type: str,
    seconds: float,
    live: bool,
) -> None:
    go_on, connections = asyncio.Event(), 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        chunked = framing == "chunked"
        await reader.readuntil(b"\r\n\r\n")
        coding = "Transfer-Encoding: chunked\r\n" if chunked else ""
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{coding}\r\n".encode())
        writer.write(b"3\r\nabc\r\n" if chunked else b"abc")
        await go_on.wait()
        writer.write(b"3\r\ndef\r\n0\r\n\r\n" if chunked else b"def")
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    async with listening, source(url, stall=100.0) as stream:
        assert not (await stream.open()).live
        assert await stream.read() == b"abc"
        await clock.advance(seconds)
        go_on.set()
        assert await stream.read() == b"def"
        assert stream.info.live == live
        goes_on = live and framing == "close"
        again = await without_pauses(clock, stream.read())
        assert again[:3] == (b"abc" if goes_on else b"")
    assert connections == (2 if goes_on else 1)


async def test_a_station_that_falls_silent_for_good(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    serving = station(*[Fault("stall", 0)] * 50)
    async with source(server.serve("/a", serving)) as stream:
        await stream.open()
        with pytest.raises(Stalled, match="stopped sending"):
            await without_pauses(clock, read_all(stream), server=server)
