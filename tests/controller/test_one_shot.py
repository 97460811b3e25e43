"""One command over one connection."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from controller import one_shot
from controller.address import Address
from receiver.errors import BadRequest, NoReceiver, NotSeekable
from receiver.protocol import commands as c
from tests.controller.fake_receiver import FakeReceiver


async def test_a_command_is_carried_out(receiver: FakeReceiver) -> None:
    address = Address(receiver.host, receiver.port)
    result = await asyncio.to_thread(one_shot.send, address, "volume", {"by": -5})
    assert result["volume"]["percent"] == 45
    assert receiver.state.volume.percent == 45


async def test_the_status_is_the_state_message(receiver: FakeReceiver) -> None:
    address = Address(receiver.host, receiver.port)
    status = await asyncio.to_thread(one_shot.fetch_status, address)
    assert status["revision"] == receiver.revision
    assert status["state"]["receiver"]["name"] == "Kitchen"


async def test_an_error_comes_out_as_the_class_of_its_code(receiver: FakeReceiver) -> None:
    receiver.refuses[c.Seek] = NotSeekable("This stream is live.", live=True)
    address = Address(receiver.host, receiver.port)
    with pytest.raises(NotSeekable, match="live") as caught:
        await asyncio.to_thread(one_shot.send, address, "seek", {"by_ms": 10})
    assert caught.value.detail == {"live": True}


async def test_the_receiver_judges_the_fields(receiver: FakeReceiver) -> None:
    address = Address(receiver.host, receiver.port)
    with pytest.raises(BadRequest, match="loudness"):
        await asyncio.to_thread(one_shot.send, address, "volume", {"loudness": 11})


async def test_nobody_there(receiver: FakeReceiver) -> None:
    await receiver.vanish()
    address = Address(receiver.host, receiver.port)
    with pytest.raises(NoReceiver, match=rf"{receiver.port} \(Connection refused\).*discover"):
        await asyncio.to_thread(one_shot.send, address, "pause")


async def test_no_answer(receiver: FakeReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_shot, "ANSWER_SECONDS", 0.05)
    receiver.ignores.add(c.Pause)
    address = Address(receiver.host, receiver.port)
    with pytest.raises(NoReceiver, match="in time"):
        await asyncio.to_thread(one_shot.send, address, "pause")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\n\r\n[1]",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 200_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (one_shot.MAX_ANSWER_BYTES + 1),
    ],
)
async def test_something_else_answers(answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        with pytest.raises(
            NoReceiver, match=r"not a Tonearm receiver|reset|Broken pipe|closed the"
        ):
            await asyncio.to_thread(one_shot.send, address, "pause")


def test_a_name_that_is_none() -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(NoReceiver, match="not known"):
            one_shot.send(Address("nowhere.invalid"), "pause")


@pytest.fixture
def modules_after() -> Callable[[str], set[str]]:
    """The names of all modules a fresh Python has loaded after a statement."""

    def run(statement: str) -> set[str]:
        code = f"import sys\n{statement}\nprint(*sys.modules)"
        shown = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True
        )
        return set(shown.stdout.split())

    return run


def test_it_loads_next_to_nothing(modules_after: Callable[[str], set[str]]) -> None:
    heavy = {"asyncio", "aiohttp", "zeroconf", "numpy", "msgspec", "http.client", "email", "ssl"}
    assert not heavy & modules_after("import controller.one_shot")
