"""The doors over real sockets: answers, statuses, and clients that behave badly."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, get_args

import aiohttp
import msgspec
import pytest

from receiver.clock.mock import MockClock
from receiver.errors import NothingPlaying
from receiver.model.health import Examination
from receiver.model.state import Receipt, State
from receiver.peers.base import Address
from receiver.peers.dial import dialler
from receiver.protocol.commands import Command, Pause
from receiver.protocol.events import Done, Error, ServerMessage
from receiver.server import visitor
from receiver.server.bind import listen_on
from receiver.server.door import Door, Reply
from receiver.server.hub import LAG, Hub
from receiver.server.metrics import Metrics
from receiver.server.peer_wire import PeerWire
from receiver.server.schema import make_schema
from receiver.trust.caller import Caller
from tests.server.health import HEALTHY
from tests.server.serving import serving
from tests.server.test_hub import ME, state
from tests.trust.doors import doorkeeper


class Stage:
    """A server before a control loop that only writes down."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.hub.publish(state(10))
        self.clock = MockClock()
        self.metrics = Metrics(self.clock)
        self.asked: list[Command] = []
        self.forwarded: list[Command] = []
        keeper = doorkeeper(self.clock)
        door = Door(self.hub, self._ask, self._forward, keeper, self.clock)
        self.server = serving(self.hub, door, self.clock, self._echo, self.metrics)
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _ask(self, command: Command, reply: Reply) -> None:
        self.asked.append(command)
        if isinstance(command, Pause):
            error = NothingPlaying("Nothing plays.")
            reply(Error(command.id, error.code, error.message))
        else:
            reply(Done(command.id))

    def _forward(self, command: Command, caller: Caller, reply: Reply) -> None:
        self.forwarded.append(command)
        reply(Done(command.id, {"where": command.receiver}))

    async def _echo(self, wire: PeerWire) -> None:
        await wire.send(b"you said " + str(await wire.receive()).encode())
        await wire.close()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    async with stage.server.listening("127.0.0.1", 0) as port:
        stage.port = port
        yield stage


async def post(
    http: aiohttp.ClientSession, stage: Stage, body: str, kind: str = "application/json"
) -> tuple[int, dict[str, Any]]:
    answer = await http.post(f"{stage.url}/v1/commands", data=body, headers={"Content-Type": kind})
    return answer.status, await answer.json()


async def test_a_command_over_http(stage: Stage, http: aiohttp.ClientSession) -> None:
    status, answer = await post(http, stage, '{"type": "stop", "id": "c"}')
    assert (status, answer["type"], answer["id"]) == (200, "done", "c")


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ('{"type": "pause", "id": "c"}', "application/json", 409, "nothing_playing"),
        ('{"type": "pause", "id": "c", "x": 1}', "application/json", 400, "bad_request"),
        ("", "application/json", 400, "bad_request"),
        ("[" * 60_000, "application/json", 400, "bad_request"),
        ('{"type": "stop", "id": "c"}', "text/plain", 415, "bad_request"),
    ],
)
async def test_errors_have_a_status_and_a_code(
    stage: Stage, http: aiohttp.ClientSession, body: str, kind: str, status: int, code: str
) -> None:
    got, answer = await post(http, stage, body, kind)
    assert (got, answer["code"]) == (status, code)


async def test_the_wrong_field_is_named(stage: Stage, http: aiohttp.ClientSession) -> None:
    _, answer = await post(http, stage, '{"type": "stop", "id": "c", "volume": 1}')
    assert "volume" in answer["message"]
    assert answer["id"] == "c"


async def test_status_schema_and_metrics(stage: Stage, http: aiohttp.ClientSession) -> None:
    snapshot = await (await http.get(f"{stage.url}/v1/status")).json()
    assert snapshot["state"]["volume"]["percent"] == 10
    doctor = await (await http.get(f"{stage.url}/v1/doctor")).read()
    assert msgspec.json.decode(doctor, type=Examination) == HEALTHY
    schema = await (await http.get(f"{stage.url}/v1/schema")).json()
    assert "Play" in schema["$defs"]
    stage.metrics.played(Receipt(first_frame=8.0))
    metrics = await (await http.get(f"{stage.url}/metrics")).text()
    assert 'tonearm_play_stage_seconds_bucket{le="0.01",stage="first_frame"} 1.0' in metrics


async def test_many_who_ask_the_doctor_share_one_examination(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    begun, go = asyncio.Semaphore(0), asyncio.Event()
    count = 0

    async def slow() -> Examination:
        nonlocal count
        count += 1
        begun.release()
        await go.wait()
        return msgspec.structs.replace(HEALTHY, name=f"number {count}")

    stage.server._examine = slow

    async def ask() -> str:
        return str((await (await http.get(f"{stage.url}/v1/doctor")).json())["name"])

    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(ask())
        await begun.acquire()
        others = [tasks.create_task(ask()) for _ in range(5)]
        while len(stage.server._examining._waiters or ()) < 5:
            await asyncio.sleep(0.001)
        go.set()
    assert {first.result(), *(one.result() for one in others)} == {"number 1"}
    assert await ask() == "number 2", "later it looks again"


async def test_every_message_on_the_websocket_is_answered_once(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(f"{stage.url}/v1/ws") as socket:
        assert (await socket.receive_json())["type"] == "state"
        await socket.send_str('{"type": "stop", "id": "1"}')
        await socket.send_str('{"type": "nonsense", "id": "2"}')
        await socket.send_str("not even JSON")
        await socket.send_str('{"type": "time", "id": "3", "t1_us": 5}')
        await socket.send_str('{"type": "status", "id": "4"}')
        answers = [await socket.receive_json() for _ in range(5)]
    assert [a["id"] for a in answers] == ["1", "2", None, "3", "4"]
    assert [a["type"] for a in answers] == ["done", "error", "error", "done", "done"]
    now_us = round(stage.clock.now() * 1e6)
    assert answers[3]["result"]["t2_us"] == answers[3]["result"]["t3_us"] == now_us
    assert answers[4]["result"]["revision"] == 1


async def test_a_message_that_is_too_long_ends_only_its_own_connection(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(f"{stage.url}/v1/ws") as socket:
        await socket.receive_json()
        await socket.send_str("x" * 70_000)
        assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    assert (await http.get(f"{stage.url}/v1/status")).status == 200


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


def narrow(address: Any) -> socket.socket:
    """A socket for which little waits unread."""
    made = socket.socket(*address[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setblocking(False)
    return made


def changed(number: int, size: int = 0) -> State:
    """A state whose change takes `size` bytes and a few to tell."""
    name = f"{number}".ljust(size, ".")
    return msgspec.structs.replace(state(1), receiver=msgspec.structs.replace(ME, name=name))


async def test_a_client_that_does_not_read_delays_nobody(
    stage: Stage, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its socket is full, its outbox bounded; the others get every change at once."""
    monkeypatch.setattr(visitor, "SEND_S", 600.0)  # it is not cut off meanwhile
    connector = aiohttp.TCPConnector(socket_factory=narrow)
    async with aiohttp.ClientSession(connector=connector) as other:
        dead = await other.ws_connect(f"{stage.url}/v1/ws")
        await dead.receive_json()
        dead._conn.protocol.pause_reading()  # type: ignore[union-attr]
        (served,), (outbox,) = stage.server._sockets, stage.hub._outboxes
        wire = served._writer.transport  # type: ignore[union-attr]
        async with http.ws_connect(f"{stage.url}/v1/ws") as live:
            await live.receive_json()

            async def tell(number: int, size: int = 0) -> None:
                stage.hub.publish(changed(number, size))
                told = await live.receive_json()
                assert (told["type"], told["revision"]) == ("change", stage.hub.revision)

            numbers = itertools.count(1)
            while not outbox._stale:
                await tell(next(numbers), 60_000)
            assert wire.get_write_buffer_size() > wire.get_write_buffer_limits()[1], "it is full"
            waits = wire.get_write_buffer_size()
            for _ in range(500):
                await tell(next(numbers))
            assert wire.get_write_buffer_size() == waits, "not a byte of it was taken"
            assert len(outbox._messages) <= LAG
            assert stage.hub.clients == 2
        dead._conn.transport.abort()  # type: ignore[union-attr]
        await until(lambda: stage.hub.clients == 0)


async def test_a_client_that_vanishes_is_forgotten(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    socket = await http.ws_connect(f"{stage.url}/v1/ws")
    await socket.receive_json()
    assert stage.hub.clients == 1
    socket._conn.transport.abort()  # type: ignore[union-attr]
    await until(lambda: stage.hub.clients == 0)


async def test_stopping_closes_the_connections(http: aiohttp.ClientSession) -> None:
    stage = Stage()
    async with stage.server.listening("127.0.0.1", 0) as port:
        socket = await http.ws_connect(f"http://127.0.0.1:{port}/v1/ws")
        await socket.receive_json()
    goodbye = await socket.receive()
    assert (goodbye.type, goodbye.data) == (aiohttp.WSMsgType.CLOSE, 1001)


def test_every_address_is_served_on_one_port() -> None:
    with listen_on("", 0) as listening:
        port = listening.getsockname()[1]
        for host in ("127.0.0.1", "::1"):
            socket.create_connection((host, port), timeout=5).close()


def test_the_schema_is_json() -> None:
    assert json.loads(json.dumps(make_schema()))["$schema"]


def test_the_schema_holds_every_command_and_message() -> None:
    schema = make_schema()
    tags = {
        part["properties"]["type"]["enum"][0]
        for part in schema["$defs"].values()
        if "type" in part.get("properties", {})
    }
    kinds = (*get_args(Command), *get_args(ServerMessage))
    assert tags >= {kind.__struct_config__.tag for kind in kinds}
    assert {"Receipt", "Transferred", "State"} <= set(schema["$defs"])


@pytest.mark.parametrize("name", ["r", "Kitchen", "kitchen"])
async def test_a_command_for_this_receiver_by_its_name_is_done_here(
    stage: Stage, http: aiohttp.ClientSession, name: str
) -> None:
    body = json.dumps({"type": "stop", "id": "c", "receiver": name})
    status, _ = await post(http, stage, body)
    assert (status, len(stage.asked), stage.forwarded) == (200, 1, [])


async def test_a_command_for_another_receiver_is_forwarded(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    body = '{"type": "stop", "id": "c", "receiver": "Bedroom"}'
    _, answer = await post(http, stage, body)
    assert answer["result"] == {"where": "Bedroom"}
    assert stage.asked == []


async def test_a_wire_to_a_peer(stage: Stage) -> None:
    async with dialler() as dial:
        wire = await dial(Address("127.0.0.1", stage.port))
        await wire.send(b"hello")
        assert await wire.receive() == "you said hello"
        with pytest.raises(ConnectionError):
            await wire.receive()
        await wire.close()
