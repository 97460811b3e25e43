"""The gate over real sockets, with virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from receiver.clock.mock import MockClock
from receiver.server.bind import listen_on, unmapped
from receiver.server.gate import AT_ONCE, FIRST_BYTE_S, REST_S, TOLD_EVERY_S, UNREAD_MS, Gate
from receiver.server.metrics import Metrics
from receiver.server.places import MOST_EACH, Places
from tests.server import tls

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo(asyncio.Protocol):
    """Says everything back."""

    def __init__(self, lost: Callable[[], None], served: list[Echo]) -> None:
        self._lost = lost
        self._served = served

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._served.append(self)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost()


class Troubled(socket.socket):
    """A listening socket in whose way the system stands, as often as is said."""

    def __init__(self, *troubles: OSError) -> None:
        super().__init__()
        self.bind(("127.0.0.1", 0))
        self.listen()
        self.troubles = list(troubles)

    def accept(self) -> tuple[socket.socket, object]:
        if self.troubles:
            raise self.troubles.pop(0)
        return super().accept()


class Gated:
    """A server behind a gate."""

    def __init__(self) -> None:
        self.clock = MockClock()
        self.metrics = Metrics(self.clock)
        self.places = Places(tuple)
        self.gate = Gate(self.clock, self.metrics, self.places)
        self.served: list[Echo] = []
        self.context: ssl.SSLContext | None = None
        self.port = 0
        self._ends: list[asyncio.StreamWriter] = []

    @contextlib.asynccontextmanager
    async def standing(self, listening: socket.socket) -> AsyncIterator[None]:
        """Let in who comes, while the block lasts."""
        self.port = listening.getsockname()[1]
        async with asyncio.TaskGroup() as tasks:
            standing = tasks.create_task(self.gate.stand(listening, self._serve, self.context))
            yield
            standing.cancel()
        for echo in self.served:
            echo.transport.abort()
        for writer in self._ends:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _serve(self, lost: Callable[[], None]) -> Echo:
        return Echo(lost, self.served)

    async def connect(self, context: ssl.SSLContext | None = None) -> Ends:
        """A client."""
        ends = await asyncio.open_connection("127.0.0.1", self.port, ssl=context)
        self._ends.append(ends[1])
        return ends


@pytest.fixture
async def gated() -> AsyncIterator[Gated]:
    made = Gated()
    with listen_on("127.0.0.1", 0) as listening:
        async with made.standing(listening):
            yield made


async def echoed(ends: Ends) -> bool:
    """Whether what is said comes back; False: it was closed."""
    reader, writer = ends
    writer.write(b"hello")
    try:
        return await reader.readexactly(5) == b"hello"
    except (asyncio.IncompleteReadError, ConnectionError):
        return False


async def closed(ends: Ends) -> bool:
    """Whether the other side closes it without a word. Waits for one of the two."""
    try:
        return await ends[0].read(1) == b""
    except ConnectionError:
        return True


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


async def test_what_is_too_much_from_one_address_is_closed_at_once(gated: Gated) -> None:
    inside = [await gated.connect() for _ in range(MOST_EACH)]
    assert all([await echoed(ends) for ends in inside])
    for _ in range(50):
        assert await closed(await gated.connect())
    assert gated.metrics.turned_away == 50
    assert all([await echoed(ends) for ends in inside]), "who is inside stays"
    inside[3][1].close()
    await until(lambda: len(gated.places) == MOST_EACH - 1)
    assert await echoed(await gated.connect())


async def test_silent_connections_have_places_too(gated: Gated) -> None:
    for _ in range(MOST_EACH):
        await gated.connect()
    assert await closed(await gated.connect())


async def test_a_flood_is_told_once_a_minute(
    gated: Gated, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(MOST_EACH):
        await gated.connect()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            for _ in range(5):
                assert await closed(await gated.connect())
            gated.clock.step(TOLD_EVERY_S)
    assert [record.getMessage() for record in caplog.records] == 2 * [
        "There are too many connections: 16, 16 of them from 127.0.0.1, whose next one is closed."
    ]


async def test_who_says_nothing_is_closed_after_a_while(gated: Gated) -> None:
    ends = await gated.connect()
    await until(lambda: gated.clock.next_due is not None)
    await gated.clock.advance(FIRST_BYTE_S - 0.1)
    assert len(gated.places) == 1
    await gated.clock.advance(0.2)
    assert await closed(ends)
    assert (len(gated.places), gated.served) == (0, [])


async def test_who_has_said_something_is_not(gated: Gated) -> None:
    ends = await gated.connect()
    assert await echoed(ends)
    await gated.clock.advance(10 * FIRST_BYTE_S)
    assert await echoed(ends)


async def test_who_goes_without_a_word_leaves_a_place(gated: Gated) -> None:
    _, writer = await gated.connect()
    await until(lambda: len(gated.places) == 1)
    writer.close()
    await until(lambda: len(gated.places) == 0)
    assert gated.served == []


async def test_what_nobody_reads_is_given_up_by_the_system(gated: Gated) -> None:
    assert await echoed(await gated.connect())
    sock = gated.served[0].transport.get_extra_info("socket")
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNREAD_MS


async def test_without_a_certificate_tls_is_closed(gated: Gated) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await gated.connect(tls.for_client())
    await until(lambda: len(gated.places) == 0)
    assert gated.served == []


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Gated]:
    """One that speaks TLS too."""
    made = Gated()
    made.context = tls.for_server(tmp_path)
    with listen_on("127.0.0.1", 0) as listening:
        async with made.standing(listening):
            yield made


async def test_tls_and_plain_on_one_port(secured: Gated) -> None:
    assert await echoed(await secured.connect(tls.for_client()))
    assert await echoed(await secured.connect())
    first, second = (echo.transport.get_extra_info("sslcontext") for echo in secured.served)
    assert first is secured.context
    assert second is None
    for echo in secured.served:
        echo.transport.abort()
    await until(lambda: len(secured.places) == 0)


@pytest.mark.parametrize("more", [b"", b"\x03\x01nonsense" * 100])
async def test_a_handshake_that_comes_to_nothing_leaves_a_place(
    secured: Gated, more: bytes
) -> None:
    reader, writer = await secured.connect()
    writer.write(b"\x16" + more)
    if more:
        with contextlib.suppress(ConnectionError):
            await reader.read()
    else:
        await until(lambda: len(secured.places) == 1)
        writer.close()
    await until(lambda: len(secured.places) == 0)
    assert await echoed(await secured.connect())


async def test_a_system_that_is_out_of_files_is_asked_again_later() -> None:
    gated = Gated()
    troubles = [OSError(errno.EMFILE, "Too many open files") for _ in range(2)]
    with Troubled(*troubles) as listening:
        async with gated.standing(listening):
            ends = await gated.connect()
            await until(lambda: gated.clock.next_due is not None)
            assert len(listening.troubles) == 1, "not asked again at once"
            await gated.clock.advance(REST_S)
            await until(lambda: gated.clock.next_due is not None and not listening.troubles)
            await gated.clock.advance(REST_S)
            assert await echoed(ends)


async def test_who_is_gone_before_being_taken_is_no_trouble() -> None:
    gated = Gated()
    with Troubled(BlockingIOError()) as listening:
        async with gated.standing(listening):
            assert await echoed(await gated.connect())


@pytest.mark.parametrize("turns", range(4))
async def test_who_waits_at_the_gate_when_it_closes_is_closed(turns: int) -> None:
    gated = Gated()
    with listen_on("127.0.0.1", 0) as listening:
        async with gated.standing(listening):
            ends = await gated.connect()
            for _ in range(turns):
                await asyncio.sleep(0)
            served = len(gated.places)
    if served:
        assert await closed(ends)
    assert len(gated.places) == 0


async def test_a_flood_leaves_others_their_turn(gated: Gated) -> None:
    """However many wait in the system's queue."""
    count = 3 * AT_ONCE
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection(("127.0.0.1", gated.port)))
        seen = []
        while gated.metrics.turned_away < count - MOST_EACH:
            await asyncio.sleep(0)
            seen.append(gated.metrics.turned_away)
    assert max(later - before for before, later in pairwise(seen)) <= AT_ONCE


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
        ("fe80::ffff:1", "fe80::ffff:1"),
    ],
)
def test_an_address_is_written_in_one_way(host: str, plain: str) -> None:
    assert unmapped(host) == plain


async def test_an_older_address_counts_as_itself_on_a_socket_for_both() -> None:
    gated = Gated()
    with listen_on("", 0) as listening:
        async with gated.standing(listening):
            await gated.connect()
            await until(lambda: len(gated.places) == 1)
            assert gated.places.of("127.0.0.1") == 1
