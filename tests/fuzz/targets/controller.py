"""What a controller reads: links, codes, addresses, its own files, and names of files."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from unittest import mock

from controller import lent
from controller.address import Address, looks_like_address, parse_address
from controller.keys import Key, Keys
from controller.known import Known, Memory
from controller.pair import read_code, read_link
from controller.wanted import is_playlist, is_url, path_of
from receiver.errors import BadRequest
from receiver.protocol.limits import DEFAULT_PORT
from tests.fuzz.target import Target, require


def _run_link(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    with contextlib.suppress(BadRequest):
        link = read_link(text)
        if link is not None:
            require(len(link.code) == 6 and link.code.isdecimal(), "a code has six digits")
            require(0 < link.address.port < 65536, "its port is one")
            again = read_link(f"http://{link.address}/#pair={link.code}")
            require(again == link, "it leads to the same place")
    with contextlib.suppress(BadRequest):
        code = read_code(text)
        require(len(code) == 6 and code.isascii() and code.isdecimal(), "a code has six digits")


def _run_address(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    looks_like_address(text)
    with contextlib.suppress(BadRequest):
        address = parse_address(text)
        require(0 < address.port < 65536, "its port is one")
        require(parse_address(str(address)) == address, "written, it is the same")
    is_playlist(text)
    with contextlib.suppress(BadRequest):
        require(is_url(text) or isinstance(path_of(text), str), "it is one or the other")


def _run_files(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "memory.json")
        file.write_bytes(data)
        key = Key("r", "Kitchen", "token", "owner", Address("192.0.2.1"))
        keys = Keys(str(file))
        keys.put(key)
        require(Keys(str(file)).of("r") == key, "what was put is kept")
        file.write_bytes(data)
        memory = Memory(str(file))
        known = Known("r", "Kitchen", Address("192.0.2.1", DEFAULT_PORT))
        memory.used(known)
        require(Memory(str(file)).default() == known, "what was used is remembered")


def _run_lent(data: bytes) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, {"XDG_STATE_HOME": folder}),
    ):
        file = Path(folder, "tonearm", lent.NAME)
        file.parent.mkdir()
        file.write_bytes(data)
        for url in lent.recall():
            lent.is_passing(url)
        lent.remember({"http://x/a": "/music/a.ogg"})
        require(lent.recall().get("http://x/a") == "/music/a.ogg", "what was lent is remembered")


_PLACE = {"host": "192.0.2.9", "port": 7766}
_PAIRED = {"receiver": "b", "name": "Bedroom", "token": "abc", "role": "guest", **_PLACE}
_SEEN = {"id": "b", "name": "Bedroom", **_PLACE}
_JSON = (
    *(b"null", b"[]", b"{}", b"[[[[", b'{"a":', b"true", b"NaN", b"Infinity", b"-Infinity"),
    *(b'"\\ud800"', b'"\\u0000"', b"1e999", b'"port": ', b'"host": ', b'"token": '),
)
TARGETS = (
    Target(
        "links",
        _run_link,
        (b"http://192.168.1.20:7766/#pair=123456", b"http://[fe80::1]/#pair=123%20456", b"123-456"),
        (b"://", b"#pair=", b"%31", b":", b"@", b"[", b"]", b"&pair=", "\u0663".encode(), b";"),
    ),
    Target(
        "addresses",
        _run_address,
        (b"kitchen.local:7766", b"[2001:db8::1]:80", b"fe80::1%eth0", b"file:///a%20b.m3u", b"a"),
        (b"::", b":", b"%", b"[", b"]", b"file://", b"http://", b"localhost", b".", b"65536"),
    ),
    Target(
        "controller-files",
        _run_files,
        (
            json.dumps({"pairings": [_PAIRED, {**_PAIRED, "receiver": "c"}]}).encode(),
            json.dumps({"default": "b", "receivers": [_SEEN, {**_SEEN, "id": "c"}]}).encode(),
        ),
        _JSON,
    ),
    Target(
        "lent-files",
        _run_lent,
        (json.dumps({"http://h/abcdefghijklmnopqrstuv/a.ogg": "/a.ogg"}).encode(), b"{}"),
        _JSON,
    ),
)
