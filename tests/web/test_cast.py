"""Music comes in: by an address, a playlist, a file."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import Locator, Page, expect

from controller.client import Client
from controller.playlist_text import write
from receiver.model.state import Entry, Tags
from receiver.protocol.limits import MAX_URL
from tests.web.conftest import House, Visit, fresh
from tests.web.music import Shelf, song
from tests.web.people import becomes, plays, queued

pytestmark = pytest.mark.browser

DROP = """(files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, body] of files) {
        const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name));
    }
    for (const type of ["dragenter", "dragover", "drop"]) {
        const how = {dataTransfer, bubbles: true, cancelable: true};
        document.body.dispatchEvent(new DragEvent(type, how));
    }
}"""


UNREADABLE = """() => {
    const gone = () => Promise.reject(new DOMException("It is gone.", "NotReadableError"));
    const {slice, text} = Blob.prototype;
    Blob.prototype.slice = function (...part) {
        return this.name === "gone.ogg" ? {text: gone} : slice.apply(this, part);
    };
    Blob.prototype.text = function () {
        return this.name === "gone.m3u" ? gone() : text.apply(this);
    };
}"""
"""Makes files of these names some that the browser may not read."""


@fresh
async def page(house: House, remote: Client, visit: Visit) -> Page:
    return (await visit(house.kitchen, "/#queue")).page


def address(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Address of a song, stream or playlist")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("form", name="Add music").get_by_role("button", name=name, exact=True)


async def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Let go of files over the page."""
    await expect(address(page)).to_be_visible()
    await page.evaluate(DROP, [[name, base64.b64encode(body).decode()] for name, body in files])


async def test_an_address_is_played(page: Page, remote: Client, shelf: Shelf) -> None:
    await address(page).fill(shelf.song("Pasted"))
    await button(page, "Play").click()
    await plays(remote, "Pasted")
    await address(page).fill(shelf.song("Entered"))
    await address(page).press("Enter")
    await plays(remote, "Entered")
    await expect(address(page)).to_have_value("")


async def test_an_address_is_added(page: Page, remote: Client, shelf: Shelf) -> None:
    await remote.play(shelf.song("Before"))
    await address(page).fill(shelf.song("Behind"))
    await button(page, "Add to queue").click()
    await expect(page.get_by_text("Added to the queue")).to_be_visible()
    assert len(await remote.queue.items()) == 2
    assert (await remote.status()).session.item.tags.title == "Before"


async def test_the_address_of_a_playlist(page: Page, remote: Client, shelf: Shelf) -> None:
    urls = [shelf.song("Side A"), shelf.song("Side B")]
    body = f"#EXTM3U\n#EXTINF:40,Side A\n{urls[0]}\n#EXTINF:40,Side B\n{urls[1]}\n"
    await address(page).fill(shelf.file("record.m3u", body.encode(), "audio/x-mpegurl"))
    await button(page, "Play").click()
    await plays(remote, "Side A")
    await queued(remote, ["Side A", "Side B"])


async def test_the_text_of_a_playlist(page: Page, remote: Client, shelf: Shelf) -> None:
    urls = [shelf.song("Line one"), shelf.song("Line two")]
    await address(page).fill("\n".join(urls))
    await button(page, "Play").click()
    await plays(remote, "Line one")
    assert [item.url for item in await remote.queue.items()] == urls


async def test_a_file_is_dropped(page: Page, remote: Client) -> None:
    await drop(page, ("one.ogg", song("TITLE=Dropped one")), ("two.ogg", song("TITLE=Dropped two")))
    await plays(remote, "Dropped one")
    await becomes(remote, lambda state: state.session.queue.length == 2)
    await remote.next()
    await plays(remote, "Dropped two")


async def test_a_file_is_chosen(page: Page, remote: Client) -> None:
    async with page.expect_file_chooser() as chosen:
        await button(page, "Choose a file").click()
    body = song("TITLE=Chosen")
    file = {"name": "Ö & <b>.ogg", "mimeType": "audio/ogg", "buffer": body}
    await (await chosen.value).set_files([file])
    await plays(remote, "Chosen")


async def test_a_playlist_is_dropped(page: Page, remote: Client, shelf: Shelf) -> None:
    url = shelf.song("Listed")
    await drop(page, ("my list.m3u8", f"#EXTM3U\n{url}\n".encode()))
    await plays(remote, "Listed")


async def test_a_queue_that_was_saved_is_dropped(page: Page, remote: Client, shelf: Shelf) -> None:
    """XSPF: an address of XML's own stands in it, and one of a picture may."""
    urls = [shelf.song(title) for title in ("Don't", "Won't")]
    text = write(".xspf", [Entry(url, Tags(title="See http://x/title")) for url in urls])
    text = text.replace("<title>", "<image>http://192.0.2.1/cover.jpg</image><title>")
    await drop(page, ("evening.xspf", text.encode()))
    await plays(remote, "Don't")
    await becomes(remote, lambda state: state.session.queue.length == 2)
    assert [item.url for item in await remote.queue.items()] == urls


async def test_an_apostrophe_belongs_to_an_address(
    page: Page, remote: Client, shelf: Shelf
) -> None:
    await address(page).fill(shelf.file("Don't.ogg", song("TITLE=Whole")))
    await button(page, "Play").click()
    await plays(remote, "Whole")


async def test_a_file_that_cannot_be_read_keeps_none_of_the_others(
    page: Page, remote: Client
) -> None:
    await page.evaluate(UNREADABLE)
    files = [("gone.ogg", b"OggS"), ("gone.m3u", b""), ("there.ogg", song("TITLE=There"))]
    await drop(page, *files)
    messages = page.get_by_role("region", name="Messages")
    await expect(messages).to_contain_text("gone.ogg cannot be read on this device.")
    await expect(messages).to_contain_text("gone.m3u cannot be read on this device.")
    await plays(remote, "There")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("not an address", "That is no web address"),
        ("ftp://example.org/a.ogg", "It begins with http:// or https://"),
        ("http://a/" + "x" * MAX_URL, "too long"),
        ("{site}/nothing-there.ogg", "404"),
        ("{site}/page.html", "Ogg Vorbis"),
    ],
)
async def test_what_cannot_be_played_says_why(
    page: Page, shelf: Shelf, typed: str, said: str
) -> None:
    shelf.file("page.html", b"<!doctype html><title>No music</title>", "text/html")
    await address(page).fill(typed.format(site=shelf.server.url("")))
    await button(page, "Play").click()
    await expect(page.get_by_role("region", name="Messages")).to_contain_text(said)


async def test_a_file_of_another_kind_is_not_even_sent(house: House, visit: Visit) -> None:
    person = await visit(house.kitchen, "/#queue")
    await drop(person.page, ("a.mp3", b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 5000))
    messages = person.page.get_by_role("region", name="Messages")
    await expect(messages).to_contain_text("a.mp3 is no Ogg file")
    assert not [url for url in person.urls if "/v1/uploads" in url]


async def test_a_damaged_file_says_so(house: House, visit: Visit) -> None:
    person = await visit(house.kitchen, "/#queue")
    person.pardon("status of 4")
    await drop(person.page, ("torn.ogg", song("TITLE=Torn")[:3000]))
    await expect(
        person.page.get_by_role("region", name="Messages").get_by_role("paragraph")
    ).to_be_visible()
