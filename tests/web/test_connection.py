"""Two who look at the same receiver, and a receiver that goes away and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from controller.client import Client
from tests.rig.receiver_process import ReceiverProcess
from tests.web.conftest import House, Visit
from tests.web.music import Shelf
from tests.web.people import becomes, held

pytestmark = pytest.mark.browser

FLAGS = ("--audio", "mock", "--name", "Cellar")
GONE = r"WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET"
"""The browser itself logs what the test is about."""


async def test_two_browsers_see_the_same(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    await remote.play([shelf.song("Ours"), shelf.song("Next one")])
    one = (await visit(house.kitchen)).page
    two = (await visit(house.kitchen)).page
    await one.get_by_role("slider", name="Volume", exact=True).fill("33")
    await expect(two.get_by_role("slider", name="Volume", exact=True)).to_have_js_property(
        "value", "33"
    )
    await two.get_by_role("button", name="Pause", exact=True).first.click()
    await expect(one.get_by_role("button", name="Play", exact=True).first).to_be_visible()
    await one.get_by_role("button", name="Next", exact=True).click()
    await expect(two.get_by_role("heading", name="Next one")).to_be_visible()
    await two.get_by_role("button", name="Mute", exact=True).click()
    await expect(one.get_by_role("button", name="Mute", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await becomes(remote, lambda state: state.volume.muted)


async def test_it_comes_back_after_the_receiver_was_restarted(
    tmp_path: Path, shelf: Shelf, visit: Visit
) -> None:
    with ReceiverProcess(tmp_path, *FLAGS) as receiver:
        port = receiver.port
        person = await visit(receiver)
        person.pardon(GONE)
        page = person.page
        async with Client("127.0.0.1", port) as client:
            await client.play(shelf.song("Lasting"))
            await client.set_volume(41)
        await expect(page.get_by_role("heading", name="Lasting")).to_be_visible()
        receiver.stop()
        await expect(page.get_by_text("Reconnecting to Cellar")).to_be_visible()
        await expect(page.get_by_role("heading", name="Lasting")).to_be_visible()
        await page.get_by_role("button", name="Mute", exact=True).click()
        messages = page.get_by_role("region", name="Messages")
        await expect(messages).to_contain_text("cannot be reached")
        mute = page.get_by_role("button", name="Mute", exact=True)
        await expect(mute).to_have_attribute("aria-pressed", "false")
    with ReceiverProcess(tmp_path, *FLAGS, "--port", str(port)) as receiver:
        await expect(page.get_by_text("Reconnecting to Cellar")).to_be_hidden()
        await expect(page.get_by_role("heading", name="Lasting")).to_be_visible()
        async with Client("127.0.0.1", port) as client:
            await client.set_volume(23)
            volume = page.get_by_role("slider", name="Volume", exact=True)
            await expect(volume).to_have_js_property("value", "23")
            await page.get_by_role("button", name="Mute", exact=True).click()
            await becomes(client, lambda state: state.volume.muted)
        await person.leave()


async def test_it_wakes_when_somebody_looks_again(tmp_path: Path, visit: Visit) -> None:
    """A connection that is dead without a word, as after sleep: looking at the page finds out."""
    with ReceiverProcess(tmp_path, *FLAGS) as receiver:
        person = await visit(receiver)
        person.pardon(GONE)
        page = person.page
        await expect(page.get_by_role("heading", name="Nothing is playing")).to_be_visible()
        with held(receiver):
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            await expect(page.get_by_text("Reconnecting to Cellar")).to_be_visible()
        await expect(page.get_by_text("Reconnecting to Cellar")).to_be_hidden()
        await page.get_by_role("button", name="Mute", exact=True).click()
        mute = page.get_by_role("button", name="Mute", exact=True)
        await expect(mute).to_have_attribute("aria-pressed", "true")
        await person.leave()
