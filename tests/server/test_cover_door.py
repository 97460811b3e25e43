"""A cover, as a browser gets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from receiver.covers.covers import Covers
from receiver.model import reports as r
from receiver.server.cover_door import CoverDoor
from receiver.server.rules import ANSWER_HEADERS
from tests.covers.pictures import GOOD, comment
from tests.server.open_house import House, code_of


class Hung:
    """A house whose server has one cover."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[r.Report] = asyncio.Queue()
        self.covers = Covers(self.told.put_nowait)

    async def hang(self, data: bytes) -> str:
        whole = comment(data)
        self.covers.report(r.CoverPart(1, 0, len(whole), whole))
        report = await self.told.get()
        assert isinstance(report, r.Covered)
        assert report.cover is not None
        return report.cover


@pytest.fixture
async def hung(house: House) -> AsyncIterator[Hung]:
    hung = Hung()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hung.covers.run())
        yield hung
        running.cancel()


@pytest.fixture
async def url(hung: Hung, house: House) -> AsyncIterator[str]:
    """Of the server with the cover door, which needs no token."""
    house.server.add(CoverDoor(hung.covers).routes)
    async with house.server.listening("127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(("kind", "data"), GOOD.items())
async def test_it_is_given_as_what_it_is(
    hung: Hung, url: str, http: aiohttp.ClientSession, kind: str, data: bytes
) -> None:
    path = await hung.hang(data)
    async with http.get(url + path) as answer:
        assert answer.status == 200
        assert await answer.read() == data
        head = answer.headers
        assert head["Content-Type"] == kind
        assert head["X-Content-Type-Options"] == "nosniff"
        assert head["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert head["Cache-Control"].startswith("private, ")
        assert head["Cross-Origin-Resource-Policy"] == "same-origin"
        kept = set(ANSWER_HEADERS) - {"Cache-Control", "Content-Security-Policy"}
        assert all(head.getall(name) == [ANSWER_HEADERS[name]] for name in kept)
        assert len(head.getall("Content-Security-Policy")) == 1
        tag = head["ETag"]
    for known in (tag, "*", f'W/{tag}, "other"'):
        async with http.get(url + path, headers={"If-None-Match": known}) as answer:
            assert answer.status == 304
            assert answer.headers["ETag"] == tag
            assert await answer.read() == b""
    async with http.get(url + path, headers={"If-None-Match": '"other"'}) as answer:
        assert answer.status == 200
    async with http.head(url + path) as answer:
        assert answer.status == 200
        assert int(answer.headers["Content-Length"]) == len(data)


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2f..%2fetc%2fpasswd", "%00"])
async def test_what_is_not_there_is_not_found(
    hung: Hung, url: str, http: aiohttp.ClientSession, name: str
) -> None:
    await hung.hang(GOOD["image/png"])
    async with http.get(f"{url}/v1/covers/{name}") as answer:
        assert answer.status == 404
        assert await code_of(answer) == "bad_request"
        assert answer.headers["Cache-Control"] == "no-store"
