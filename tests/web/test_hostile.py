"""Titles are text from strangers: shown, never run, and never in the way of what is not theirs."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from controller.client import Client
from receiver.model.state import Tags
from receiver.model.text import visible
from receiver.protocol.commands import Entry
from tests.web.conftest import House, Visit
from tests.web.music import Shelf

pytestmark = pytest.mark.browser

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What turns the direction of reading, or ends that."""
HOSTILE = (
    "<script>document.title = 'ran'</script>",
    "<img src=x onerror=\"document.title = 'ran'\">",
    "<svg onload=\"document.title = 'ran'\"><a href='javascript:alert(1)'>",
    "\"'`><b onmouseover=alert(1)>",
    "${document.title = 'ran'} {title} {{7*7}} %s &amp; &#60;",
    "__proto__",
    "constructor",
    "Z" + "\u0351\u0352\u0353" * 300,
    "\N{FAMILY}\u200d\N{GIRL}" * 50,
    "a" + "\u3000" * 400 + "b",
    "\u05e9\u05dc\u05d5\u05dd (1)",
    f"\u202egpj.ton-si-siht{TURNING}",
)
LONG = "long " * 2000
"""10,000 characters, with places to break at."""
ENDLESS = "w" * 10_000
"""10,000 without."""


async def test_what_strangers_write_is_text(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    """In the tags of what plays and of what is to come. Nothing that is written there runs."""
    page = (await visit(house.kitchen)).page
    heading = page.get_by_role("region", name="Playing").get_by_role("heading", level=2)
    rows = page.get_by_role("region", name="Queue").get_by_role("listitem")
    songs = [
        Entry(shelf.song(text, text, f"ALBUM={text}"), tags=Tags(text, text, text))
        for text in HOSTILE
    ]
    await remote.play(songs, paused=True)
    for number, text in enumerate(HOSTILE):
        await expect(rows.nth(number).locator(".row-title")).to_have_text(visible(text).strip())
    for item, text in zip(await remote.queue.items(), HOSTILE, strict=True):
        await remote.queue.jump(item.id)
        await remote.pause()
        await expect(heading).to_have_text(visible(text).strip())
    await nothing_hangs_over(page)
    made = "main script, main b, main svg a, main img[src='x'], [onload], [onerror], [onmouseover]"
    await expect(page.locator(made)).to_have_count(0)


@pytest.mark.parametrize("text", [LONG, ENDLESS], ids=["words", "one word"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_ten_thousand_characters(
    house: House, remote: Client, shelf: Shelf, visit: Visit, text: str, width: int
) -> None:
    """What comes with a file is cut by the receiver; what is left is still far too long."""
    person = await visit(house.kitchen, viewport={"width": width, "height": 720})
    page = person.page
    tags = Tags(text[:1024], text[:1024], text[:1024])
    await remote.play([Entry(shelf.song(text, text, f"ALBUM={text}"), tags=tags)])
    await remote.queue.add([Entry("http://192.0.2.1/1.ogg", tags=tags)])
    heading = page.get_by_role("region", name="Playing").get_by_role("heading", level=2)
    await expect(heading).to_contain_text(text[:1000])
    await nothing_hangs_over(page)
    play = page.get_by_role("group", name="Playback").get_by_role(
        "button", name="Pause", exact=True
    )
    await expect(play).to_be_in_viewport(ratio=1)
    await page.goto("/#queue")
    await expect(page.get_by_role("button", name="Clear")).to_be_visible()
    await nothing_hangs_over(page)


async def test_the_name_of_a_file_turns_no_sentence_around(
    house: House, remote: Client, visit: Visit
) -> None:
    """The receiver takes what turns the direction of reading out of titles; an address may hide it
    in its escapes.
    """
    page = (await visit(house.kitchen)).page
    await remote.queue.add(["http://192.0.2.1/%E2%80%AEggo.gnos%E2%81%A7.ogg"])
    row = page.get_by_role("region", name="Queue").get_by_role("listitem")
    await expect(row).to_contain_text("ggo.gnos")
    await row.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("region", name="Messages")).to_contain_text("was removed")
    text = await page.locator("body").inner_text()
    labels = await page.evaluate(
        "[...document.querySelectorAll('[aria-label]')].map((e) => e.ariaLabel).join()"
    )
    assert not set(text + labels) & set(TURNING)


async def nothing_hangs_over(page: Page) -> None:
    """Nothing is to be reached by scrolling sideways."""
    wide = await page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1]
