"""What holds for every request, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict

from receiver.clock.mock import MockClock
from receiver.protocol.commands import Command
from receiver.protocol.events import Done
from receiver.protocol.limits import COMMANDS_PATH, MAX_MESSAGE_BYTES, WEBSOCKET_PATH
from receiver.server import http_connection
from receiver.server.certificate import Certificate
from receiver.server.door import Door, Reply
from receiver.server.guard import BODY_S, TAKEN_S
from receiver.server.hub import Hub
from receiver.server.rules import ANSWER_HEADERS
from tests.server import tls
from tests.server.serving import serving
from tests.server.test_hub import state
from tests.trust.doors import doorkeeper

STOP = b'{"type": "stop", "id": "1"}'
JSON = {"Content-Type": "application/json"}
STRANGERS = ("http://evil.example", "http://127.0.0.1", "null")


class House:
    """A server that whoever reaches it may command."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.hub.publish(state(10))
        self.clock = MockClock()
        self.asked: list[Command] = []
        door = Door(self.hub, self._ask, _nowhere, doorkeeper(self.clock), self.clock)
        self.server = serving(self.hub, door, self.clock)
        self.port = 0

    def _ask(self, command: Command, reply: Reply) -> None:
        self.asked.append(command)
        reply(Done(command.id))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def routes(self) -> list[tuple[str, str]]:
        """Every method with its path that is answered."""
        routes = self.server._app().router.routes()
        return [(route.method, route.resource.canonical) for route in routes if route.resource]

    @property
    def connections(self) -> int:
        """How many there are."""
        return len(self.server._gate._places)

    async def raw(self, *parts: bytes) -> bytes:
        """What comes back for these bytes, up to the end of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _nowhere(*_: object) -> None:
    raise AssertionError


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    async with made.server.listening("127.0.0.1", 0) as port:
        made.port = port
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


async def code_of(answer: aiohttp.ClientResponse) -> str:
    code: str = (await answer.json())["code"]
    return code


def says_of_itself(head: CIMultiDict[str] | Any) -> None:
    """Every answer bears the headers of all answers, and none that lets strangers in."""
    for name, value in ANSWER_HEADERS.items():
        assert head.getall(name) == [value]
    names = {name.lower() for name in head}
    assert not any(name.startswith("access-control") for name in names)
    assert "set-cookie" not in names


def head_of(answer: bytes) -> tuple[int, CIMultiDict[str]]:
    """The status and the headers of an answer."""
    first, *lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    fields = (line.partition(": ") for line in lines)
    return int(first.split()[1]), CIMultiDict((name, value) for name, _, value in fields)


# --- where from and where to ----------------------------------------------------------------


async def test_no_path_is_open_to_another_name(house: House, http: aiohttp.ClientSession) -> None:
    for method, path in house.routes:
        for host in ("evil.example", f"evil.example:{house.port}", "kitchen.evil.example"):
            headers = {"Host": host, "Origin": f"http://{host}", **JSON}
            answer = await http.request(method, house.url + path, headers=headers, data=STOP)
            assert answer.status == 421
            if method != "HEAD":
                assert await code_of(answer) == "wrong_host"
            says_of_itself(answer.headers)
    assert house.asked == []


async def test_no_path_is_open_to_pages_of_others(
    house: House, http: aiohttp.ClientSession
) -> None:
    for method, path in house.routes:
        for origin in STRANGERS:
            headers = {"Origin": origin, **JSON}
            answer = await http.request(method, house.url + path, headers=headers, data=STOP)
            assert answer.status == 403
            if method != "HEAD":
                assert await code_of(answer) == "wrong_origin"
            says_of_itself(answer.headers)
    assert house.asked == []


@pytest.mark.parametrize("origin", STRANGERS)
async def test_no_websocket_is_open_to_pages_of_others(
    house: House, http: aiohttp.ClientSession, origin: str
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(house.url + WEBSOCKET_PATH, origin=origin)
    assert refused.value.status == 403


async def test_own_pages_use_both_doors(house: House, http: aiohttp.ClientSession) -> None:
    own = {"Origin": house.url}
    answer = await http.post(house.url + COMMANDS_PATH, data=STOP, headers={**own, **JSON})
    assert answer.status == 200
    async with http.ws_connect(house.url + WEBSOCKET_PATH, headers=own) as socket:
        assert (await socket.receive_json())["type"] == "state"


async def test_a_page_that_came_by_tls_is_of_another_origin(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    house = House()
    certificate = Certificate(tls.for_server(tmp_path), "0" * 64)
    async with house.server.listening("127.0.0.1", 0, certificate) as port:
        secure, plain = f"https://127.0.0.1:{port}", f"http://127.0.0.1:{port}"
        for url in (secure, plain):
            for origin in (secure, plain):
                headers = {"Origin": origin, **JSON}
                answer = await http.post(
                    url + COMMANDS_PATH, data=STOP, headers=headers, ssl=tls.for_client()
                )
                assert answer.status == (200 if url == origin else 403)
        await http.close()


async def test_a_request_names_one_host(house: House) -> None:
    for head in (b"", b"Host: kitchen\r\nHost: evil.example\r\n", b"Host: \r\n"):
        answer = await house.raw(b"GET /v1/status HTTP/1.0\r\n" + head + b"\r\n")
        assert head_of(answer)[0] in (400, 421)


# --- what changes something -----------------------------------------------------------------


async def test_to_look_changes_nothing(house: House, http: aiohttp.ClientSession) -> None:
    """Whatever is sent along."""
    before = house.hub.snapshot()
    for method, path in house.routes:
        if method in ("GET", "HEAD"):
            query = "?type=stop&id=1&command=stop"
            await http.request(method, house.url + path + query, data=STOP, headers=JSON)
    assert house.asked == []
    assert house.hub.snapshot() == before


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "text/plain;charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/json",
    ],
)
async def test_what_a_form_can_send_changes_nothing(house: House, kind: str | None) -> None:
    field = b"" if kind is None else f"Content-Type: {kind}\r\n".encode()
    length = f"Content-Length: {len(STOP)}\r\n".encode()
    changing = [path for method, path in house.routes if method not in ("GET", "HEAD")]
    assert changing
    for path in changing:
        head = f"POST {path} HTTP/1.0\r\nHost: localhost\r\n".encode()
        answer = await house.raw(head + field + length + b"\r\n" + STOP)
        assert head_of(answer)[0] == 415
    assert house.asked == []


async def test_other_methods_are_refused_in_words(
    house: House, http: aiohttp.ClientSession
) -> None:
    known = set(house.routes)
    for path in {path for _, path in known}:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            if (method, path) not in known:
                answer = await http.request(method, house.url + path, data=STOP, headers=JSON)
                assert (answer.status, await code_of(answer)) == (405, "bad_request")
                assert answer.headers["Allow"]
                says_of_itself(answer.headers)
    assert house.asked == []


async def test_a_path_that_is_not_there_is_named(house: House, http: aiohttp.ClientSession) -> None:
    answer = await http.get(house.url + "/v2/status")
    assert answer.status == 404
    assert "/v2/status" in (await answer.json())["message"]
    says_of_itself(answer.headers)


async def test_every_answer_says_the_same_of_itself(
    house: House, http: aiohttp.ClientSession
) -> None:
    for method, path in house.routes:
        answer = await http.request(method, house.url + path, data=STOP, headers=JSON)
        says_of_itself(answer.headers)
    async with http.ws_connect(house.url + WEBSOCKET_PATH) as socket:
        says_of_itself(socket._response.headers)


# --- how much and how long ------------------------------------------------------------------


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
        await socket.send_bytes(STOP.ljust(MAX_MESSAGE_BYTES + 1))
        closing = await socket.receive()
    assert (closing.type, closing.data) == (aiohttp.WSMsgType.CLOSE, 1009)
    assert house.asked == []


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
    answer = await reader.read()
    assert head_of(answer)[0] == 408
    writer.close()
    await writer.wait_closed()


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
