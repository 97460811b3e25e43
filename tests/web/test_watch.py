"""The watch over the pages itself: what it must see, it sees."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig.chromium import Chromium, Person
from tests.rig.http_server import HttpServer, Serving

pytestmark = pytest.mark.browser

POLICY = {"Content-Security-Policy": "default-src 'self'"}


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[HttpServer]:
    async with HttpServer() as server:
        server.serve("/favicon.ico", Serving())
        yield server


async def look(chromium: Chromium, site: HttpServer, body: str, policy: bool = False) -> Person:
    """Somebody who looks at a page with this body, until it is loaded."""
    headers = POLICY if policy else {}
    text = f"<!doctype html><title>A page</title>{body}".encode()
    site.serve("/", Serving(text, "text/html; charset=utf-8", headers=headers))
    person = await chromium.person(site.url(""))
    await person.page.goto("/")
    await person.page.evaluate("1")  # what was told until then has come
    return person


@pytest.mark.parametrize(
    ("body", "policy", "seen"),
    [
        ("<script>console.error('oops')</script>", False, "error: oops"),
        ("<script>console.warn('hm')</script>", False, "warning: hm"),
        ("<script>throw new Error('broken')</script>", False, "broken"),
        ("<script>alert('ran')</script>", False, "dialog: ran"),
        ("<script>1</script>", True, "Content Security Policy"),
        ("<p style='color: red'>", True, "Content Security Policy"),
        ("<img src='http://example.org/x.png' alt=''>", False, "asked for http://example.org/"),
        ("<img src='http://127.0.0.1:9/x.png' alt=''>", False, "asked for http://127.0.0.1:9/"),
        ("<script>new WebSocket('ws://192.0.2.1/')</script>", False, "asked for ws://192.0.2.1/"),
    ],
)
async def test_a_fault_is_seen(
    chromium: Chromium, site: HttpServer, body: str, policy: bool, seen: str
) -> None:
    person = await look(chromium, site, body, policy)
    with pytest.raises(AssertionError) as failed:
        await person.leave()
    assert seen in str(failed.value)


async def test_a_page_without_a_fault_has_none(chromium: Chromium, site: HttpServer) -> None:
    person = await look(chromium, site, "<h1>Fine</h1><script>console.log('fine')</script>")
    assert person.urls[0] == site.url("/")
    await person.leave()


async def test_what_the_test_is_about_is_pardoned(chromium: Chromium, site: HttpServer) -> None:
    person = await look(chromium, site, "<script>console.error('oops')</script>")
    person.pardon("oops")
    await person.leave()
