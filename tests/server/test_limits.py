"""How much a client may send, and how long anything may take, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import Callable

import aiohttp
import pytest

from receiver.protocol.limits import COMMANDS_PATH, MAX_MESSAGE_BYTES, WEBSOCKET_PATH
from receiver.server import http_connection, visitor
from receiver.server.guard import BODY_S, LINGER_S, TAKEN_S
from receiver.server.hub import LAG, MAX_ANSWERS
from tests.server.open_house import JSON, STOP, House, head_of, says_of_itself


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


async def test_a_message_may_have_64_kib(house: House, http: aiohttp.ClientSession) -> None:
    for size, status in ((MAX_MESSAGE_BYTES, 200), (MAX_MESSAGE_BYTES + 1, 413)):
        answer = await http.post(house.url + COMMANDS_PATH, data=STOP.ljust(size), headers=JSON)
        assert answer.status == status
        says_of_itself(answer.headers)
    assert len(house.asked) == 1


async def test_a_websocket_that_says_more_is_closed(
    house: House, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(house.url + WEBSOCKET_PATH) as socket:
        await socket.receive()
        await socket.send_bytes(STOP.ljust(MAX_MESSAGE_BYTES))
        assert (await socket.receive_json())["type"] == "done"
        await socket.send_bytes(STOP.ljust(MAX_MESSAGE_BYTES + 1))
        closing = await socket.receive()
    assert (closing.type, closing.data) == (aiohttp.WSMsgType.CLOSE, 1009)
    assert len(house.asked) == 1


async def test_a_websocket_that_is_not_read_is_cut_off(
    house: House, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "SEND_S", 0.05)
    socket = await http.ws_connect(house.url + WEBSOCKET_PATH)
    await socket.receive()
    socket._conn.protocol.pause_reading()  # type: ignore[union-attr]
    asking = json.dumps({"type": "status", "id": "x" * 64})
    with contextlib.suppress(ConnectionError):
        while house.hub.clients:
            await socket.send_str(asking)
    await until(lambda: house.connections == 0)


async def test_a_websocket_that_reads_no_answers_has_few_of_them_kept(
    house: House, http: aiohttp.ClientSession
) -> None:
    """However fast it asks: it is cut off when the queue for it is full."""
    socket = await http.ws_connect(house.url + WEBSOCKET_PATH)
    await socket.receive()
    socket._conn.protocol.pause_reading()  # type: ignore[union-attr]
    (outbox,) = house.hub._outboxes
    with contextlib.suppress(ConnectionError):
        while not outbox.ended:
            await socket.send_str(json.dumps({"type": "status", "id": "x" * 64}))
            assert len(outbox._messages) <= MAX_ANSWERS + LAG
    socket._conn.transport.abort()  # type: ignore[union-attr]
    await until(lambda: house.hub.clients == 0)


async def test_nothing_is_compressed(house: House, http: aiohttp.ClientSession) -> None:
    """So a few bytes are never many."""
    async with http.ws_connect(house.url + WEBSOCKET_PATH, compress=15) as socket:
        assert socket.compress == 0
    headers = {**JSON, "Content-Encoding": "gzip"}
    answer = await http.post(house.url + COMMANDS_PATH, data=gzip.compress(STOP), headers=headers)
    assert answer.status == 400
    answer = await http.get(house.url + "/v1/schema", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : kitchen\r\n\r\n",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"x" * 10_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: kitchen\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_and_closed(
    house: House, nonsense: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await house.raw(nonsense)
    status, head = head_of(answer)
    assert status == 400
    says_of_itself(head)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "bad_request"
    assert not caplog.records, "strangers do not fill the log"


async def test_a_body_that_is_no_body_is_refused(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /v1/commands HTTP/1.1\r\nHost: kitchen\r\nContent-Type: application/json\r\n"
    answer = await house.raw(head + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\nnonsense")
    assert head_of(answer)[0] == 400
    assert not caplog.records


async def test_a_client_that_goes_in_the_middle_is_nothing_for_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /v1/commands HTTP/1.1\r\nHost: kitchen\r\nContent-Type: application/json\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(head + b"Content-Length: 50\r\n\r\n{")
    await until(lambda: house.clock.next_due is not None and not house.server._gate._silent)
    writer.transport.abort()
    await until(lambda: house.connections == 0)
    assert not caplog.records


async def test_a_command_has_a_time_to_come_in(house: House) -> None:
    head = b"POST /v1/commands HTTP/1.1\r\nHost: kitchen\r\nContent-Type: application/json\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(head + b"Content-Length: 50\r\n\r\n{")
    await until(lambda: house.clock.next_due is not None and not house.server._gate._silent)
    await house.clock.advance(BODY_S)
    assert (await reader.readline()).split()[1] == b"408"
    await house.clock.advance(LINGER_S)
    await reader.read()
    assert house.connections == 0
    writer.close()
    await writer.wait_closed()


async def test_what_is_too_much_is_not_read(house: House) -> None:
    """The sender is told so, and has a moment to notice."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = b"POST /v1/commands HTTP/1.1\r\nHost: kitchen\r\nContent-Type: application/json\r\n"
    writer.write(head + b"Content-Length: 1000000000000\r\n\r\n")
    block, sent = bytes(MAX_MESSAGE_BYTES), 0
    with contextlib.suppress(TimeoutError):
        while True:
            writer.write(block)
            async with asyncio.timeout(0.5):  # nobody reads any more
                await writer.drain()
            sent += len(block)
    assert (await reader.readline()).split()[1] == b"413"
    assert sent < 64 * len(block)
    await house.clock.advance(LINGER_S)
    with contextlib.suppress(ConnectionError):
        await reader.read()
    await until(lambda: house.connections == 0)
    writer.transport.abort()


async def test_a_head_has_a_time_to_come_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer of aiohttp, which runs by the time of the machine."""
    monkeypatch.setattr(http_connection, "HEAD_S", 0.05)
    assert await house.raw(b"GET / HTTP/1.1\r\nHost: kit") == b""
    whole = b"GET / HTTP/1.1\r\nHost: kitchen\r\n\r\n"
    answer = await house.raw(whole + b"GET / HTTP/1.1\r\nHost: kit")
    assert head_of(answer)[0] == 200
    assert answer.count(b"HTTP/1.1 200") == 1


async def test_a_client_that_does_not_take_its_answers_is_cut_off(house: House) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(300):
        writer.write(b"GET /v1/schema HTTP/1.1\r\nHost: kitchen\r\n\r\n")
    await until(lambda: house.connections == 1)
    while house.connections:
        await house.clock.advance(TAKEN_S)
    writer.transport.abort()


async def test_a_flood_of_commands_leaves_others_their_turn(
    house: House, http: aiohttp.ClientSession
) -> None:
    """Each has a turn of the event loop of its own, though all have come at once."""
    async with http.ws_connect(house.url + WEBSOCKET_PATH) as socket:
        await socket.receive()
        for _ in range(100):
            await socket.send_bytes(STOP)
        before = 0
        while len(house.asked) < 100:
            await asyncio.sleep(0)
            assert len(house.asked) - before <= 1
            before = len(house.asked)
