"""Two rooms: what was begun for one of them goes there, whichever is shown by then."""

from __future__ import annotations

import asyncio
import base64
import re

import pytest
from playwright.async_api import Page, Route, expect

from controller.client import Client
from receiver.model.state import Tags
from receiver.protocol.commands import Entry
from tests.web.conftest import House, Visit, fresh
from tests.web.music import Shelf, song
from tests.web.people import becomes, held, plays, queued
from tests.web.test_cast import DROP

pytestmark = pytest.mark.browser

TITLES = ["First", "Second", "Third"]


@fresh
async def page(house: House, remote: Client, bedside: Client, shelf: Shelf, visit: Visit) -> Page:
    """The kitchen's, where three songs are in the queue, of which the first is paused."""
    await remote.play([Entry(shelf.song(name), tags=Tags(name)) for name in TITLES], paused=True)
    page = (await visit(house.kitchen, "/#speakers", viewport={"width": 1280, "height": 800})).page
    await expect(page.get_by_role("region", name="Queue").get_by_role("listitem")).to_have_count(3)
    return page


async def control(page: Page, name: str) -> None:
    """Have another speaker shown; no music moves."""
    room = page.get_by_role("region", name="Speakers").get_by_role("listitem").filter(has_text=name)
    await room.get_by_role("button", name=re.compile("^Control")).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def test_an_undo_is_for_where_it_was_done(
    page: Page, remote: Client, bedside: Client
) -> None:
    await page.get_by_role("button", name="Remove Second", exact=True).click()
    await queued(remote, ["First", "Third"])
    await page.get_by_role("button", name="Clear", exact=True).click()
    await queued(remote, ["First"])
    await control(page, "Bedroom")
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_have_count(2)
    await undo.last.click()
    await queued(remote, ["First", "Third"])
    await undo.click()
    await queued(remote, TITLES)
    assert not await bedside.queue.items()


async def test_a_file_plays_where_it_was_dropped(
    page: Page, remote: Client, bedside: Client
) -> None:
    """However long it is on its way."""
    moved = asyncio.Event()

    async def slowly(route: Route) -> None:
        await moved.wait()
        await route.continue_()

    await page.route(re.compile(r"/v1/uploads\?name="), slowly)
    await page.evaluate(DROP, [["late.ogg", base64.b64encode(song("TITLE=Late")).decode()]])
    await expect(page.get_by_role("button", name="Cancel late.ogg")).to_be_visible()
    await control(page, "Bedroom")
    moved.set()
    await plays(remote, "Late")
    assert not await bedside.queue.items()


async def test_a_volume_is_for_the_speaker_that_was_shown(
    page: Page, house: House, remote: Client, bedside: Client
) -> None:
    """One that waits for the answer to the one before."""
    volume = page.get_by_role("region", name="Playing").get_by_role(
        "slider", name="Volume", exact=True
    )
    await expect(volume).to_have_js_property("value", "50")
    with held(house.kitchen):
        await volume.fill("40")
        await volume.fill("30")
        await control(page, "Bedroom")
    await becomes(remote, lambda state: state.volume.percent == 30)
    assert (await bedside.status()).volume.percent == 50


async def test_the_queue_is_that_of_the_speaker_that_is_shown(
    page: Page, house: House, bedside: Client, shelf: Shelf
) -> None:
    """Not that of the one before, until the other has come."""
    await bedside.play([Entry(shelf.song("Lullaby"), tags=Tags("Lullaby"))], paused=True)
    rows = page.get_by_role("region", name="Queue").get_by_role("listitem")
    await expect(page.get_by_role("region", name="Speakers")).to_contain_text("Lullaby")
    with held(house.kitchen):
        await control(page, "Bedroom")
        await expect(rows).to_have_count(0)
    await expect(rows).to_contain_text(["Lullaby"])
