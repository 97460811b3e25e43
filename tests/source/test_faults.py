"""What goes wrong on the way, and how the source over HTTP mends it or gives up."""

from __future__ import annotations

import asyncio
import socket
from collections import deque

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import HttpRefused, Stalled, Unreachable
from receiver.source.base import SourceTimes
from receiver.source.connections import HttpClient
from receiver.source.http import HttpSource
from receiver.source.origin import Origin
from receiver.source.retry import Limits
from tests.rig.http_server import Fault, HttpServer, Serving
from tests.source.conftest import MakeSource
from tests.source.driving import BODY, error_of, read_all, read_some, without_pauses

BREAKS = ("close", "reset")


def faulty(*faults: Fault, **how: object) -> Serving:
    return Serving(BODY, faults=deque(faults), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("after", [None, 0, 1, 100_000, len(BODY) - 1])
@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_goes_on_at_the_exact_byte_after_a_break(
    server: HttpServer,
    source: MakeSource,
    clock: MockClock,
    how: str,
    after: int | None,
    framing: str,
) -> None:
    fault = Fault(how, after)  # type: ignore[arg-type]
    url = server.serve("/a", faulty(fault, fault, framing=framing))
    async with source(url) as stream:
        await without_pauses(clock, stream.open())
        assert await without_pauses(clock, read_all(stream)) == BODY


@pytest.mark.parametrize("how", BREAKS)
async def test_asks_only_for_what_is_missing(
    server: HttpServer, source: MakeSource, clock: MockClock, how: str
) -> None:
    fault = Fault(how, 100_000)  # type: ignore[arg-type]
    async with source(server.serve("/a", faulty(fault, etag='"v1"'))) as stream:
        await stream.open()
        assert await without_pauses(clock, read_all(stream)) == BODY
    again = server.requests[1].headers
    assert 0 < int(again["range"].removeprefix("bytes=").rstrip("-")) <= 100_000
    assert again["if-range"] == '"v1"'
    assert stream.requests == 2


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_skips_ahead_from_the_start_where_there_are_no_ranges(
    server: HttpServer, source: MakeSource, clock: MockClock, how: str, framing: str
) -> None:
    fault = Fault(how, 900_000)  # type: ignore[arg-type]
    url = server.serve("/a", faulty(fault, fault, framing=framing, ranges=False))
    async with source(url, ahead=100_000, behind=50_000) as stream:
        await stream.open()
        got = bytearray()

        async def take_all() -> None:
            while data := await stream.read():
                got.extend(data)
                assert stream.held < 150_000 + (512 << 10)

        await without_pauses(clock, take_all())
        assert got == BODY


async def test_a_resumed_range_shows_that_the_stream_can_seek(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    serving = faulty(Fault("close", 100_000), ranges=False)
    async with source(server.serve("/a", serving)) as stream:
        assert not (await stream.open()).seekable
        serving.ranges = True
        assert await without_pauses(clock, read_all(stream)) == BODY
        assert stream.info.seekable


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("change", ["etag", "size", "weak"])
async def test_a_stream_that_was_changed_is_not_patched_together(
    server: HttpServer, source: MakeSource, clock: MockClock, change: str, ranges: bool
) -> None:
    tag = 'W/"v1"' if change == "weak" else '"v1"'
    serving = faulty(Fault("close", 100_000), etag="" if change == "size" else tag, ranges=ranges)
    async with source(server.serve("/a", serving), ahead=1000) as stream:
        await stream.open()
        serving.etag = tag.replace("v1", "v2") if serving.etag else ""
        serving.body = bytes(reversed(BODY)) + (b"more" if change == "size" else b"")
        with pytest.raises(Unreachable, match="was changed"):
            await without_pauses(clock, read_all(stream))


async def test_a_date_tells_versions_apart_when_it_is_old_enough(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    old = "Mon, 01 Jan 2001 10:00:00 GMT"
    serving = faulty(Fault("close", 100_000), modified=old)
    async with source(server.serve("/a", serving)) as stream:
        await stream.open()
        assert await without_pauses(clock, read_all(stream)) == BODY
    assert server.requests[1].headers["if-range"] == old


async def test_a_length_that_is_too_long_ends_with_the_bytes(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    url = server.serve("/a", Serving(BODY, stated_length=len(BODY) + 1000))
    async with source(url) as stream:
        await stream.open()
        assert await without_pauses(clock, read_all(stream)) == BODY


async def test_a_stall_is_a_break_after_eight_seconds(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    async with source(server.serve("/a", faulty(Fault("stall", 100_000)))) as stream:
        await stream.open()
        got = await read_some(stream, 100_000)
        async with asyncio.TaskGroup() as tasks:
            rest = tasks.create_task(read_all(stream))
            await clock.advance(7.9)
            assert stream.requests == 1
            await clock.advance(0.1)
            await clock.advance(0.2)
        assert got + rest.result() == BODY
    assert stream.requests == 2


async def test_silence_that_nobody_minds_is_no_stall(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    async with source(server.serve("/a", Serving(BODY)), ahead=1000) as stream:
        await stream.open()
        await MockClock.settle()
        await clock.advance(3600)
        assert await read_all(stream) == BODY
    assert stream.requests == 1


async def test_gives_up_when_nothing_comes_for_a_minute(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    faults = [Fault("stall", 1000), *[Fault("stall")] * 50]
    async with source(server.serve("/a", faulty(*faults))) as stream:
        await stream.open()
        got = await read_some(stream, 1000)
        began = clock.now()
        with pytest.raises(Stalled, match="did not answer"):
            await without_pauses(clock, read_all(stream), server=server)
        assert 50 < clock.now() - began < 90
        with pytest.raises(Stalled):
            await stream.read()
    assert got == BODY[:1000]


async def test_patience_starts_over_with_every_byte(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    faults = [Fault("stall", size) for size in range(1, 30)]
    async with source(server.serve("/a", faulty(*faults))) as stream:
        await without_pauses(clock, stream.open(), server=server)
        began = clock.now()
        assert await without_pauses(clock, read_all(stream), server=server) == BODY
        assert clock.now() - began > 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 416, 501, 204, 304])
async def test_most_refusals_are_final_at_once(
    server: HttpServer, source: MakeSource, status: int
) -> None:
    refusals = [Fault("refuse", status=status)] * 2
    async with source(server.serve("/a", faulty(*refusals))) as stream:
        with pytest.raises(HttpRefused, match=f"/a with status {status}") as refused:
            await stream.open()
    assert refused.value.detail == {"status": status}
    assert stream.requests == (2 if status == 416 else 1)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_some_refusals_pass(
    server: HttpServer, source: MakeSource, clock: MockClock, status: int
) -> None:
    refusals = [Fault("refuse", status=status)] * 3
    async with source(server.serve("/a", faulty(*refusals))) as stream:
        began = clock.now()
        await without_pauses(clock, stream.open())
        assert clock.now() - began == pytest.approx(0.2 + 0.4 + 0.8)
        assert await read_all(stream) == BODY


@pytest.mark.parametrize(
    ("asked", "pause"), [("2", 2.0), ("120", 5.0), ("0", 0.2), ("soon", 0.2), ("", 0.2)]
)
async def test_a_pause_the_server_asks_for_is_kept_up_to_a_cap(
    server: HttpServer, source: MakeSource, clock: MockClock, asked: str, pause: float
) -> None:
    busy = Fault("refuse", status=503, headers={"Retry-After": asked})
    async with source(server.serve("/a", faulty(busy))) as stream:
        began = clock.now()
        await without_pauses(clock, stream.open())
        assert clock.now() - began == pytest.approx(pause)


async def test_a_refusal_that_does_not_pass_is_what_is_told(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    refusals = [Fault("refuse", status=503)] * 50
    async with source(server.serve("/a", faulty(*refusals))) as stream:
        began = clock.now()
        with pytest.raises(HttpRefused, match="503"):
            await without_pauses(clock, stream.open())
        assert clock.now() - began <= 10, "somebody waits for the first answer"


async def test_nobody_at_the_address(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    url = server.url("/a")
    await server.__aexit__(None, None, None)
    async with source(url) as stream:
        with pytest.raises(Unreachable, match=r"cannot be reached: .*refused"):
            await without_pauses(clock, stream.open())


async def test_no_such_name(
    source: MakeSource, clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    async with source("http://nobody.invalid/a") as stream:
        with pytest.raises(Unreachable, match="No server of the name"):
            await without_pauses(clock, stream.open())


async def test_a_server_that_does_not_take_the_connection(
    clock: MockClock, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(client, "get", never)
    async with HttpSource("http://192.0.2.1/a", client, clock) as stream:
        async with asyncio.TaskGroup() as tasks:
            opening = tasks.create_task(error_of(stream))
            await clock.advance(60)
        assert isinstance(opening.result(), Unreachable)
        assert "within 5 seconds" in str(opening.result())


async def test_what_does_not_speak_http(source: MakeSource) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server, source(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/") as stream:
        with pytest.raises(Unreachable, match="does not speak HTTP"):
            await stream.open()


async def test_a_tail_is_mended_too(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    serving = Serving(BODY)
    async with source(server.serve("/a", serving), ahead=1000) as stream:
        await stream.open()
        serving.faults.extend([Fault("reset"), Fault("close", 500), Fault("stall", 10)])
        tail = await without_pauses(clock, stream.tail(1000), server=server)
    assert tail == (len(BODY) - 1000, BODY[-1000:])


async def test_a_tail_of_a_changed_stream_is_an_error(
    server: HttpServer, source: MakeSource
) -> None:
    serving = Serving(BODY, etag='"1"')
    async with source(server.serve("/a", serving), ahead=1000) as stream:
        await stream.open()
        serving.etag = '"2"'
        with pytest.raises(Unreachable, match="was changed"):
            await stream.tail(1000)


async def test_leaving_ends_what_is_under_way(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    async with source(server.serve("/a", faulty(Fault("stall", 1000)))) as stream:
        await stream.open()
        await server.until(lambda: server.silent == 1)
    assert clock.next_due is None, "no timer is left"
    await server.until(lambda: server.silent == 0)


async def test_an_answer_that_comes_while_it_is_given_up_is_closed(
    clock: MockClock, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Given:
        status = 200
        closed = False

        def close(self) -> None:
            self.closed = True

    given = Given()

    async def get(*_: object) -> Given:
        asyncio.get_running_loop().call_soon(asking.cancel)
        return given

    monkeypatch.setattr(client, "get", get)
    origin = Origin("http://192.0.2.1/", client, clock, Limits())
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(origin.ask({}, SourceTimes()))
    assert asking.cancelled()
    assert given.closed
