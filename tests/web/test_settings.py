"""Settings: how the speaker is set, who may come in, by the role of who looks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect

from tests.rig.chromium import Person
from tests.web.conftest import House, Visit, fresh
from tests.web.people import Owner, loudness, until

pytestmark = pytest.mark.browser


async def let_in(owner: Owner, visit: Visit, role: str) -> Person:
    """Somebody of this role, at the settings."""
    opened = await owner.command("pairings.open", role=role)
    person = await visit(owner.receiver, f"/#pair={opened['code']}")
    await expect(person.page.get_by_role("region", name="Playing")).to_be_visible()
    await person.page.goto("/#settings")
    await expect(settings(person.page).get_by_role("heading", level=2)).to_be_visible()
    return person


@fresh
async def page(owner: Owner, visit: Visit) -> AsyncIterator[Page]:
    """That of an owner; what is set there is as before afterwards."""
    before = await owner.command("settings.get")
    yield (await let_in(owner, visit, "owner")).page
    kept = (
        *("name", "volume_cap", "device", "night_hours", "night_cap"),
        *("guest_volume", "guest_skips", "guest_hours"),
    )
    await owner.command("settings.set", **{key: before[key] for key in kept})


def settings(page: Page) -> Locator:
    return page.get_by_role("region", name="Settings")


async def is_set(owner: Owner, key: str, wanted: object) -> None:
    """Wait until it is so at the receiver."""

    async def now() -> object:
        return (await owner.command("settings.get"))[key]

    await until(now, wanted)


async def test_the_speaker_is_named(page: Page, owner: Owner) -> None:
    field = settings(page).get_by_label("Name", exact=True)
    await expect(field).to_have_value("Attic")
    await field.fill("Under the <roof>")
    await field.press("Enter")
    await is_set(owner, "name", "Under the <roof>")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Under the <roof>")
    await owner.command("settings.set", name="Loft")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Loft")


async def test_the_speaker_is_capped(page: Page, owner: Owner) -> None:
    await settings(page).get_by_label("Loudest volume", exact=True).fill("35")
    await is_set(owner, "volume_cap", 35)
    playing = page.get_by_role("region", name="Playing")
    volume = playing.get_by_role("slider", name="Volume", exact=True)
    await volume.fill("80")
    await until(lambda: loudness(owner), 35)
    await expect(volume).to_have_js_property("value", "35")
    await expect(playing.get_by_text("No louder than 35 %")).to_be_visible()


async def test_what_cannot_be_set_says_why(page: Page, owner: Owner) -> None:
    """A name is at most 63 bytes long; this one has fewer characters."""
    field = settings(page).get_by_label("Name", exact=True)
    await field.fill("\N{MUSICAL SYMBOL G CLEF}" * 20)
    await field.press("Enter")
    await expect(settings(page).get_by_role("alert")).to_contain_text("name")
    assert (await owner.command("settings.get"))["name"] == "Attic"
    await expect(field).to_have_value("Attic")


async def test_what_a_flag_has_set_cannot_be_changed(house: House, visit: Visit) -> None:
    page = (await visit(house.kitchen, "/#settings")).page
    field = settings(page).get_by_label("Name", exact=True)
    await expect(field).to_have_value("Kitchen")
    await expect(field).to_be_disabled()
    await expect(settings(page).get_by_text(re.compile("Set by --name")).first).to_be_visible()


async def test_the_device_is_offered(page: Page, owner: Owner) -> None:
    offered = settings(page).get_by_role("combobox", name="Sound device")
    await expect(offered).to_be_visible()
    await expect(offered.locator("option").first).to_have_text("The default one")


async def test_a_device_is_chosen(page: Page, owner: Owner) -> None:
    """What plays goes on at it."""
    offered = settings(page).get_by_role("combobox", name="Sound device")
    await offered.select_option("mock")
    await is_set(owner, "device", "mock")
    await expect(offered).to_have_value("mock")
    await offered.select_option("The default one")
    await is_set(owner, "device", "")


async def test_the_nights_are_quieter(page: Page, owner: Owner) -> None:
    night = settings(page).get_by_role("checkbox", name="Quieter at night")
    cap = settings(page).get_by_role("slider", name="Loudest volume at night")
    await night.uncheck()
    await is_set(owner, "night_hours", "")
    await expect(cap).to_be_hidden()
    await night.check()
    await is_set(owner, "night_hours", "22:00-07:00")
    await cap.fill("15")
    await is_set(owner, "night_cap", 15)
    await settings(page).get_by_label("From", exact=True).first.fill("21:30")
    await is_set(owner, "night_hours", "21:30-07:00")
    await night.uncheck()
    await is_set(owner, "night_hours", "")
    await expect(cap).to_be_hidden()


async def test_what_guests_may_do_is_set(page: Page, owner: Owner) -> None:
    region = settings(page)
    await region.get_by_role("slider", name="Loudest volume by guests").fill("40")
    await is_set(owner, "guest_volume", 40)
    skips = region.get_by_label("Votes to skip in an hour")
    await skips.fill("3")
    await skips.press("Enter")
    await is_set(owner, "guest_skips", 3)
    await region.get_by_role("checkbox", name="Only at certain hours").check()
    await is_set(owner, "guest_hours", "08:00-23:00")


async def test_an_owner_lets_a_guest_in(page: Page, owner: Owner, visit: Visit) -> None:
    """By what stands on the page: the picture says what the code does."""
    await settings(page).get_by_role("radio", name="Guest").check()
    await settings(page).get_by_role("button", name="Let somebody in").click()
    await expect(page.get_by_role("heading", name="Let in a guest")).to_be_visible()
    picture = page.get_by_role("img", name=re.compile("QR code"))
    await expect(picture).to_be_visible()
    box = await picture.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 160, "a camera sees it"
    digits = await page.locator(".digits [aria-hidden]").inner_text()
    guest = await visit(owner.receiver, f"/#pair={digits.replace(' ', '')}")
    await expect(guest.page.get_by_role("region", name="Playing")).to_be_visible()
    await expect(picture).to_be_hidden()
    await expect(page.get_by_role("region", name="Messages")).to_contain_text("came in")


async def test_an_owner_throws_somebody_out(page: Page, owner: Owner, visit: Visit) -> None:
    opened = await owner.command("pairings.open", role="member")
    other = await visit(owner.receiver)
    await other.page.get_by_label("Code", exact=True).fill(opened["code"])
    await other.page.get_by_label("Name of this device").fill("Old phone")
    await other.page.get_by_role("button", name="Connect").click()
    await expect(other.page.get_by_role("region", name="Playing")).to_be_visible()
    await page.reload()
    await settings(page).get_by_role("button", name="Remove Old phone").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    await expect(other.page.get_by_role("heading", name=re.compile("Connect to"))).to_be_visible()
    await expect(settings(page).get_by_role("button", name="Remove Old phone")).to_have_count(0)


@pytest.mark.parametrize("role", ["member", "guest"])
async def test_others_see_what_is_theirs_alone(owner: Owner, visit: Visit, role: str) -> None:
    person = await let_in(owner, visit, role)
    region = settings(person.page)
    await expect(region.get_by_text("Only an owner can change the speaker")).to_be_visible()
    await expect(region.get_by_role("button", name="Let somebody in")).to_have_count(0)
    await expect(region.get_by_label("Name", exact=True)).to_have_count(0)
    assert not [said for said in person.sent if said["type"].startswith(("settings", "pairings"))]


async def test_a_device_forgets_the_speaker(owner: Owner, visit: Visit) -> None:
    page = (await let_in(owner, visit, "member")).page
    await settings(page).get_by_role("button", name="Forget this speaker").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Forget").click()
    await expect(page.get_by_role("heading", name="Connect to Attic")).to_be_visible()
    kept: dict[str, str] = await page.evaluate("() => ({...localStorage})")
    assert not [text for text in kept.values() if len(text) >= 32]
