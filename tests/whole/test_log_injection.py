"""What strangers send never makes a line of its own in the log, and never speaks to a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from pathlib import Path
from typing import Any

import aiohttp

from receiver.protocol.limits import COMMANDS_PATH, PEER_PATH, WEBSOCKET_PATH
from tests.rig.receiver_process import ReceiverProcess

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (debug|info|warning|error) +[^\n]+\n")
FORGED = "2026-01-01 00:00:00 info     Safe"
EVIL = f"eve\n{FORGED}\r\x1b[2J\u2028\u202e\x00\x85"
JSON = {"Content-Type": "application/json"}


async def test_whatever_is_sent_each_event_stays_one_line(tmp_path: Path) -> None:
    flags = ("--audio", "mock", "--auth", "pair", "--log-level", "debug", "--name", "Kitchen")
    with ReceiverProcess(tmp_path, *flags) as receiver:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{receiver.port}") as http:
            await _pair(http, receiver)
            await _be_a_peer(http)
        await _talk_nonsense(receiver.port)
        receiver.stop()
    log = "".join(receiver.log)
    assert all(LINE.fullmatch(line) for line in receiver.log), log
    assert not any(line.startswith(FORGED) for line in receiver.log)
    assert all(letter.isprintable() or letter == "\n" for letter in log)
    for told in ("eve\\n", "tried to pair", "is paired", "is not played"):
        assert told in log, "what is not logged is not tested"


async def _pair(http: aiohttp.ClientSession, receiver: ReceiverProcess) -> None:
    """Come in by a hostile name, and play hostile things."""

    async def say(command: dict[str, Any], token: str = "") -> dict[str, Any]:
        headers = {**JSON, "Authorization": f"Bearer {token}"} if token else JSON
        answer = await http.post(COMMANDS_PATH, data=json.dumps(command), headers=headers)
        told: dict[str, Any] = await answer.json()
        return told

    while (found := re.search(r"Code: (\d{6})", "".join(receiver.log))) is None:
        await asyncio.sleep(0.01)
    code = found[1]
    wrong = "000000" if code != "000000" else "000001"
    await say({"type": "pair", "id": "1", "code": wrong, "name": EVIL})
    told = await say({"type": "pair", "id": "2", "code": code, "name": EVIL})
    token = told["result"]["token"]
    evil_url = f"http://127.0.0.1:9/{EVIL}"
    plain_url = "ftp://eve.example/eve%0A%1b%5b2J" + FORGED.replace(" ", "%20")
    tags = {"title": EVIL, "artist": EVIL}
    for url in (evil_url, plain_url):
        entry = {"url": url, "tags": tags}
        await say({"type": "play", "id": "3", "items": [entry], "by": EVIL}, token)
    await say({"type": "transfer", "id": "4", "to": EVIL}, token)
    await say({"type": "stop", "id": "5", "receiver": EVIL}, token)
    await say({"type": EVIL, "id": EVIL, EVIL: EVIL}, token)


async def _be_a_peer(http: aiohttp.ClientSession) -> None:
    """Say hostile things where receivers speak with each other, and where controllers do."""
    hello = {"receiver": EVIL, "name": EVIL, "version": EVIL, "port": 9, "instance": EVIL}
    short = {"receiver": "eve", "name": EVIL, "version": "0", "port": 9, "instance": "1"}
    for path in (PEER_PATH, WEBSOCKET_PATH):
        for said in ({"type": "hello", **hello}, {"type": "hello", **short}, {"type": EVIL}):
            async with http.ws_connect(path) as socket:
                await socket.send_str(json.dumps(said))
                await socket.send_str(EVIL)
                await socket.close(code=1000, message=EVIL.encode()[:100])


async def _talk_nonsense(port: int) -> None:
    """Heads that are hostile."""
    evil = EVIL.encode()
    for head in (
        evil,
        b"GET /" + evil + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: " + evil + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: \x1b[2J" + evil[:3] + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + evil + b": x\r\n\r\n",
        b"GET /v1/status HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer \x1b[2J\r\n\r\n",
        b"\x16\x03\x01" + evil,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
