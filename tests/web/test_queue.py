"""The queue: put in order, played from, emptied, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from controller.client import Client
from receiver.model.state import Tags
from receiver.protocol.commands import Entry
from tests.web.conftest import House, Visit, fresh
from tests.web.music import Shelf
from tests.web.people import queued

pytestmark = pytest.mark.browser

TITLES = ["First", "Second", "Third"]


def rows(page: Page) -> Locator:
    return page.locator("tone-queue").get_by_role("listitem")


def current(page: Page) -> Locator:
    """The row that is marked."""
    return rows(page).and_(page.locator("[aria-current=true]"))


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


@fresh
async def page(house: House, remote: Client, shelf: Shelf, visit: Visit) -> Page:
    """One that shows three songs, of which the first is paused."""
    songs = [Entry(shelf.song(title), tags=Tags(title)) for title in TITLES]
    await remote.play(songs, paused=True)
    page = (await visit(house.kitchen, "/#queue")).page
    await expect(rows(page)).to_contain_text(TITLES)
    return page


async def test_it_shows_what_others_do(page: Page, remote: Client, shelf: Shelf) -> None:
    await expect(current(page)).to_contain_text(["First"])
    await remote.queue.add([Entry(shelf.song("Zeroth"), tags=Tags("Zeroth"))], 0)
    await expect(rows(page)).to_contain_text(["Zeroth", *TITLES])
    await remote.next()
    await expect(current(page)).to_contain_text(["Second"])


async def test_an_item_is_dragged(page: Page, remote: Client) -> None:
    handle = await button(page, "Move First").bounding_box()
    last = await rows(page).nth(2).bounding_box()
    assert handle is not None
    assert last is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x, last["y"] + last["height"] * 0.8, steps=12)
    await page.mouse.up()
    await expect(rows(page)).to_contain_text(["Second", "Third", "First"])
    await queued(remote, ["Second", "Third", "First"])


async def test_an_item_is_moved_by_keys(page: Page, remote: Client) -> None:
    handle = button(page, "Move First")
    await handle.focus()
    await page.keyboard.press("ArrowDown")
    await queued(remote, ["Second", "First", "Third"])
    await expect(page.get_by_text("First is number 2 of 3 now")).to_have_count(1)
    await expect(handle).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await queued(remote, ["Second", "Third", "First"])
    await page.keyboard.press("ArrowUp")
    await queued(remote, ["Second", "First", "Third"])


async def test_an_item_is_moved_by_taps(page: Page, remote: Client) -> None:
    await button(page, "Move Third").click()
    await button(page, "Move Third up").click()
    await queued(remote, ["First", "Third", "Second"])
    await button(page, "Move Third down").click()
    await queued(remote, TITLES)


async def test_nothing_is_moved_over_an_end(page: Page) -> None:
    """The buttons say so, and who has come there keeps the focus."""
    off, still = "aria-disabled", re.compile("true")
    await button(page, "Move First").click()
    await expect(button(page, "Move First up")).to_have_attribute(off, still)
    await expect(button(page, "Move First down")).not_to_have_attribute(off, still)
    await button(page, "Move Third").click()
    await expect(button(page, "Move Third down")).to_have_attribute(off, still)
    up = button(page, "Move Third up")
    await up.click()
    await expect(button(page, "Move Third down")).not_to_have_attribute(off, still)
    await up.click()
    await expect(up).to_have_attribute(off, still)
    await expect(up).to_be_focused()
    await expect(button(page, "Move First up")).not_to_have_attribute(off, still)


async def test_an_item_is_played_now(page: Page, remote: Client) -> None:
    await page.get_by_role("button", name="Play: Third").click()
    await expect(current(page)).to_contain_text(["Third"])
    assert (await remote.status()).session.queue.index == 2


async def test_an_item_is_removed_and_comes_back(page: Page, remote: Client) -> None:
    await button(page, "Remove Second").click()
    await expect(rows(page)).to_contain_text(["First", "Third"])
    await queued(remote, ["First", "Third"])
    await expect(page.get_by_text("Second was removed")).to_be_visible()
    await button(page, "Undo").click()
    await queued(remote, TITLES)
    await expect(rows(page)).to_contain_text(TITLES)


async def test_the_queue_is_cleared_and_comes_back(page: Page, remote: Client) -> None:
    """What plays goes on playing."""
    await button(page, "Clear").click()
    await expect(rows(page)).to_contain_text(["First"])
    await queued(remote, ["First"])
    await expect(page.get_by_text("The queue was cleared")).to_be_visible()
    await button(page, "Undo").click()
    await queued(remote, TITLES)
    await expect(rows(page)).to_contain_text(TITLES)


async def test_the_last_item_is_removed(page: Page, remote: Client) -> None:
    for title in reversed(TITLES):
        await button(page, f"Remove {title}").click()
    await queued(remote, [])
    await expect(page.get_by_text("The queue is empty")).to_be_visible()


async def test_a_long_queue_is_shown_in_parts(page: Page, remote: Client) -> None:
    many = [Entry(f"http://192.0.2.1/{n}.ogg", tags=Tags(f"Song {n}")) for n in range(1, 1001)]
    await remote.queue.add(many)
    await expect(page.get_by_text(re.compile(r"1[., ]?003 items"))).to_be_visible()
    shown = await rows(page).count()
    assert shown < 600, "not all thousand are drawn"
    await button(page, "Show more").click()
    await expect(rows(page).nth(shown)).to_be_attached()
