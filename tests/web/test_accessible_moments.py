"""For everybody, too: what comes and goes above and within the views."""

from __future__ import annotations

import base64

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from controller.client import Client
from tests.rig.chromium import Person
from tests.web.conftest import House, Visit
from tests.web.music import Shelf, song
from tests.web.people import Owner, becomes
from tests.web.test_accessible import PHONE, VIEWS, all_can_be_hit, no_violation, opened
from tests.web.test_cast import DROP

pytestmark = pytest.mark.browser

in_both_schemes = pytest_asyncio.fixture(loop_scope="session", params=["light", "dark"])
TABLET = {"width": 800, "height": 700}
TALL = {"width": 320, "height": 3000}
"""A phone on which nothing lies below the tabs, as what is scrolled half under them does."""
PATIENT = """
    const later = window.setTimeout;
    window.setTimeout = (run, ms, ...rest) => ms >= 9000 ? 0 : later(run, ms, ...rest);
"""
"""Messages stay."""
SILENT = """async () => {
    window.WebSocket = class { close() {} send() {} };
    (await import("/lib/speaker.js")).connection.start();
}"""
"""The connection is lost, and nobody answers any more."""


@in_both_schemes
async def page(request: pytest.FixtureRequest, house: House, remote: Client, visit: Visit) -> Page:
    """The kitchen's; nothing moves, so that colours are what they are."""
    options = {"color_scheme": request.param, "reduced_motion": "reduce", "viewport": PHONE}
    return (await visit(house.kitchen, "/#queue", patiently, **options)).page


@in_both_schemes
async def settings(request: pytest.FixtureRequest, owner: Owner, visit: Visit) -> Page:
    """Those of a speaker, for an owner."""
    options = {"color_scheme": request.param, "reduced_motion": "reduce", "viewport": PHONE}
    page = await let_in(owner, visit, "owner", options)
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Attic")
    return page


async def patiently(person: Person) -> None:
    """See `PATIENT`."""
    await person.context.add_init_script(PATIENT)


async def let_in(owner: Owner, visit: Visit, role: str, options: dict[str, object]) -> Page:
    """Somebody of this role, at the settings."""
    invited = await owner.command("pairings.open", role=role)
    page = (await visit(owner.receiver, f"/#pair={invited['code']}", **options)).page
    await expect(page.get_by_role("region", name="Playing")).to_be_visible()
    await opened(page, "settings")
    return page


async def for_everybody(page: Page, phone: dict[str, int] = PHONE) -> None:
    """On a phone and on a tablet."""
    for size in (phone, TABLET):
        await page.set_viewport_size(size)
        await no_violation(page)
        await all_can_be_hit(page)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]
    await page.set_viewport_size(PHONE)


async def test_messages(page: Page, remote: Client, shelf: Shelf) -> None:
    await remote.play([shelf.song("Night Train"), shelf.song("Day Train")], paused=True)
    await page.get_by_role("button", name="Remove").last.click()
    await page.get_by_role("textbox", name="Address of a song").fill("no address")
    await page.get_by_role("button", name="Play", exact=True).first.click()
    messages = page.get_by_role("region", name="Messages")
    await expect(messages.get_by_role("button", name="Undo")).to_be_visible()
    await expect(messages).to_contain_text("That is no web address")
    await for_everybody(page)


async def test_the_banner(page: Page) -> None:
    await opened(page, "queue")
    await page.evaluate(SILENT)
    await expect(page.get_by_text("Reconnecting to Kitchen")).to_be_visible()
    await for_everybody(page)


async def test_a_file_on_its_way(page: Page) -> None:
    await opened(page, "queue")
    await page.route("**/v1/uploads?name=*", lambda _: None)
    await page.evaluate(DROP, [["late.ogg", base64.b64encode(song("TITLE=Late")).decode()]])
    await expect(page.get_by_role("progressbar", name="Sending late.ogg")).to_be_visible()
    await for_everybody(page)
    await page.get_by_role("button", name="Cancel late.ogg").click()


async def test_a_question_about_a_speaker(
    page: Page, remote: Client, bedside: Client, shelf: Shelf
) -> None:
    await remote.play(shelf.song("Mine"), paused=True)
    await bedside.play(shelf.song("Theirs"), paused=True)
    await opened(page, "speakers")
    await becomes(remote, lambda state: all(p.session.item for p in state.peers.values()))
    await page.get_by_role("button", name="Move here").click()
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await for_everybody(page)


async def test_a_code_for_a_guest(settings: Page) -> None:
    await settings.get_by_role("radio", name="Guest").check()
    await settings.get_by_role("button", name="Let somebody in").click()
    await expect(settings.get_by_role("img", name="QR code")).to_be_visible()
    await for_everybody(settings, TALL)


async def test_the_people_and_a_question_about_one(settings: Page) -> None:
    removing = settings.get_by_role("region", name="Settings").get_by_role("button", name="Remove")
    await expect(removing.first).to_be_visible()
    await for_everybody(settings, TALL)
    await removing.first.click()
    await expect(settings.get_by_role("alertdialog")).to_be_visible()
    await for_everybody(settings, TALL)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_of_a_guest(owner: Owner, shelf: Shelf, visit: Visit, scheme: str) -> None:
    await owner.command("play", items=[{"url": shelf.song(name)} for name in ("One", "Two")])
    options: dict[str, object] = {"color_scheme": scheme, "reduced_motion": "reduce"}
    page = await let_in(owner, visit, "guest", options)
    for view in VIEWS:
        await opened(page, view)
        await for_everybody(page, TALL)
