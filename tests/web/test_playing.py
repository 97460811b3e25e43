"""What plays: shown, and commanded."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from controller.client import Client
from receiver.model.state import State
from tests.web.conftest import House, Visit
from tests.web.music import SECONDS, Shelf
from tests.web.people import becomes, held

pytestmark = pytest.mark.browser

LENGTH_MS = 1000 * SECONDS


def button(page: Page, name: str) -> Locator:
    """In the view of what plays."""
    return page.get_by_role("group", name="Playback").get_by_role("button", name=name, exact=True)


def title(page: Page) -> Locator:
    return page.get_by_role("region", name="Playing").get_by_role("heading", level=2)


async def test_what_plays_is_named(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    page = (await visit(house.kitchen)).page
    view = page.get_by_role("region", name="Playing")
    await expect(title(page)).to_have_text("Nothing is playing")
    await remote.play(shelf.song("Night Train", "The Owls", "ALBUM=Rails"))
    await expect(title(page)).to_have_text("Night Train")
    await expect(view.get_by_text("The Owls \N{EN DASH} Rails")).to_be_visible()
    await expect(view.get_by_text("Added by Anna")).to_be_visible()
    await expect(page).to_have_title(re.compile("Night Train"))
    told = page.locator("[aria-live=polite]", has_text="Now playing: Night Train, The Owls")
    await expect(told).to_have_count(1)
    await remote.play(shelf.song("Day Train"))
    await expect(title(page)).to_have_text("Day Train")


async def test_what_plays_is_told_while_another_view_is_seen(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    person = await visit(house.kitchen, "/#history", viewport={"width": 390, "height": 800})
    await expect(person.page.get_by_role("region", name="History")).to_be_visible()
    for name in ("Night Train", "Day Train"):
        await remote.play(shelf.song(name))
        told = person.page.locator("[aria-live=polite]", has_text=f"Now playing: {name}")
        await expect(told).to_be_visible()
    await expect(title(person.page)).to_have_count(0)


async def test_the_position_moves_and_jumps_when_somebody_else_seeks(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    page = (await visit(house.kitchen)).page
    await remote.play(shelf.song("Moving"))
    position = page.get_by_role("slider", name="Position")
    await expect(position).to_have_attribute("max", re.compile(str(LENGTH_MS // 1000)))
    for second in (1, 2):
        spoken = re.compile(rf"^{second} seconds? of {SECONDS} seconds")
        await expect(position).to_have_attribute("aria-valuetext", spoken)
    await remote.seek(30_000)
    spoken = re.compile(rf"^3\d seconds of {SECONDS} seconds")
    await expect(position).to_have_attribute("aria-valuetext", spoken)
    await remote.pause()
    await remote.seek(12_345)
    await expect(position).to_have_js_property("value", "12345")


async def test_the_position_is_that_of_the_speaker(
    house: House, remote: Client, shelf: Shelf, visit: Visit
) -> None:
    """Asked in one breath: ours, what the page shows, ours again. It may be one tick behind."""
    page = (await visit(house.kitchen)).page
    await remote.play(shelf.song("Exact"))
    await remote.seek(10_000)
    position = page.get_by_role("slider", name="Position")
    spoken = re.compile(r"^1[1-9] seconds")
    await expect(position).to_have_attribute("aria-valuetext", spoken)
    before = remote.position_ms()
    shown = await position.evaluate(
        "range => new Promise(tell => new MutationObserver(() => tell(Number(range.value)))"
        ".observe(range, {attributes: true}))"
    )
    after = remote.position_ms()
    assert before is not None
    assert after is not None
    assert before - 100 <= shown <= after + 100


async def test_play_and_pause(house: House, remote: Client, shelf: Shelf, visit: Visit) -> None:
    page = (await visit(house.kitchen)).page
    await remote.play(shelf.song("Pausing"))
    await button(page, "Pause").click()
    await becomes(remote, lambda state: state.session.playback == "paused")
    await button(page, "Play").click()
    await becomes(remote, lambda state: state.session.playback == "playing")
    await remote.pause()
    await expect(button(page, "Play")).to_be_visible()


async def test_next_and_previous(house: House, remote: Client, shelf: Shelf, visit: Visit) -> None:
    page = (await visit(house.kitchen)).page
    await remote.play([shelf.song("First"), shelf.song("Second")])
    await expect(title(page)).to_have_text("First")
    await button(page, "Next").click()
    await expect(title(page)).to_have_text("Second")
    await remote.pause()
    await button(page, "Previous").click()
    await expect(title(page)).to_have_text("First")


async def test_shuffle_and_repeat(house: House, remote: Client, shelf: Shelf, visit: Visit) -> None:
    page = (await visit(house.kitchen)).page
    await remote.play([shelf.song("First"), shelf.song("Second")])
    shuffle = button(page, "Shuffle")
    await expect(shuffle).to_have_attribute("aria-pressed", "false")
    await shuffle.click()
    await becomes(remote, lambda state: state.session.queue.shuffle)
    await expect(shuffle).to_have_attribute("aria-pressed", "true")
    for shown, then in (("off", "all"), ("all", "one"), ("this one", "off")):
        name = "Repeat: this one" if shown == "this one" else f"Repeat: {shown}"
        await button(page, name).click()
        await becomes(remote, lambda state, then=then: state.session.queue.repeat == then)


DRAG = """(range, to) => {
    range.value = to;
    range.dispatchEvent(new Event("input"));
    return range.getAttribute("aria-valuetext");
}"""
"""Moves a slider without letting it go; gives what is read out then."""


async def test_the_seek_bar(house: House, remote: Client, shelf: Shelf, visit: Visit) -> None:
    page = (await visit(house.kitchen)).page
    await remote.play(shelf.song("Seeking"), paused=True)
    position = page.get_by_role("slider", name="Position")
    await expect(position).to_have_attribute("aria-valuetext", re.compile("^0 seconds"))
    said = await position.evaluate(DRAG, 5000)
    assert said.startswith("5 seconds"), "in the same turn: else what was is read out"
    await position.press("ArrowRight")
    await becomes(remote, lambda state: at(state) == pytest.approx(5000, abs=50))
    await position.press("ArrowLeft")
    await becomes(remote, lambda state: at(state) == pytest.approx(0, abs=50))
    box = await position.bounding_box()
    assert box is not None
    await position.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    await becomes(remote, lambda state: at(state) == pytest.approx(LENGTH_MS / 2, abs=500))


async def test_a_volume_that_is_dragged_is_smooth_and_sent_as_fast_as_it_is_taken(
    house: House, remote: Client, visit: Visit
) -> None:
    person = await visit(house.kitchen)
    page = person.page
    volume = page.get_by_role("slider", name="Volume", exact=True)
    await expect(volume).to_have_js_property("value", "50")
    box = await volume.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    seen = []
    with held(house.kitchen):
        await page.mouse.move(box["x"] + box["width"] / 2, middle)
        await page.mouse.down()
        for part in range(48, 20, -4):
            await page.mouse.move(box["x"] + box["width"] * part / 100, middle)
            seen.append(int(await volume.input_value()))
        await page.mouse.up()
        sent = [said["percent"] for said in person.sent if said["type"] == "volume"]
        assert len(sent) == 1, "the next goes when this is answered"
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)
    await becomes(remote, lambda state: state.volume.percent == seen[-1])
    await expect(volume).to_have_js_property("value", str(seen[-1]))
    sent = [said["percent"] for said in person.sent if said["type"] == "volume"]
    assert sent[1:] == [seen[-1]]


async def test_the_volume_of_somebody_else_is_shown(
    house: House, remote: Client, visit: Visit
) -> None:
    page = (await visit(house.kitchen)).page
    volume = page.get_by_role("slider", name="Volume", exact=True)
    await remote.set_volume(17)
    await expect(volume).to_have_js_property("value", "17")
    await expect(volume).to_have_attribute("aria-valuetext", "17 %")
    await volume.press("ArrowRight")
    await becomes(remote, lambda state: state.volume.percent == 18)


async def test_mute_is_seen_before_it_is_answered(
    house: House, remote: Client, visit: Visit
) -> None:
    page = (await visit(house.kitchen)).page
    mute = page.get_by_role("button", name="Mute", exact=True)
    await expect(mute).to_have_attribute("aria-pressed", "false")
    with held(house.kitchen):
        await mute.click()
        await expect(mute).to_have_attribute("aria-pressed", "true")
    await becomes(remote, lambda state: state.volume.muted)
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await mute.click()
    await becomes(remote, lambda state: not state.volume.muted)


def at(state: State) -> float:
    """Where it stands, in milliseconds."""
    anchor = state.session.anchor
    return anchor.position_ms if anchor else -1.0
