"""A guest at the page: what they may do, and that the page says why they may not do the rest."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Visit, fresh
from tests.web.music import Shelf
from tests.web.people import Owner, loudness, until

pytestmark = pytest.mark.browser


@fresh
async def page(owner: Owner, shelf: Shelf, visit: Visit) -> Page:
    """That of a guest, while two songs are in the queue, at a volume of 20 %."""
    await owner.command("volume", percent=20)
    songs = [{"url": shelf.song(title)} for title in ("One", "Two")]
    await owner.command("play", items=songs)
    opened = await owner.command("pairings.open", role="guest")
    page = (await visit(owner.receiver, f"/#pair={opened['code']}")).page
    await expect(page.get_by_role("heading", name="One")).to_be_visible()
    return page


async def test_what_a_guest_may_not_do_says_why(owner: Owner, page: Page) -> None:
    playback = page.get_by_role("group", name="Playback")
    for name in ("Pause", "Previous", "Shuffle", "Repeat: off"):
        await playback.get_by_role("button", name=name).click(force=True)
        notice = page.get_by_role("region", name="Messages").get_by_text("guest")
        await expect(notice.first).to_be_visible()
        await page.get_by_role("button", name="Close").first.click()
    await expect(playback.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert (await owner.state())["session"]["playback"] == "playing"


async def test_a_guest_is_as_loud_as_the_house_allows(owner: Owner, page: Page) -> None:
    volume = page.get_by_role("slider", name="Volume", exact=True)
    await expect(volume).to_have_js_property("value", "20")
    await volume.fill("30")
    await until(lambda: loudness(owner), 30)
    await volume.fill("90")
    notice = page.get_by_role("region", name="Messages")
    await expect(notice).to_contain_text("40")
    await until(volume.input_value, str(await loudness(owner)))


async def test_what_a_guest_adds_bears_their_name(owner: Owner, page: Page, shelf: Shelf) -> None:
    await page.get_by_role("textbox", name="Address of a song").fill(shelf.song("Gift"))
    await expect(page.get_by_role("form", name="Add music")).not_to_contain_text("Play")
    await page.get_by_role("button", name="Add to queue").click()
    rows = page.get_by_role("region", name="Queue").get_by_role("listitem")
    await expect(rows).to_have_count(3)
    await expect(rows.last).to_contain_text("Added by")
    item = (await owner.command("queue.list"))["items"][-1]
    assert item["added_by"]


async def test_a_guest_votes_to_skip(page: Page, owner: Owner) -> None:
    await page.get_by_role("button", name="Vote to skip").click()
    await expect(page.get_by_role("heading", name="Two")).to_be_visible()


async def test_a_guest_cannot_order_the_queue(page: Page) -> None:
    queue = page.get_by_role("region", name="Queue")
    await expect(queue.get_by_role("listitem")).to_have_count(2)
    await expect(queue.get_by_role("button", name="Move One")).to_have_count(0)
    await expect(queue.get_by_role("button", name="Remove One")).to_have_count(0)
