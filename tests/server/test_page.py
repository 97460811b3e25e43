"""The page, over real sockets: whole, packed, kept by browsers, and nothing besides."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.server.door import Door
from receiver.server.hub import Hub
from receiver.server.page import TYPES, Page, folder_beside, takes_gzip, without_comments
from receiver.server.rules import page_policy
from tests.server.open_house import code_of, head_of
from tests.server.serving import serving
from tests.server.test_hub import state
from tests.trust.doors import doorkeeper

INDEX = b"<!doctype html>" + b"<p>Tonearm</p>" * 100
SCRIPT = b"export const speed = 33;\n" * 100
PICTURE = b"\x89PNG" + bytes(range(256))
GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}


class Website:
    """A server with a page of our own making, on whose receiver somebody has to be paired."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "web"
        (self.folder / "lib").mkdir(parents=True)
        (self.folder / "index.html").write_bytes(INDEX)
        (self.folder / "lib" / "app.js").write_bytes(SCRIPT)
        (self.folder / "icon.png").write_bytes(PICTURE)
        (self.folder / "notes.txt").write_text("for ourselves")
        (folder / "secret.js").write_text("not for others")
        hub, clock = Hub(), MockClock()
        hub.publish(state(10))
        keeper = doorkeeper(clock, "pair")
        self.server = serving(hub, Door(hub, _never, _never, keeper, clock), clock)
        self.server._more = Page(self.folder).routes
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _never(*_: object) -> None:
    raise AssertionError


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Website]:
    site = Website(tmp_path)
    async with site.server.listening("127.0.0.1", 0) as port:
        site.port = port
        yield site


@pytest.fixture
async def raw() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who unpacks nothing."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/", INDEX, "text/html; charset=utf-8"),
        ("/lib/app.js", SCRIPT, "text/javascript; charset=utf-8"),
        ("/icon.png", PICTURE, "image/png"),
    ],
)
async def test_everybody_may_read_it(
    site: Website, raw: aiohttp.ClientSession, path: str, content: bytes, kind: str
) -> None:
    packed = await raw.get(site.url + path, headers=GZIP)
    plain = await raw.get(site.url + path, headers=PLAIN)
    assert await plain.read() == content
    body = await packed.read()
    if packed.headers.get("Content-Encoding") == "gzip":
        assert len(body) < len(content)
        body = zlib.decompress(body, wbits=31)
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert packed.headers["ETag"] != plain.headers["ETag"]
    assert body == content
    for answer in (packed, plain):
        assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["ETag"].startswith('"'), "a strong one"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_a_browser_has_is_not_sent_again(
    site: Website, raw: aiohttp.ClientSession
) -> None:
    for headers in (GZIP, PLAIN):
        tag = (await raw.get(site.url, headers=headers)).headers["ETag"]
        for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            answer = await raw.get(site.url, headers={**headers, "If-None-Match": known})
            assert (answer.status, await answer.read()) == (304, b"")
            assert answer.headers["ETag"] == tag
            assert answer.headers["Cache-Control"] == "no-cache"
            assert answer.headers["Vary"] == "Accept-Encoding"
        answer = await raw.get(site.url, headers={**headers, "If-None-Match": '"other"'})
        assert answer.status == 200


async def test_another_content_has_another_tag(
    site: Website, raw: aiohttp.ClientSession, tmp_path: Path
) -> None:
    before = (await raw.get(site.url)).headers["ETag"]
    later = Website(tmp_path / "later")
    (later.folder / "index.html").write_bytes(INDEX + b"!")
    async with later.server.listening("127.0.0.1", 0) as later.port:
        assert (await raw.get(later.url)).headers["ETag"] != before


async def test_head_tells_the_same_without_a_body(
    site: Website, raw: aiohttp.ClientSession
) -> None:
    got = await raw.get(site.url, headers=GZIP)
    told = await raw.head(site.url, headers=GZIP)
    assert await told.read() == b""
    for name in ("Content-Length", "Content-Type", "Content-Encoding", "ETag", "Vary"):
        assert told.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    "path",
    [
        "/index.html/", "/notes.txt", "/lib", "/lib/", "/icon.PNG", "/../secret.js", "//icon.png",
        "/lib/../../secret.js", "/%2e%2e/secret.js", "/lib/..%2f..%2fsecret.js", "/icon.png%00",
        "/lib\\app.js", "/./icon.png", "/lib/%61pp.js/x",
    ],
)  # fmt: skip
async def test_no_other_path_leads_anywhere(site: Website, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(f"GET {path} HTTP/1.0\r\nHost: kitchen\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert head_of(answer)[0] in (400, 404)
    assert b"not for others" not in answer


async def test_a_file_that_was_taken_away_is_not_there(
    site: Website, raw: aiohttp.ClientSession
) -> None:
    assert (await raw.get(f"{site.url}/icon.png")).status == 200
    for name in ("icon.png", "lib/app.js"):
        (site.folder / name).unlink()
    assert (await raw.get(f"{site.url}/icon.png")).status == 200, "it is kept in memory"
    answer = await raw.get(f"{site.url}/lib/app.js")
    assert (answer.status, await code_of(answer)) == (404, "bad_request")


async def test_the_page_may_open_its_websocket_in_every_browser(
    site: Website, raw: aiohttp.ClientSession
) -> None:
    policy = (await raw.get(site.url)).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert f"connect-src 'self' ws://127.0.0.1:{site.port} wss://127.0.0.1:{site.port}" in policy
    assert "unsafe" not in policy
    assert "connect-src" not in page_policy("[fe80::1%;script-src]:80")


async def test_only_the_style_that_the_page_came_with_may_be_within_it(
    site: Website, raw: aiohttp.ClientSession
) -> None:
    style = "a { color: red; }"
    (site.folder / "index.html").write_text(f"<title>T</title><style>{style}</style><p>It")
    policy = (await raw.get(site.url)).headers["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in policy


def test_all_that_lies_in_our_page_is_served_and_packaged() -> None:
    folder = folder_beside("controller", "web")
    assert folder is not None
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= TYPES.keys()
    assert len(Page(folder).routes) == len(files)
    assert folder_beside("controller", "no such folder") is None
    assert folder_beside("no_such_package", "web") is None
    assert Page(None).routes == []


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        (b"/** What.\n * Why.\n */\nrun();\n", b"\n\n\nrun();\n"),
        (b"run(); // now\n  // later\nrest();", b"run(); // now\n\nrest();"),
        (b'go("http://x");\n/* a */ b();\n/* c **/\n', b'go("http://x");\n/* a */ b();\n\n'),
        (b"a { b: c; } /* d\n */\n/* open\na {}", b"a { b: c; } /* d\n */\n/* open\na {}"),
        (b"x = a\n/ b /* c */\n", b"x = a\n/ b /* c */\n"),
    ],
)
def test_comments_are_not_sent(source: bytes, sent: bytes) -> None:
    assert without_comments(source) == sent


def test_no_text_of_our_page_looks_like_a_comment() -> None:
    """One that runs over several lines could: there is none."""
    folder = folder_beside("controller", "web")
    assert folder is not None
    for path in folder.rglob("*.js"):
        odd = [line for line in path.read_text("utf-8").splitlines() if line.count("`") % 2]
        assert not [line for line in odd if not line.lstrip().startswith(("*", "//"))], path


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, GZIP;q=0.8", True),
        ("x-gzip", True), ("", False), ("identity", False), ("gzip;q=0", False),
        ("gzip; q=0.000", False), ("gzip;q=0.001", True), ("br", False),
    ],
)  # fmt: skip
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


@given(st.text())
def test_any_words_are_an_answer(accepted: str) -> None:
    assert takes_gzip(accepted) in (True, False)
