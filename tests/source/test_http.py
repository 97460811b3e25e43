"""A source over HTTP when all goes well: bytes, seeks, tails, times, and what it costs."""

from __future__ import annotations

import base64

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import BadRequest, HttpRefused, NotSeekable, Unreachable, UnsupportedScheme
from tests.rig.http_server import HttpServer, Serving
from tests.source.conftest import MakeSource
from tests.source.driving import BODY, read_all, read_some, without_pauses

OVERSHOOT = 512 << 10
"""Bytes that a window may hold above its limits: one read of a connection."""


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
async def test_gives_the_whole_body(server: HttpServer, source: MakeSource, framing: str) -> None:
    url = server.serve("/a.ogg", Serving(BODY, framing=framing, ranges=False))  # type: ignore[arg-type]
    async with source(url) as stream:
        info = await stream.open()
        assert await read_all(stream) == BODY
        assert await stream.read() == b""
    assert info.size == (len(BODY) if framing == "length" else None)
    assert (info.seekable, info.live, info.content_type) == (False, False, "application/ogg")
    assert stream.requests == len(server.requests) == 1


async def test_once_closed_it_holds_no_bytes(server: HttpServer, source: MakeSource) -> None:
    async with source(server.serve("/a.ogg", Serving(BODY))) as stream:
        await stream.open()
        await stream.read()
        assert stream.held
    assert not stream.held


async def test_an_empty_stream_ends_at_once(server: HttpServer, source: MakeSource) -> None:
    async with source(server.serve("/empty", Serving(b""))) as stream:
        assert (await stream.open()).size == 0
        assert await stream.read() == b""
        assert await stream.tail(100) == (0, b"")


async def test_asks_for_bytes_as_they_are(server: HttpServer, source: MakeSource) -> None:
    async with source(server.serve("/a", Serving(BODY))) as stream:
        await stream.open()
    headers = server.requests[0].headers
    assert headers["accept-encoding"] == "identity"
    assert headers["user-agent"] == "Tonearm"
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("serving", "seekable"),
    [
        (Serving(BODY), True),
        (Serving(BODY, advertise=False), True),
        (Serving(BODY, ranges=False), False),
        (Serving(BODY, ranges=False, headers={"Accept-Ranges": "bytes"}), True),
        (Serving(BODY, ranges=False, headers={"Accept-Ranges": "none"}), False),
    ],
)
async def test_knows_whether_it_can_seek(
    server: HttpServer, source: MakeSource, serving: Serving, seekable: bool
) -> None:
    async with source(server.serve("/a", serving)) as stream:
        assert (await stream.open()).seekable == seekable


async def test_a_seek_outside_of_the_window_costs_one_request(
    server: HttpServer, source: MakeSource
) -> None:
    limits = {"ahead": 10_000, "behind": 10_000}
    async with source(server.serve("/a", Serving(BODY, etag='"x"')), **limits) as stream:
        await stream.open()
        await stream.read()
        await stream.seek(1_400_000)
        assert await read_all(stream) == BODY[1_400_000:]
        await stream.seek(5)
        assert (await stream.read())[:10] == BODY[5:15]
    assert stream.requests == 3
    assert server.requests[1].headers["range"] == "bytes=1400000-"
    assert server.requests[1].headers["if-range"] == '"x"'


async def test_a_seek_inside_of_the_window_costs_none(
    server: HttpServer, source: MakeSource
) -> None:
    async with source(server.serve("/a", Serving(BODY, ranges=False))) as stream:
        await stream.open()
        assert await read_all(stream) == BODY
        for offset in (700_000, 1_499_999, 600_000, 800_000, 1_500_000):
            await stream.seek(offset)
            assert await read_all(stream) == BODY[offset:]
    assert stream.requests == 1


async def test_a_seek_to_the_end_or_past_it_costs_none(
    server: HttpServer, source: MakeSource
) -> None:
    async with source(server.serve("/a", Serving(BODY)), ahead=1000) as stream:
        await stream.open()
        for offset in (len(BODY), len(BODY) + 7):
            await stream.seek(offset)
            assert await stream.read() == b""
        await stream.seek(0)
        assert await read_all(stream) == BODY
    assert stream.requests == 2


async def test_a_seek_without_ranges_is_refused_and_harmless(
    server: HttpServer, source: MakeSource
) -> None:
    async with source(server.serve("/a", Serving(BODY, ranges=False)), ahead=1000) as stream:
        await stream.open()
        with pytest.raises(NotSeekable, match="gives no ranges"):
            await stream.seek(1_250_000)
        with pytest.raises(NotSeekable):
            await stream.tail(10)
        assert await read_all(stream) == BODY


async def test_the_tail_comes_beside_the_stream(server: HttpServer, source: MakeSource) -> None:
    async with source(server.serve("/a", Serving(BODY)), ahead=1000) as stream:
        await stream.open()
        first = await stream.read()
        assert await stream.tail(70_000) == (1_430_000, BODY[1_430_000:])
        assert await stream.tail(len(BODY) + 1) == (0, BODY)
        assert first + await read_all(stream) == BODY
        assert stream.requests == 3
        assert await stream.tail(1000) == (1_499_000, BODY[1_499_000:])
        assert stream.requests == 3, "the window holds the end"


async def test_a_server_may_cut_ranges_short(
    server: HttpServer, source: MakeSource, clock: MockClock
) -> None:
    async with source(server.serve("/a", Serving(BODY, largest_part=600_000))) as stream:
        await stream.open()
        assert await without_pauses(clock, read_all(stream)) == BODY
    assert stream.requests == 3


async def test_connections_are_kept_for_the_next_request(
    server: HttpServer, source: MakeSource
) -> None:
    url = server.serve("/a", Serving(BODY))
    for _ in range(3):
        async with source(url) as stream:
            await stream.open()
            assert await read_all(stream) == BODY
            await stream.tail(10)
    assert server.connections == 1


async def test_times_are_in_order(server: HttpServer, source: MakeSource, clock: MockClock) -> None:
    url = server.serve("/a", Serving(BODY))
    async with source(url) as stream:
        await stream.open()
        await stream.read()
        assert stream.times.resolved is None, "an address needs no look-up"
        assert stream.times.connected == stream.times.first_byte == clock.now()
        await read_all(stream)
    clock.step(5)
    async with source(url) as reused:
        await reused.open()
        clock.step(1)
        await reused.read()
        assert reused.times.connected == clock.now() - 1, "when the connection was taken"
    async with source(url.replace("127.0.0.1", "localhost")) as named:
        await named.open()
        assert named.times.resolved == named.times.connected == clock.now()


async def test_follows_redirects_and_remembers_where_they_led(
    server: HttpServer, source: MakeSource
) -> None:
    server.serve("/there/a", Serving(BODY))
    server.serve("/half", Serving(redirect="there/a"))
    url = server.serve("/start", Serving(redirect=server.url("/half")))
    async with source(url, ahead=1000) as stream:
        info = await stream.open()
        assert info.url == server.url("/there/a")
        await stream.seek(1_200_000)
        assert await read_all(stream) == BODY[1_200_000:]
    assert [request.path for request in server.requests] == ["/start", "/half"] + ["/there/a"] * 2


async def test_goes_back_to_the_first_address_when_a_redirect_has_gone_stale(
    server: HttpServer, source: MakeSource
) -> None:
    server.serve("/signed1", Serving(BODY))
    start = Serving(redirect="/signed1")
    async with source(server.serve("/start", start), ahead=1000) as stream:
        await stream.open()
        server.paths["/signed2"] = server.paths.pop("/signed1")
        start.redirect = "/signed2"
        await stream.seek(1_200_000)
        assert await read_all(stream) == BODY[1_200_000:]


@pytest.mark.parametrize("count", [5, 6])
async def test_follows_at_most_five_redirects(
    server: HttpServer, source: MakeSource, count: int
) -> None:
    server.serve("/0", Serving(BODY))
    for number in range(count):
        server.serve(f"/{number + 1}", Serving(redirect=f"/{number}"))
    async with source(server.url(f"/{count}")) as stream:
        if count == 5:
            await stream.open()
        else:
            with pytest.raises(Unreachable, match="redirect"):
                await stream.open()


async def test_a_redirect_to_another_scheme_is_refused(
    server: HttpServer, source: MakeSource
) -> None:
    async with source(server.serve("/a", Serving(redirect="file:///etc/passwd"))) as stream:
        with pytest.raises(UnsupportedScheme, match='"file"'):
            await stream.open()


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("ftp://host/a", UnsupportedScheme),
        ("a.ogg", UnsupportedScheme),
        ("http:///a", BadRequest),
        ("http://host:port/", BadRequest),
        ("http://[::1/", BadRequest),
    ],
)
async def test_other_addresses_are_refused_at_once(
    source: MakeSource, url: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        source(url)


async def test_credentials_are_sent_and_never_shown(server: HttpServer, source: MakeSource) -> None:
    expected = "Basic " + base64.b64encode(b"me:p@ss").decode()
    url = server.serve("/a", Serving(BODY, authorization=expected))
    server.serve("/moved", Serving(redirect="/a"))
    for path in ("/a", "/moved"):
        secret = server.url(path).replace("//", "//me:p%40ss@")
        async with source(secret) as stream:
            assert (await stream.open()).url == url
    async with source(url.replace("//", "//me:wrong@") + "?token=hidden") as stream:
        with pytest.raises(HttpRefused) as refused:
            await stream.open()
    assert refused.value.detail == {"status": 401}
    assert "wrong" not in str(refused.value)
    assert "hidden" not in str(refused.value)


async def test_credentials_do_not_follow_to_another_server(
    server: HttpServer, source: MakeSource
) -> None:
    async with HttpServer() as other:
        target = other.serve("/a", Serving(BODY))
        url = server.serve("/go", Serving(redirect=target)).replace("//", "//me:secret@")
        async with source(url) as stream:
            await stream.open()
        assert "authorization" in server.requests[0].headers
        assert "authorization" not in other.requests[0].headers


async def test_a_slow_reader_holds_the_server_back(server: HttpServer, source: MakeSource) -> None:
    url = server.serve("/a", Serving(BODY * 4, endless=True))
    async with source(url, ahead=200_000, behind=100_000) as stream:
        await stream.open()
        got = await read_some(stream, 2_000_000)
        await MockClock.settle(2000)
        assert 200_000 <= stream.held < 100_000 + 200_000 + OVERSHOOT
        # What neither side holds lies in the buffers of the system, some megabytes.
        assert server.bytes_sent < len(got) + (20 << 20)
    assert got == (BODY * 8)[: len(got)]


async def test_an_endless_stream_runs_in_constant_memory(
    server: HttpServer, source: MakeSource
) -> None:
    block = BODY[: 256 << 10]
    url = server.serve("/a", Serving(block, endless=True))
    async with source(url) as stream:
        await stream.open()
        received = most = 0
        while received < 200_000_000:
            data = await stream.read()
            at = received % len(block)
            assert (block + block)[at : at + len(data)] == data
            received += len(data)
            most = max(most, stream.held)
    assert most <= (3 << 20) + OVERSHOOT
