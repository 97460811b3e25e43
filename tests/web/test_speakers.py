"""The house: what each speaker plays, and the music that moves from one to the other."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from controller.client import Client
from receiver.model.state import State
from tests.web.conftest import House, Visit, fresh
from tests.web.music import Shelf
from tests.web.people import becomes
from tests.web.picture import as_comment, cover

pytestmark = pytest.mark.browser


@fresh
async def page(house: House, remote: Client, bedside: Client, visit: Visit) -> Page:
    """The kitchen's, at its list of speakers."""
    page = (await visit(house.kitchen, "/#speakers")).page
    await expect(rooms(page)).to_contain_text(["Bedroom", "Kitchen"])
    return page


def rooms(page: Page) -> Locator:
    return page.get_by_role("region", name="Speakers").get_by_role("listitem")


def room(page: Page, name: str) -> Locator:
    return rooms(page).filter(has_text=name)


def playing(page: Page) -> Locator:
    return page.get_by_role("region", name="Playing").get_by_role("heading", level=2)


async def test_each_speaker_tells_what_it_plays(
    page: Page, remote: Client, bedside: Client, shelf: Shelf
) -> None:
    await expect(room(page, "Bedroom")).to_contain_text("Nothing is playing")
    await bedside.play(shelf.song("Lullaby", "The Owls"))
    await expect(room(page, "Bedroom")).to_contain_text("Lullaby")
    await bedside.pause()
    await expect(room(page, "Bedroom")).to_contain_text("Paused: Lullaby")
    await remote.play(shelf.song("Dinner"))
    await expect(room(page, "Kitchen")).to_contain_text("Dinner")


async def test_a_tap_moves_the_music_there_and_back(
    page: Page, remote: Client, bedside: Client, shelf: Shelf
) -> None:
    await remote.play([shelf.song("Wanderer"), shelf.song("Companion")])
    await room(page, "Bedroom").get_by_role("button", name=re.compile("Move here")).click()
    await becomes(bedside, lambda state: state.session.playback == "playing")
    await becomes(remote, lambda state: state.session.playback == "idle")
    assert bedside.state.session.queue.length == 2
    assert bedside.state.session.epoch > 0
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bedroom")
    await expect(playing(page)).to_have_text("Wanderer")
    await page.get_by_role("button", name="Pause", exact=True).first.click()
    await becomes(bedside, lambda state: state.session.playback == "paused")
    await page.get_by_role("button", name="Next", exact=True).click()
    await expect(playing(page)).to_have_text("Companion")
    await room(page, "Kitchen").get_by_role("button", name=re.compile("Move here")).click()
    await becomes(remote, lambda state: state.session.item is not None)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Kitchen")
    await expect(playing(page)).to_have_text("Companion")


async def test_the_cover_goes_along(
    page: Page, remote: Client, bedside: Client, shelf: Shelf
) -> None:
    """Only our own receiver is asked for pictures, and what begins there has none here."""
    art = page.locator("tone-art img.cover")
    await remote.play(shelf.song("Wanderer", "", as_comment(cover())))
    await expect(art).to_be_visible()
    await room(page, "Bedroom").get_by_role("button", name=re.compile("Move here")).click()
    await becomes(bedside, lambda state: state.session.playback == "playing")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bedroom")
    await expect(art).to_be_visible()
    await expect(art).to_have_js_property("naturalWidth", 480)
    await bedside.play(shelf.song("Companion", "", as_comment(cover())))
    await expect(playing(page)).to_have_text("Companion")
    await expect(art).to_be_hidden()


async def test_what_plays_there_is_not_replaced_unasked(
    page: Page, remote: Client, bedside: Client, shelf: Shelf
) -> None:
    await remote.play(shelf.song("Mine"))
    await bedside.play(shelf.song("Theirs"))
    await expect(room(page, "Bedroom")).to_contain_text("Theirs")
    await room(page, "Bedroom").get_by_role("button", name=re.compile("Move here")).click()
    asked = page.get_by_role("alertdialog", name="Bedroom plays something else. Replace it?")
    await expect(asked).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(asked).to_be_hidden()
    assert (await bedside.status()).session.item.tags.title == "Theirs"
    await room(page, "Bedroom").get_by_role("button", name=re.compile("Move here")).click()
    await asked.get_by_role("button", name="Replace it").click()
    await becomes(bedside, lambda state: titled(state, "Mine"))


async def test_another_speaker_is_commanded_without_moving(
    page: Page, remote: Client, bedside: Client, shelf: Shelf
) -> None:
    await bedside.play(shelf.song("Over there"))
    await room(page, "Bedroom").get_by_role("button", name=re.compile("Control")).first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bedroom")
    await expect(playing(page)).to_have_text("Over there")
    volume = page.get_by_role("region", name="Playing").get_by_role(
        "slider", name="Volume", exact=True
    )
    await volume.fill("22")
    await becomes(bedside, lambda state: state.volume.percent == 22)
    await page.get_by_role("slider", name="Position").press("ArrowRight")
    await becomes(bedside, lambda state: state.session.anchor.position_ms > 4000)
    queue = page.get_by_role("region", name="Queue")
    await expect(queue.get_by_role("listitem")).to_contain_text(["Over there"])
    assert (await remote.status()).volume.percent == 50


@pytest.mark.parametrize(("width", "then"), [(800, "Speakers"), (390, "Playing")])
async def test_the_one_that_is_shown_leads_to_what_it_plays(
    house: House, visit: Visit, width: int, then: str
) -> None:
    """On a tablet that is beside it already: the list of speakers stays."""
    size = {"width": width, "height": 800}
    page = (await visit(house.kitchen, "/#speakers", viewport=size)).page
    await room(page, "Kitchen").get_by_role("button", name=re.compile("Shown here")).click()
    await page.wait_for_url(re.compile("#playing$"))
    await expect(playing(page)).to_be_visible()
    await expect(page.get_by_role("region", name=then)).to_be_visible()
    await expect(page.get_by_role("region", name="Queue")).to_have_count(0)


SPEECHLESS = """async () => {
    const {store} = await import("/lib/speaker.js");
    store.guess({peers: {cellar: {id: "cellar", name: "Cellar", connected: true}}});
}"""
"""A speaker that has come, and has not told anything of itself."""


async def test_a_speaker_that_has_told_nothing_yet_is_listed(page: Page) -> None:
    await page.evaluate(SPEECHLESS)
    await expect(rooms(page)).to_contain_text(["Bedroom", "Cellar", "Kitchen"])
    await expect(room(page, "Cellar")).not_to_contain_text("Nothing is playing")


def titled(state: State, title: str) -> bool:
    """Whether it has this."""
    return state.session.item is not None and state.session.item.tags.title == title
