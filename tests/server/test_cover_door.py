"""A cover, as a browser gets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from receiver.model import reports as r
from receiver.server.rules import ANSWER_HEADERS
from tests.covers.pictures import GOOD, comment
from tests.server.open_house import House, code_of

Hang = Callable[[bytes], Awaitable[str]]


@pytest.fixture
async def hang(house: House) -> AsyncIterator[Hang]:
    """Give the house a cover; returns where it is."""

    async def hung(data: bytes) -> str:
        whole = comment(data)
        house.covers.report(r.CoverPart(1, 0, len(whole), whole))
        report = await house.reports.get()
        assert isinstance(report, r.Covered)
        assert report.cover is not None
        return house.url + report.cover

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(house.covers.run())
        yield hung
        running.cancel()


@pytest.mark.parametrize(("kind", "data"), GOOD.items())
async def test_it_is_given_as_what_it_is(
    hang: Hang, http: aiohttp.ClientSession, kind: str, data: bytes
) -> None:
    url = await hang(data)
    async with http.get(url) as answer:
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
        async with http.get(url, headers={"If-None-Match": known}) as answer:
            assert answer.status == 304
            assert answer.headers["ETag"] == tag
            assert await answer.read() == b""
    async with http.get(url, headers={"If-None-Match": '"other"'}) as answer:
        assert answer.status == 200
    async with http.head(url) as answer:
        assert answer.status == 200
        assert int(answer.headers["Content-Length"]) == len(data)


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2f..%2fetc%2fpasswd", "%00"])
async def test_what_is_not_there_is_not_found(
    house: House, hang: Hang, http: aiohttp.ClientSession, name: str
) -> None:
    await hang(GOOD["image/png"])
    async with http.get(f"{house.url}/v1/covers/{name}") as answer:
        assert answer.status == 404
        assert await code_of(answer) == "bad_request"
        assert answer.headers["Cache-Control"] == "no-store"
