"""What was played, to be played again."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from controller.client import Client
from tests.web.conftest import House, Visit
from tests.web.music import Shelf
from tests.web.people import plays, queued

pytestmark = pytest.mark.browser

KEPT = 100


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="History").get_by_role("listitem")


async def test_what_plays_is_listed_at_once_the_newest_first(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    page = (await visit(house.kitchen, "/#history")).page
    for title in ("Yesterday's", "Today's"):
        await remote.play(shelf.song(title, "The Owls"))
        await expect(rows(page).first).to_contain_text(title)
    await expect(rows(page).nth(1)).to_contain_text("Yesterday's")
    await expect(rows(page).nth(1)).to_contain_text("The Owls")


async def test_it_is_played_again_or_added(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    await remote.play(shelf.song("Again"))
    await remote.play(shelf.song("Other"))
    page = (await visit(house.kitchen, "/#history")).page
    await page.get_by_role("button", name="Play Again again").click()
    await plays(remote, "Again")
    await queued(remote, ["Other", "Again"])
    await page.get_by_role("button", name="Add Other to the queue").click()
    await queued(remote, ["Other", "Again", "Other"])
    await expect(page.get_by_text("Added to the queue")).to_be_visible()


async def test_the_last_hundred_are_listed(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    await remote.play(shelf.song("The first"))
    for number in range(KEPT):
        await remote.play(shelf.song(f"Number {number}"))
    page = (await visit(house.kitchen, "/#history")).page
    await expect(rows(page)).to_have_count(KEPT)
    await expect(rows(page).first).to_contain_text(f"Number {KEPT - 1}")
    await expect(rows(page).last).to_contain_text("Number 0")
