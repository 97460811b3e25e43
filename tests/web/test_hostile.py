"""Titles are text from strangers: shown, never run, and never in the way of what is not theirs."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from controller.client import Client
from receiver.model.state import Tags
from receiver.protocol.commands import Entry
from tests.web.conftest import House, Visit
from tests.web.music import Shelf
from tests.web.people import queued

pytestmark = pytest.mark.browser

RTL_OVERRIDE = "\u202e"
ISOLATES = "\u2066\u2067\u2068"
HOSTILE = {
    "script": "<script>document.title = 'ran'</script>",
    "image": "<img src=x onerror=\"document.title = 'ran'\">",
    "svg": "<svg onload=\"document.title = 'ran'\"><a href='javascript:alert(1)'>",
    "quotes": "\"'`><b onmouseover=alert(1)>",
    "template": "${document.title = 'ran'} {title} {{7*7}} %s &amp; &#60;",
    "prototype": "__proto__",
    "constructor": "constructor",
    "combining": "Z" + "\u0351\u0352\u0353" * 300,
    "emoji": "\N{FAMILY}\u200d\N{GIRL}" * 50,
    "spaces": "a" + "\u3000" * 400 + "b",
    "right to left": "\u05e9\u05dc\u05d5\u05dd (1)",
    "override": f"{RTL_OVERRIDE}gpj.ton-si-siht{ISOLATES}",
}
LONG = "long " * 2000
"""10,000 characters, with places to break at."""
ENDLESS = "w" * 10_000
"""10,000 without."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_strangers_write_is_text(
    house: House, remote: Client, shelf: Shelf, visit: Visit, text: str
) -> None:
    """In the tags of what plays, in those of the queue, in the name of who added it."""
    page = (await visit(house.kitchen)).page
    await remote.play(Entry(shelf.song(text, text, f"ALBUM={text}"), tags=Tags(text, text, text)))
    state = await remote.status()
    shown = state.session.item.tags.title
    heading = page.get_by_role("region", name="Playing").get_by_role("heading", level=2)
    await expect(heading).to_have_text(shown, use_inner_text=False)
    await remote.queue.add([Entry("http://192.0.2.1/1.ogg", tags=Tags(text, text, text))])
    row = page.get_by_role("region", name="Queue").get_by_role("listitem").last
    await expect(row.locator(".row-title")).to_have_text(text, use_inner_text=False)
    assert (
        await page.evaluate("document.querySelectorAll('tone-queue script, b, svg a').length") == 0
    )
    await nothing_hangs_over(page)
    assert await page.title() != "ran"


@pytest.mark.parametrize("text", [LONG, ENDLESS], ids=["words", "one word"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_ten_thousand_characters(
    house: House, remote: Client, shelf: Shelf, visit: Visit, text: str, width: int
) -> None:
    """What comes with a file is cut by the receiver; what is left is still far too long."""
    person = await visit(house.kitchen, viewport={"width": width, "height": 720})
    page = person.page
    tags = Tags(text[:1024], text[:1024], text[:1024])
    await remote.play(Entry(shelf.song(text, text, f"ALBUM={text}"), tags=tags))
    await remote.queue.add([Entry("http://192.0.2.1/1.ogg", tags=tags)])
    heading = page.get_by_role("region", name="Playing").get_by_role("heading", level=2)
    await expect(heading).to_contain_text(text[:1000])
    await nothing_hangs_over(page)
    play = page.get_by_role("group", name="Playback").get_by_role("button", name="Pause")
    await expect(play).to_be_in_viewport(ratio=1)
    await page.goto("/#queue")
    await expect(page.get_by_role("button", name="Clear")).to_be_visible()
    await nothing_hangs_over(page)


async def test_an_override_turns_nothing_but_itself(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    """Each text is isolated: what stands beside it stays in order."""
    page = (await visit(house.kitchen)).page
    tags = Tags(f"{RTL_OVERRIDE}abc", f"{RTL_OVERRIDE}def")
    await remote.queue.add([Entry("http://192.0.2.1/1.ogg", tags=tags)])
    await queued(remote, [f"{RTL_OVERRIDE}abc"])
    row = page.get_by_role("region", name="Queue").get_by_role("listitem")
    for part in await row.locator(".row-title, .row-credit").all():
        assert await part.evaluate("e => getComputedStyle(e).unicodeBidi") in {
            "isolate", "plaintext", "isolate-override",
        }  # fmt: skip


async def nothing_hangs_over(page) -> None:
    """Nothing is to be reached by scrolling sideways."""
    wide = await page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1]
