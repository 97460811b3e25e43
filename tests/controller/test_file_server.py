"""A local file over HTTP: all of it, parts of it, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import file_server
from controller.address import Address
from controller.file_server import (
    FileServer,
    address_for,
    address_towards,
    parse_head,
    parse_range,
)
from controller.lent_file import LentFile, Span
from receiver.errors import BadRequest, NoReceiver

HERE = Address("127.0.0.1", 7766)
PEER = Address("198.51.100.5", 7766)
FAR = file_server.ELSEWHERE[0]
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def track(tmp_path: Path) -> Path:
    path = tmp_path / "a träck #1.ogg"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
async def lent(track: Path) -> AsyncIterator[LentFile]:
    """The file, being served."""
    async with FileServer([str(track)], HERE) as server:
        yield server.files[0]


class Answer:
    """What came back."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.fields = dict(line.split(": ", 1) for line in lines)


@contextlib.asynccontextmanager
async def connection(
    url: str,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def ask(url: str, *fields: str, method: str = "GET", path: str | None = None) -> Answer:
    request = "\r\n".join([f"{method} {path or urlsplit(url).path} HTTP/1.1", *fields, "", ""])
    async with connection(url) as (reader, writer):
        writer.write(request.encode())
        return Answer(await reader.read())


async def test_the_whole_file(lent: LentFile) -> None:
    answer = await ask(lent.url)
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.fields["Content-Type"] == "audio/ogg"
    assert answer.fields["Accept-Ranges"] == "bytes"
    assert answer.fields["Content-Length"] == str(len(CONTENT))


async def test_a_part_of_it(lent: LentFile) -> None:
    answer = await ask(lent.url, "Range: bytes=10-19")
    assert (answer.status, answer.body) == (206, CONTENT[10:20])
    assert answer.fields["Content-Range"] == f"bytes 10-19/{len(CONTENT)}"


async def test_its_end(lent: LentFile) -> None:
    assert (await ask(lent.url, "rAnGe:bytes=-5")).body == CONTENT[-5:]


async def test_beyond_its_end(lent: LentFile) -> None:
    answer = await ask(lent.url, f"Range: bytes={len(CONTENT)}-")
    assert (answer.status, answer.body) == (416, b"")
    assert answer.fields["Content-Range"] == f"bytes */{len(CONTENT)}"


async def test_its_head(lent: LentFile) -> None:
    answer = await ask(lent.url, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.fields["Content-Length"] == str(len(CONTENT))
    assert not lent.fetched


async def test_nothing_else(lent: LentFile, track: Path) -> None:
    path = urlsplit(lent.url).path
    token = path.split("/")[1]
    for other in ("/", f"/{token}", f"/{token}/", f"{path}/", f"/{token}/../x", str(track), "*"):
        assert (await ask(lent.url, path=other)).status == 404
    assert (await ask(lent.url, method="POST")).status == 405


async def test_the_path_cannot_be_guessed(track: Path) -> None:
    async with FileServer([str(track)], HERE) as one, FileServer([str(track)], HERE) as two:
        tokens = {urlsplit(url).path.split("/")[1] for url in (one.files[0].url, two.files[0].url)}
    assert len(tokens) == 2
    assert min(map(len, tokens)) >= 20


@pytest.mark.parametrize("nonsense", [b"\r\n\r\n", b"\x00\xff\r\n\r\n", b"x" * 40_000])
async def test_nonsense_ends_that_connection_alone(lent: LentFile, nonsense: bytes) -> None:
    async with connection(lent.url) as (reader, writer):
        writer.write(nonsense)
        with contextlib.suppress(ConnectionError):
            await reader.read()
    assert (await ask(lent.url)).body == CONTENT


async def test_what_was_fetched_is_known(lent: LentFile) -> None:
    await ask(lent.url, "Range: bytes=-5")  # as one looks for the length
    await ask(lent.url, "Range: bytes=100-199")  # as one looks for a place to seek to
    assert not lent.fetched
    await ask(lent.url, "Range: bytes=4000-")
    await lent.wait_fetched()
    assert lent.fetched


async def test_what_is_being_fetched_is_not_yet(track: Path) -> None:
    with track.open("r+b") as file:
        file.truncate(64 * 1024 * 1024)  # more than lies in the buffers of a connection
    async with FileServer([str(track)], HERE) as server:
        (lent,) = server.files
        async with connection(lent.url) as (reader, writer):
            writer.write(f"GET {urlsplit(lent.url).path} HTTP/1.1\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(1_000_000)
            assert not lent.fetched
        assert not lent.fetched


async def test_it_ends_while_somebody_fetches(track: Path) -> None:
    with track.open("r+b") as file:
        file.truncate(64 * 1024 * 1024)
    async with contextlib.AsyncExitStack() as stack:
        async with FileServer([str(track)], HERE) as server:
            (lent,) = server.files
            reader, writer = await stack.enter_async_context(connection(lent.url))
            writer.write(f"GET {urlsplit(lent.url).path} HTTP/1.1\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert len(await reader.read()) < 64 * 1024 * 1024


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir()])
async def test_what_is_no_file_is_said_at_once(tmp_path: Path, make: object) -> None:
    path = tmp_path / "nothing.ogg"
    make(path)  # type: ignore[operator]
    with pytest.raises(BadRequest, match=r"nothing\.ogg is (no file|a folder)"):
        async with FileServer([str(path)], HERE):
            pass


async def test_a_file_that_was_removed_is_not_found(lent: LentFile, track: Path) -> None:
    await asyncio.to_thread(track.unlink)
    assert (await ask(lent.url)).status == 404


async def test_a_file_that_was_written_anew_is_not_mixed_up(lent: LentFile, track: Path) -> None:
    tag = (await ask(lent.url, "Range: bytes=0-99")).fields["ETag"]
    same = await ask(lent.url, "Range: bytes=100-", f"If-Range: {tag}")
    assert (same.status, same.body) == (206, CONTENT[100:])
    await asyncio.to_thread(track.write_bytes, CONTENT[:500])
    other = await ask(lent.url, "Range: bytes=100-", f"If-Range: {tag}")
    assert (other.status, other.body) == (200, CONTENT[:500])


async def test_several_are_told_apart(track: Path) -> None:
    other = track.with_name("b.ogg")
    await asyncio.to_thread(other.write_bytes, b"other")
    async with FileServer([str(track), str(other), str(track)], HERE) as server:
        bodies = [(await ask(file.url)).body for file in server.files]
        assert bodies == [CONTENT, b"other", CONTENT]
        assert len({file.url for file in server.files}) == 3
        await server.files[1].wait_fetched()


async def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.ogg"
    path.touch()
    async with FileServer([str(path)], HERE) as server:
        (lent,) = server.files
        assert (await ask(lent.url)).status == 200
        assert (await ask(lent.url, "Range: bytes=0-")).status == 416


def test_the_address_is_the_one_towards_the_receiver() -> None:
    assert address_towards(HERE) == "127.0.0.1"
    with pytest.raises(NoReceiver, match="no way"):
        address_towards(Address("255.255.255.255", 1))


@pytest.mark.parametrize(
    ("ways", "address"),
    [
        ({HERE: "127.0.0.1"}, "127.0.0.1"),
        ({HERE: "127.0.0.1", FAR: "192.0.2.9"}, "192.0.2.9"),
        ({HERE: "127.0.0.1", PEER: "198.51.100.9", FAR: "192.0.2.9"}, "198.51.100.9"),
        ({HERE: "127.0.0.1", PEER: "127.0.0.1", FAR: "192.0.2.9"}, "192.0.2.9"),
        ({HERE: "198.51.100.3", PEER: "127.0.0.1", FAR: "192.0.2.9"}, "198.51.100.3"),
        ({HERE: "::1"}, "::1"),
    ],
)
def test_what_a_receiver_on_this_computer_plays_others_can_fetch(
    monkeypatch: pytest.MonkeyPatch, ways: dict[Address, str], address: str
) -> None:
    def towards(receiver: Address) -> str:
        if receiver not in ways:
            raise NoReceiver("There is no way.")
        return ways[receiver]

    monkeypatch.setattr(file_server, "address_towards", towards)
    assert address_for(HERE, [PEER]) == address


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.ogg", "audio/ogg"), ("A.OGA", "audio/ogg"), ("b.flac", "audio/flac"), ("c", None)],
)
def test_the_type_by_the_suffix(name: str, expected: str | None) -> None:
    assert LentFile(name).content_type == expected or "application/octet-stream"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (None, Span(0, 100, True)),
        ("bytes=0-", Span(0, 100, True)),
        ("bytes=5-9", Span(5, 10, False)),
        ("bytes=5-5", Span(5, 6, False)),
        ("bytes=90-200", Span(90, 100, False)),
        ("bytes=-10", Span(90, 100, False)),
        ("bytes=-500", Span(0, 100, False)),
        ("bytes=-0", None),
        ("bytes=100-", None),
        ("bytes=9-5", None),
        ("bytes=-", Span(0, 100, True)),
        ("bytes=0-1,5-6", Span(0, 100, True)),
        ("pages=1-2", Span(0, 100, True)),
    ],
)
def test_ranges(text: str | None, span: Span | None) -> None:
    assert parse_range(text, 100) == span


@given(st.text(), st.integers(0, 1000))
def test_any_range_lies_within_the_file(text: str, size: int) -> None:
    for asked in (text, f"bytes={text}"):
        span = parse_range(asked, size)
        assert span is None or 0 <= span.start <= span.end <= size


@given(st.text())
def test_any_head_can_be_read(text: str) -> None:
    method, target, headers = parse_head(text)
    assert isinstance(method + target, str)
    assert all(name == name.lower() for name in headers)


def test_relative_paths_work(track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(track.parent)

    async def fetch() -> bytes:
        async with FileServer([os.path.join(".", track.name)], HERE) as server:
            return (await ask(server.files[0].url)).body

    assert asyncio.run(fetch()) == CONTENT
