"""Parts of the page that did not come at first, and a connection that is slow to come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from controller.client import Client
from tests.rig.chromium import Person
from tests.web.conftest import House, Visit
from tests.web.people import Owner

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 800}
FAILED = "ERR_FAILED"
"""The browser itself logs what the test is about."""
SILENT = """
    window.opened = 0;
    window.WebSocket = class { constructor() { window.opened += 1; } close() {} send() {} };
    const later = window.setTimeout;
    window.setTimeout = (run, ms, ...rest) => ms >= 5000 ? 0 : later(run, ms, ...rest);
"""
"""Nobody is reached, and no attempt is ever given up."""


BUSY = """
    const later = window.setTimeout;
    window.setTimeout = (run, ms, ...rest) => ms === 1500 ? 0 : later(run, ms, ...rest);
"""
"""There is never time to fetch what is not looked at."""


def without(path: str) -> Callable[[Person], Awaitable[None]]:
    """A file does not come until the page is opened anew, as where a browser keeps in mind what did
    not come: those of today ask again, those of some years ago do not.
    """

    async def prepare(person: Person) -> None:
        person.pardon(FAILED)
        await person.context.add_init_script(BUSY)
        opened = 0

        async def count(route: Route) -> None:
            nonlocal opened
            opened += route.request.is_navigation_request()
            await route.fallback()

        async def fail(route: Route) -> None:
            await (route.abort() if opened < 2 else route.continue_())

        await person.context.route(f"**{path}", fail)
        await person.context.route("**/*", count)

    return prepare


@pytest.mark.parametrize(
    ("view", "path"),
    [("History", "/views/history.js"), ("Queue", "/lib/reorder.js")],
)
async def test_a_view_that_did_not_come_is_asked_for_again(
    house: House, remote: Client, visit: Visit, view: str, path: str
) -> None:
    """When somebody goes there again."""
    page = (await visit(house.kitchen, viewport=PHONE, prepare=without(path))).page
    tabs = page.get_by_role("navigation")
    await tabs.get_by_role("link", name=view).click()
    await expect(page.get_by_role("region", name="Messages")).to_contain_text("cannot be reached")
    await tabs.get_by_role("link", name="Playing").click()
    await expect(page.get_by_role("region", name="Playing")).to_be_visible()
    await tabs.get_by_role("link", name=view).click()
    seen = page.get_by_role("region", name=view).get_by_role("heading", level=2)
    await expect(seen).to_be_visible()


async def test_the_way_in_that_did_not_come_is_asked_for_again(owner: Owner, visit: Visit) -> None:
    """With the code that came with the address."""
    opened = await owner.command("pairings.open", role="member")
    link = f"/#pair={opened['code']}"
    page = (await visit(owner.receiver, link, prepare=without("/views/pairing.js"))).page
    await expect(page.get_by_text("The speaker cannot be reached just now.")).to_be_visible()
    await page.get_by_role("button", name="Try now").click()
    await expect(page.get_by_role("region", name="Playing")).to_be_visible()
    assert "pair=" not in page.url


async def test_try_now_does_not_wait_for_the_attempt_before(house: House, visit: Visit) -> None:
    page = (await visit(house.kitchen, prepare=never_answered)).page
    now = page.get_by_role("button", name="Try now")
    await expect(now).to_be_visible()
    tried = await now.evaluate(
        "button => { const before = opened; button.click(); return opened - before; }"
    )
    assert tried == 1
    assert await page.evaluate("document.documentElement.dataset.status") == "connecting"


async def never_answered(person: Person) -> None:
    """See `SILENT`."""
    await person.context.add_init_script(SILENT)
