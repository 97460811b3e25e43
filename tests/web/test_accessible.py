"""For everybody: at any width, in light and in dark, by the ear, the keyboard and the finger."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from controller.client import Client
from receiver.model.state import Tags
from receiver.protocol.commands import Entry
from tests.web.conftest import House, Visit, fresh
from tests.web.music import Shelf
from tests.web.people import Owner

pytestmark = pytest.mark.browser

VIEWS = ("playing", "queue", "speakers", "history", "settings")
PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 800}
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
                                                     "wcag22aa", "best-practice"]}  # fmt: skip
SMALLEST = 44
"""CSS pixels, of what is to be hit with a finger."""
TARGETS = """() => [...document.querySelectorAll(
    "button, a[href], input:not([type=hidden]), select, textarea, summary, label:has(input)")]
    .filter((element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter((element) => !element.closest("label:has(input)") || element.matches("label"))
    .map((element) => [element.outerHTML.slice(0, 120), element.getBoundingClientRect()])
    .filter(([, {width, height}]) => width > 1 && height > 1)
    .map(([text, {width, height}]) => [text, Math.min(width, height)])"""
"""What can be hit and is not hidden, and its shorter side. An input in its label is hit by that."""


@fresh
async def music(remote: Client, shelf: Shelf) -> AsyncIterator[None]:
    """Some is paused, more is in the queue."""
    first = Entry(shelf.song("Night Train", "The Owls"), tags=Tags("Night Train", "The Owls"))
    more = [Entry(f"http://192.0.2.1/{n}.ogg", tags=Tags(f"Song {n}", "Band")) for n in range(3)]
    await remote.play([first, *more], paused=True)
    yield


async def opened(page: Page, view: str) -> None:
    """Go to a view, and wait until it is there."""
    await page.goto(f"/#{view}")
    region = page.get_by_role("region", name={"playing": "Playing"}.get(view, view.title()))
    await expect(region.locator("h2").first).to_be_visible()


async def no_violation(page: Page) -> None:
    """What axe finds, in words."""
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


async def all_can_be_hit(page: Page) -> None:
    """With a finger."""
    targets = await page.evaluate(TARGETS)
    assert len(targets) > 2
    assert not [(text, side) for text, side in targets if side < SMALLEST]


@pytest.mark.usefixtures("music")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_axe_has_nothing_to_say(
    house: House, visit: Visit, scheme: str, size: dict[str, int]
) -> None:
    page = (await visit(house.kitchen, color_scheme=scheme, viewport=size)).page
    for view in VIEWS:
        await opened(page, view)
        await no_violation(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_has_nothing_to_say_on_the_way_in(
    owner: Owner, visit: Visit, scheme: str
) -> None:
    page = (await visit(owner.receiver, color_scheme=scheme)).page
    await expect(page.get_by_role("heading", name="Connect to Attic")).to_be_visible()
    await no_violation(page)
    await all_can_be_hit(page)


@pytest.mark.usefixtures("music")
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
async def test_nothing_is_too_small_or_hangs_over(house: House, visit: Visit, width: int) -> None:
    page = (await visit(house.kitchen, viewport={"width": width, "height": 700})).page
    for view in VIEWS:
        await opened(page, view)
        await all_can_be_hit(page)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, view


@pytest.mark.usefixtures("music")
async def test_nothing_moves_where_that_is_not_wanted(house: House, visit: Visit) -> None:
    page = (await visit(house.kitchen, reduced_motion="reduce")).page
    await expect(page.get_by_role("heading", name="Night Train")).to_be_visible()
    moving = await page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
            const style = getComputedStyle(element);
            const lasts = (text) => text.split(",").some((part) => parseFloat(part) > 0.01);
            const animated = style.animationName !== "none" && lasts(style.animationDuration);
            return animated || lasts(style.transitionDuration);
        }).map((element) => element.outerHTML.slice(0, 100))"""
    )
    assert not moving


@pytest.mark.usefixtures("music")
async def test_all_is_reached_by_the_keyboard(house: House, visit: Visit) -> None:
    """In the order in which it is read, with a mark on what has the focus."""
    page = (await visit(house.kitchen)).page
    await expect(page.get_by_role("heading", name="Night Train")).to_be_visible()
    reached = []
    for _ in range(40):
        await page.keyboard.press("Tab")
        name, outlined = await page.evaluate(
            """() => {
                const element = document.activeElement, style = getComputedStyle(element);
                const name = element.getAttribute("aria-label") ?? element.textContent;
                const marked = style.outlineStyle !== "none" || style.boxShadow !== "none";
                return [element === document.body ? "" : name.trim(), marked];
            }"""
        )
        if name and name in reached[:1]:
            break
        if name:
            assert outlined, f"{name} has the focus, and it cannot be seen"
            reached.append(name)
    wanted = ["Position", "Previous", "Play", "Next", "Mute", "Volume"]
    assert [name for name in reached if name in wanted][: len(wanted)] == wanted
    assert "Remove Song 2" in reached


@pytest.mark.usefixtures("music")
async def test_it_speaks_swedish(house: House, visit: Visit) -> None:
    page = (await visit(house.kitchen, locale="sv-SE")).page
    await expect(page.get_by_role("button", name="Spela", exact=True).first).to_be_visible()
    await expect(page.get_by_role("slider", name="Volym", exact=True)).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "sv"
    await no_violation(page)


@pytest.mark.usefixtures("music")
async def test_it_can_be_written_from_the_right(house: House, visit: Visit) -> None:
    """No language of ours is, but one may come: all is mirrored, and nothing hangs over."""
    page = (await visit(house.kitchen, viewport=PHONE)).page
    for view in VIEWS:
        await opened(page, view)
        await page.evaluate("document.documentElement.dir = 'rtl'")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], view
