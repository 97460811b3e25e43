"""The promise of `ByteSource`, kept by every source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import HttpRefused, NotSeekable, Unreachable
from receiver.source.base import ByteSource
from receiver.source.connections import HttpClient
from receiver.source.file import FileSource
from receiver.source.http import HttpSource
from receiver.source.mock import MockSource, MockStream
from receiver.source.retry import Limits
from tests.rig.http_server import Fault, HttpServer, Serving
from tests.source.driving import BODY, read_all, read_some

Make = Callable[..., Awaitable[ByteSource]]


@pytest.fixture
async def makers(
    server: HttpServer, client: HttpClient, clock: MockClock, tmp_path: Path
) -> AsyncIterator[dict[str, Make]]:
    """What makes entered, not yet opened sources of a body, by the kinds that there are."""
    async with AsyncExitStack() as stack:

        async def mock(
            body: bytes = BODY, *, live: bool = False, seekable: bool = True, refused: bool = False
        ) -> ByteSource:
            refusal = HttpRefused("refused", status=404) if refused else None
            stream = MockStream(body, seekable=seekable, live=live, refusal=refusal)
            return await stack.enter_async_context(MockSource(stream, clock))

        async def http(
            body: bytes = BODY, *, live: bool = False, seekable: bool = True, refused: bool = False
        ) -> ByteSource:
            serving = Serving(body, ranges=seekable, endless=live)
            serving.headers = {"icy-name": "x"} if live else {}
            if refused:
                serving.faults.append(Fault("refuse", status=404))
            limits = Limits(ahead=100_000, behind=50_000)
            source = HttpSource(server.serve("/a", serving), client, clock, limits)
            return await stack.enter_async_context(source)

        async def file(body: bytes = BODY, *, refused: bool = False) -> ByteSource:
            path = tmp_path / "file"
            if not refused:
                path.write_bytes(body)
            source = FileSource(path, "http://kitchen/a.ogg", clock, "application/ogg")
            return await stack.enter_async_context(source)

        yield {"mock": mock, "http": http, "file": file}


@pytest.fixture(params=["mock", "http", "file"])
def make(request: pytest.FixtureRequest, makers: dict[str, Make]) -> Make:
    """Each of them."""
    return makers[request.param]


@pytest.fixture(params=["mock", "http"])
def make_far(request: pytest.FixtureRequest, makers: dict[str, Make]) -> Make:
    """Those that come from elsewhere, and may have no end, or no way back."""
    return makers[request.param]


async def test_all_bytes_in_order_and_then_none(make: Make) -> None:
    source = await make()
    info = await source.open()
    assert (info.size, info.seekable, info.live) == (len(BODY), True, False)
    assert info.content_type == "application/ogg"
    assert await read_all(source) == BODY
    assert await source.read() == b""


async def test_an_empty_stream(make: Make) -> None:
    source = await make(b"")
    assert (await source.open()).size == 0
    assert await source.read() == b""


@pytest.mark.parametrize("offset", [0, 1, 70_000, 1_400_000, len(BODY) - 1, len(BODY)])
async def test_goes_on_from_where_it_was_sent(make: Make, offset: int) -> None:
    source = await make()
    await source.open()
    await read_some(source, 100_000)
    await source.seek(offset)
    assert await read_all(source) == BODY[offset:]
    await source.seek(offset)
    assert await read_all(source) == BODY[offset:]


async def test_past_the_end_there_is_nothing(make: Make) -> None:
    source = await make()
    await source.open()
    await source.seek(len(BODY) + 1000)
    assert await source.read() == b""


async def test_the_tail_does_not_move_the_position(make: Make) -> None:
    source = await make()
    await source.open()
    first = await read_some(source, 1000)
    assert await source.tail(65_536) == (len(BODY) - 65_536, BODY[-65_536:])
    assert await source.tail(2 * len(BODY)) == (0, BODY)
    assert first + await read_all(source) == BODY


@pytest.mark.parametrize("live", [True, False])
async def test_what_cannot_seek_says_so_and_plays_on(make_far: Make, live: bool) -> None:
    source = await make_far(live=live, seekable=False)
    info = await source.open()
    assert (info.seekable, info.live) == (False, live)
    with pytest.raises(NotSeekable):
        await source.seek(1_400_000)
    with pytest.raises(NotSeekable):
        await source.tail(1000)
    assert (await read_some(source, len(BODY)))[: len(BODY)] == BODY


async def test_a_live_stream_has_no_end(make_far: Make) -> None:
    source = await make_far(live=True)
    assert (await source.open()).size is None
    got = await read_some(source, 3 * len(BODY))
    assert got == (BODY * 4)[: len(got)]


async def test_a_refusal_comes_out_of_open(make: Make) -> None:
    source = await make(refused=True)
    with pytest.raises(HttpRefused):
        await source.open()


async def test_the_instants_of_opening(make: Make, clock: MockClock) -> None:
    source = await make()
    assert source.times.first_byte is None
    began = clock.now()
    await source.open()
    await source.read()
    assert source.times.connected is not None
    assert source.times.first_byte is not None
    assert began <= source.times.connected <= source.times.first_byte <= clock.now()


async def test_a_list_may_name_what_is_public(make: Make) -> None:
    source = await make()
    await source.open()
    assert source.may_name("http://radio.example/a.ogg")


async def test_may_be_left_at_any_moment(make: Make) -> None:
    await make()
    opened = await make()
    await opened.open()
    reading = await make()
    await reading.open()
    await reading.read()


async def test_may_be_left_while_it_goes_on_for_ever(make_far: Make) -> None:
    reading = await make_far(live=True)
    await reading.open()
    await reading.read()


async def test_the_mock_plays_its_script(clock: MockClock) -> None:
    lost = Unreachable("lost")
    stream = MockStream(bytes(10), piece=4, stalls={2: 5.0}, failures={7: lost}, delay=0.0)
    source = MockSource(stream, clock)
    await source.open()
    assert await source.read() == bytes(2)

    async def late() -> None:
        await clock.advance(4.9)
        assert source.position == 2
        await clock.advance(0.1)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(late())
        assert await source.read() == bytes(4)
    assert await source.read() == bytes(1)
    for _ in range(2):
        with pytest.raises(Unreachable):
            await source.read()
    await source.seek(7 + 1)
    assert await source.read() == bytes(2)
    assert source.requests == 2
