"""The way in: by a link, by a code, and out again. No token is ever in an address."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.rig.chromium import Person
from tests.web.conftest import Visit
from tests.web.people import Owner

pytestmark = pytest.mark.browser

REFUSED = r"status of 403"
"""The browser itself logs what the test is about."""


def way_in(page: Page) -> Locator:
    return page.get_by_role("heading", name="Connect to Attic")


def inside(page: Page) -> Locator:
    return page.get_by_role("region", name="Playing")


async def enter(page: Page, code: str, name: str = "") -> None:
    """Type the code, and a name, and go."""
    await page.get_by_label("Code", exact=True).fill(code)
    if name:
        await page.get_by_label("Name of this device").fill(name)
    await page.get_by_role("button", name="Connect").click()


async def tokens(page: Page) -> list[str]:
    """What the browser keeps of what lets it in."""
    kept: dict[str, str] = await page.evaluate("() => ({...localStorage})")
    return [text for text in kept.values() if len(text) >= 32]


async def nothing_told(person: Person, *secrets: str) -> None:
    """Neither these nor the token are in any address that was asked for, nor in the bar."""
    (token,) = await tokens(person.page)
    for secret in (token, *secrets):
        assert not [url for url in person.urls if secret in url]
        assert secret not in person.page.url
    history = await person.page.evaluate("history.length")
    assert history <= 2


async def test_a_code_is_typed(owner: Owner, visit: Visit) -> None:
    opened = await owner.command("pairings.open", role="member")
    person = await visit(owner.receiver)
    page = person.page
    await expect(way_in(page)).to_be_visible()
    assert await page.get_by_label("Name of this device").input_value()
    await expect(page.get_by_label("Code", exact=True)).to_be_focused()
    await enter(page, opened["code"], "Anna's phone")
    await expect(inside(page)).to_be_visible()
    pairings = (await owner.command("pairings.list"))["pairings"]
    assert [row["role"] for row in pairings if row["name"] == "Anna's phone"] == ["member"]
    await nothing_told(person, opened["code"])
    await page.reload()
    await expect(inside(page)).to_be_visible()
    await nothing_told(person, opened["code"])
    assert [said["type"] for said in person.sent].count("auth") == 2


async def test_a_link_is_opened(owner: Owner, visit: Visit) -> None:
    opened = await owner.command("pairings.open", role="member")
    person = await visit(owner.receiver, f"/#pair={opened['code']}&fp=00ff")
    await expect(inside(person.page)).to_be_visible()
    assert "pair=" not in person.page.url
    await nothing_told(person, f"pair={opened['code']}")
    await person.page.go_back()
    assert "pair=" not in person.page.url


async def test_a_wrong_code_says_how_many_tries_are_left(owner: Owner, visit: Visit) -> None:
    opened = await owner.command("pairings.open", role="member")
    person = await visit(owner.receiver)
    person.pardon(REFUSED)
    page = person.page
    await enter(page, f"{(int(opened['code']) + 1) % 1_000_000:06}")
    await expect(page.get_by_role("alert")).to_have_text("That is not the code. 4 tries are left.")
    await enter(page, "123")
    await expect(page.get_by_role("alert")).to_have_text("The code has six digits.")
    await enter(page, opened["code"])
    await expect(inside(page)).to_be_visible()


async def test_who_comes_too_late_is_told_so(owner: Owner, visit: Visit) -> None:
    opened = await owner.command("pairings.open", role="member")
    first = await visit(owner.receiver, f"/#pair={opened['code']}")
    await expect(inside(first.page)).to_be_visible()
    second = await visit(owner.receiver, f"/#pair={opened['code']}")
    second.pardon(REFUSED)
    await expect(second.page.get_by_role("alert")).to_have_text(re.compile("lets nobody new in"))
    assert not await tokens(second.page)


SILENT = "() => { window.WebSocket = class { close() {} send() {} }; }"
"""Nobody is reached any more."""


async def test_a_loss_after_pairing_is_seen(owner: Owner, visit: Visit) -> None:
    opened = await owner.command("pairings.open", role="member")
    page = (await visit(owner.receiver)).page
    await expect(way_in(page)).to_be_visible()
    await page.evaluate(SILENT)
    await enter(page, opened["code"])
    await expect(page.get_by_text("Connecting …")).to_be_visible()


async def test_who_is_revoked_is_outside_at_once(owner: Owner, visit: Visit) -> None:
    opened = await owner.command("pairings.open", role="member")
    page = (await visit(owner.receiver, f"/#pair={opened['code']}")).page
    await expect(inside(page)).to_be_visible()
    newest = (await owner.command("pairings.list"))["pairings"][-1]
    await owner.command("pairings.revoke", pairing=newest["id"])
    await expect(way_in(page)).to_be_visible()
