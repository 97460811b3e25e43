"""Pictures of the page, as the README shows them.

They are made into a folder that is thrown away, or, by `make screenshots`, into `docs/images`. That
there is something to be seen is looked at in both cases; the rest is for eyes.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from controller.client import Client
from receiver.model.state import Tags
from receiver.protocol.commands import Entry
from tests.web.conftest import House, Visit, fresh
from tests.web.music import Shelf
from tests.web.people import Owner, becomes
from tests.web.picture import as_comment, cover

pytestmark = pytest.mark.browser

FOLDER = os.environ.get("SCREENSHOTS", "")
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
TO_COME = [
    ("Slow Boats", "Marit Holm", 254),
    ("Paper Lanterns", "The Owls", 187),
    ("Under the Bridge Lights", "Juniper & Sons", 302),
    ("Kaffe på sängen", "Åsa Lind", 221),
    ("Five Past Midnight", "The Owls", 198),
]
SOUGHT_MS = 16_000
SOON_AFTER = re.compile(r"(1[6-9]|[2-5][0-9])[0-9]{3}")
LEAST_BYTES = 10_000
"""A picture of nothing is smaller."""


@fresh
async def evening(remote: Client, bedside: Client, shelf: Shelf) -> None:
    """Music in the kitchen, and something else in the bedroom."""
    url = shelf.song("Night Train", "The Owls", "ALBUM=Low Season", as_comment(cover()))
    first = Entry(url, tags=Tags("Night Train", "The Owls", "Low Season"))
    more = [
        Entry(f"http://192.0.2.1/{n}.ogg", tags=Tags(title, artist), duration_ms=1000.0 * seconds)
        for n, (title, artist, seconds) in enumerate(TO_COME)
    ]
    await bedside.play(shelf.song("Lullaby for Two"))
    await bedside.pause()
    await remote.play([first, *more])


PICTURES: list[tuple[str, str, dict[str, Any]]] = [
    ("phone-light", "playing", {**PHONE, "color_scheme": "light"}),
    ("phone-dark", "playing", {**PHONE, "color_scheme": "dark"}),
    ("phone-queue", "queue", {**PHONE, "color_scheme": "light"}),
    ("phone-speakers", "speakers", {**PHONE, "color_scheme": "dark"}),
    ("tablet-dark", "queue", {**TABLET, "color_scheme": "dark"}),
    ("desktop-light", "speakers", {**DESKTOP, "color_scheme": "light"}),
    ("desktop-dark", "settings", {**DESKTOP, "color_scheme": "dark"}),
]


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize(("name", "view", "options"), PICTURES, ids=[row[0] for row in PICTURES])
async def test_the_page_at_work(
    house: House, remote: Client, visit: Visit, tmp_path: Path, name: str, view: str,
    options: dict[str, Any],
) -> None:  # fmt: skip
    page = (await visit(house.kitchen, f"/#{view}", reduced_motion="reduce", **options)).page
    region = page.get_by_role("region", name=view.title())
    await expect(region.locator("h2").first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await remote.seek(SOUGHT_MS)
    await expect(page.locator("tone-seek input")).to_have_value(SOON_AFTER)
    await taken(page, name, tmp_path)


async def test_the_way_in(owner: Owner, visit: Visit, tmp_path: Path) -> None:
    page = (await visit(owner.receiver, **PHONE, color_scheme="light")).page
    await expect(page.get_by_role("heading", name="Connect to Attic")).to_be_visible()
    await taken(page, "phone-pairing", tmp_path)


@pytest.mark.usefixtures("evening")
async def test_the_cover_is_shown(house: House, remote: Client, visit: Visit) -> None:
    """By its own bytes; what is played next has none."""
    page = (await visit(house.kitchen)).page
    art = page.locator("tone-art img.cover")
    await expect(art).to_be_visible()
    await expect(art).to_have_js_property("naturalWidth", 480)
    await remote.queue.clear()
    await becomes(remote, lambda state: state.session.item is None)
    await expect(art).to_be_hidden()


async def taken(page: Page, name: str, otherwise: Path) -> None:
    """Take the picture of this name."""
    folder = Path(FOLDER) if FOLDER else otherwise
    path = folder / f"{name}.png"
    picture = await page.screenshot(animations="disabled", caret="hide")
    assert len(picture) > LEAST_BYTES
    path.write_bytes(picture)
