"""Files that come in and go out, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from receiver.clock.mock import MockClock
from receiver.model.trust import Trusted
from receiver.protocol import commands as c
from receiver.protocol.limits import UPLOADS_PATH
from receiver.server.door import Door
from receiver.server.hub import Hub
from receiver.server.uploads import MOST_AT_ONCE, PIECE, PIECE_S, _plain
from receiver.store.uploads import Bounds, Uploads
from receiver.trust.house_rules import MOST_ADDED
from tests.server.open_house import House, head_of
from tests.server.serving import serving
from tests.server.test_hub import state
from tests.trust.doors import CODE, doorkeeper

SONG = b"OggS" + bytes(range(256)) * 1500
OGG = {"Content-Type": "application/ogg"}


async def bring(
    http: aiohttp.ClientSession,
    url: str,
    body: Any = SONG,
    name: str = "mix.ogg",
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """The status and the answer."""
    answer = await http.post(
        url + UPLOADS_PATH, params={"name": name}, data=body, headers={**OGG, **(headers or {})}
    )
    return answer.status, await answer.json()


class Got(NamedTuple):
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def fetch(
    http: aiohttp.ClientSession, url: str, headers: Mapping[str, str] | None = None
) -> Got:
    """What is at an address."""
    async with http.get(url, headers=headers) as answer:
        return Got(answer.status, answer.headers, await answer.read())


def files(house: House) -> list[Path]:
    folder = house.uploads._folder
    return [path for path in folder.iterdir() if path.is_file()]


# --- in and out -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/ogg", "audio/ogg"])
async def test_what_was_brought_is_given(
    house: House, http: aiohttp.ClientSession, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    status, answer = await bring(
        http, house.url, name="Mix é & 1.ogg", headers={"Content-Type": kind}
    )
    assert status == 200
    assert answer["url"].startswith(f"{house.url}{UPLOADS_PATH}/")
    assert answer["url"].endswith("/Mix%20%C3%A9%20%26%201.ogg")
    got = await fetch(http, answer["url"])
    assert (got.status, got.body) == (200, SONG)
    assert not caplog.records
    assert house.uploads.file_of(answer["url"]) is not None


async def test_a_part_of_it_is_given(house: House, http: aiohttp.ClientSession) -> None:
    _, answer = await bring(http, house.url)
    size = len(SONG)
    for wanted, first, last in (
        ("bytes=5-", 5, size - 1),
        ("bytes=100-199", 100, 199),
        ("bytes=-10", size - 10, size - 1),
        (f"bytes=7-{size + 9}", 7, size - 1),
    ):
        got = await fetch(http, answer["url"], {"Range": wanted})
        assert (got.status, got.body) == (206, SONG[first : last + 1])
        assert got.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert got.headers["ETag"].startswith('"')
    got = await fetch(http, answer["url"], {"Range": f"bytes={size}-"})
    assert (got.status, got.headers["Content-Range"]) == (416, f"bytes */{size}")
    for odd in ("bytes=9-1", "bytes=0-1,3-4", "lines=1-2", "bytes=-"):
        got = await fetch(http, answer["url"], {"Range": odd})
        assert (got.status, got.body) == (200, SONG)
    for tag, status in ((got.headers["ETag"], 206), ('"other"', 200)):
        got = await fetch(http, answer["url"], {"Range": "bytes=0-9", "If-Range": tag})
        assert got.status == status
    told = await http.head(answer["url"])
    assert (told.status, told.headers["Content-Length"]) == (200, str(size))
    assert told.headers["Accept-Ranges"] == "bytes"


async def test_a_browser_neither_shows_nor_runs_it(
    house: House, http: aiohttp.ClientSession
) -> None:
    _, answer = await bring(http, house.url, b"<script>alert(1)</script>OggS", "evil.html")
    got = await fetch(http, answer["url"])
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"] == "attachment"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Access-Control-Allow-Origin" not in got.headers


async def test_no_other_address_leads_to_a_file(house: House, http: aiohttp.ClientSession) -> None:
    await bring(http, house.url)
    (path,) = files(house)
    (path.parent / "secret").write_bytes(b"secret")
    for wrong in (
        f"/{'0' * 32}/mix.ogg", "/../secret", "/secret/x", "/%2e%2e%2fsecret/x", "/..%2f/x",
        f"/{path.name}.part/x", f"/{path.name}", f"/{path.name}/a/b", "//x",
    ):  # fmt: skip
        raw = await house.raw(
            f"GET {UPLOADS_PATH}{wrong} HTTP/1.0\r\nHost: kitchen\r\n\r\n".encode()
        )
        assert head_of(raw)[0] == 404
        assert b"secret" not in raw.partition(b"\r\n\r\n")[2].replace(b"/secret", b"")


async def test_the_most_is_told_before(house: House, http: aiohttp.ClientSession) -> None:
    answer = await http.get(house.url + UPLOADS_PATH)
    assert await answer.json() == {"most_bytes": 1_000_000}


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "name", "status", "code"),
    [
        (bytes(1_000_001), "long.ogg", 413, "too_large"),
        (b"", "empty.ogg", 415, "unsupported_format"),
        (b"ID3" + bytes(1000), "song.mp3", 415, "unsupported_format"),
        (SONG, "", 400, "bad_request"),
        (SONG, "..", 400, "bad_request"),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_a_reason(
    house: House, http: aiohttp.ClientSession, body: bytes, name: str, status: int, code: str
) -> None:
    got, answer = await bring(http, house.url, body, name)
    assert (got, answer["code"]) == (status, code)
    assert not name or name == ".." or name in answer["message"] or code == "too_large"
    assert house.uploads.coming == 0
    assert files(house) == []


async def test_a_playlist_is_taken(house: House, http: aiohttp.ClientSession) -> None:
    status, _ = await bring(http, house.url, b"#EXTM3U\nhttp://radio.example/a.ogg\n", "a.m3u")
    assert status == 200


async def test_what_tells_no_length_is_bounded_too(
    house: House, http: aiohttp.ClientSession
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield SONG
        while True:
            yield bytes(100_000)

    with_reason = await bring(http, house.url, endless())
    assert (with_reason[0], with_reason[1]["code"]) == (413, "too_large")
    assert files(house) == []


async def test_no_room_is_told(house: House, http: aiohttp.ClientSession) -> None:
    house.uploads._free_bytes = lambda _: 0
    status, answer = await bring(http, house.url)
    assert (status, answer["code"]) == (507, "no_room")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a.ogg", "a.ogg"), ("/etc/passwd", "passwd"), ("C:\\music\\a.ogg", "a.ogg"),
        ("../../a.ogg", "a.ogg"), ("a\r\nb\x00.ogg", "ab.ogg"), ("  a ", "a"), (".a", ".a"),
        ("\u202egpj.ogg", "gpj.ogg"), ("é" * 300, "é" * 100), ("\udcff.ogg", ".ogg"),
    ],
)  # fmt: skip
def test_names_are_names_only(name: str, plain: str) -> None:
    assert _plain(name) == plain


# --- how it comes in ------------------------------------------------------------------------


async def until_coming(house: House, count: int) -> None:
    while house.uploads.coming != count:
        await asyncio.sleep(0.001)


async def test_it_is_on_the_disk_as_it_comes_and_not_in_memory(
    house: House, http: aiohttp.ClientSession
) -> None:
    go = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield SONG[: 2 * PIECE]
        await go.wait()
        yield SONG[2 * PIECE :]

    async with asyncio.TaskGroup() as tasks:
        bringing = tasks.create_task(bring(http, house.url, slowly()))
        await until_coming(house, 1)
        while [path.stat().st_size for path in files(house)] != [2 * PIECE]:
            await asyncio.sleep(0.001)
        go.set()
    assert bringing.result()[0] == 200


async def test_who_goes_in_the_middle_leaves_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(_head(1000) + b"OggS")
    await until_coming(house, 1)
    writer.transport.abort()
    await until_coming(house, 0)
    while house.connections or files(house):
        await asyncio.sleep(0.001)
    assert not caplog.records


async def test_each_piece_has_its_time(house: House) -> None:
    """A slow one is taken, as long as it comes on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(_head(3 * PIECE))
    for number in range(2):
        await house.clock.advance(PIECE_S - 1)
        writer.write(SONG[:PIECE])
        while sum(path.stat().st_size for path in files(house)) < (number + 1) * PIECE:
            await asyncio.sleep(0.001)
    writer.write(b"x")
    while house.clock.next_due is None:
        await asyncio.sleep(0.001)
    await house.clock.advance(PIECE_S)
    assert (await reader.readline()).split()[1] == b"408"
    assert files(house) == []
    writer.transport.abort()


async def test_a_few_come_in_at_a_time(house: House, http: aiohttp.ClientSession) -> None:
    writers = []
    for _ in range(MOST_AT_ONCE):
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(_head(1000) + b"OggS")
        writers.append(writer)
    await until_coming(house, MOST_AT_ONCE)
    status, answer = await bring(http, house.url)
    assert (status, answer["code"]) == (429, "too_many")
    for writer in writers:
        writer.transport.abort()
    await until_coming(house, 0)
    assert (await bring(http, house.url))[0] == 200


async def test_who_takes_no_more_is_given_no_more(
    house: House, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    _, answer = await bring(http, house.url, SONG + bytes(600_000))
    await http.close()
    path = answer["url"].removeprefix(house.url)
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(20):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: kitchen\r\n\r\n".encode())
    while "_give" not in str(asyncio.all_tasks()):
        await asyncio.sleep(0.001)
    writer.transport.abort()
    while house.connections:
        await asyncio.sleep(0.001)
    assert not caplog.records


def _head(length: int) -> bytes:
    return (
        f"POST {UPLOADS_PATH}?name=a.ogg HTTP/1.1\r\nHost: kitchen\r\n"
        f"Content-Type: application/ogg\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


# --- who may --------------------------------------------------------------------------------


class Paired:
    """A receiver on which one has to be paired."""

    def __init__(self, folder: Path) -> None:
        hub, self.clock = Hub(), MockClock()
        hub.publish(state(10))
        self.keeper = doorkeeper(self.clock, "pair", Trusted(begun=True))
        self.uploads = Uploads(folder, Bounds(1_000_000, 10_000_000, 0))
        door = Door(hub, _never, _never, self.keeper, self.clock)
        self.server = serving(hub, door, self.clock, uploads=self.uploads)
        self.url = ""

    def token(self, role: str) -> dict[str, str]:
        """For the head of a request."""
        self.keeper.open(role)  # type: ignore[arg-type]
        paired = self.keeper.carry_out(c.Pair(id="2", code=CODE, name=role.title()), None)
        return {"Authorization": f"Bearer {paired['token']}"}


def _never(*_: object) -> None:
    raise AssertionError


@pytest.fixture
async def paired(tmp_path: Path) -> AsyncIterator[Paired]:
    made = Paired(tmp_path / "uploads")
    async with made.server.listening("127.0.0.1", 0) as port:
        made.url = f"http://127.0.0.1:{port}"
        made.uploads.base = lambda: f"{made.url}/"
        yield made


async def test_strangers_bring_nothing(paired: Paired, http: aiohttp.ClientSession) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}):
        status, answer = await bring(http, paired.url, headers=headers)
        assert (status, answer["code"]) == (401, "unauthorized")
        assert (await fetch(http, paired.url + UPLOADS_PATH, headers)).status == 401
    assert not paired.uploads._folder.exists()


@pytest.mark.parametrize("role", ["owner", "member", "guest"])
async def test_who_may_add_to_the_queue_may_bring_a_file(
    paired: Paired, http: aiohttp.ClientSession, role: str
) -> None:
    status, answer = await bring(http, paired.url, headers=paired.token(role))
    assert status == 200
    got = await fetch(http, answer["url"])
    assert got.body == SONG, "receivers of the house show no token"


async def test_guests_bring_so_many_an_hour(paired: Paired, http: aiohttp.ClientSession) -> None:
    guest = paired.token("guest")
    for _ in range(MOST_ADDED):
        assert (await bring(http, paired.url, b"OggS", headers=guest))[0] == 200
    status, answer = await bring(http, paired.url, b"OggS", headers=guest)
    assert (status, answer["code"]) == (429, "too_many")
    assert "50 uploads an hour" in answer["message"]
    assert (await bring(http, paired.url, b"OggS", headers=paired.token("member")))[0] == 200


async def test_pages_of_others_bring_nothing(paired: Paired, http: aiohttp.ClientSession) -> None:
    status, answer = await bring(
        http, paired.url, headers={**paired.token("owner"), "Origin": "http://evil.example"}
    )
    assert (status, answer["code"]) == (403, "wrong_origin")
    async with http.options(
        paired.url + UPLOADS_PATH, headers={"Origin": "http://evil.example"}
    ) as asked:
        assert asked.status == 403
