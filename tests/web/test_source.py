"""The files of the page: small, whole, and speaking every language."""

from __future__ import annotations

import re
from collections import Counter

import aiohttp
import pytest

from receiver import errors
from tests.house.test_rules import MAX_FILE_LINES
from tests.rig.chromium import Chromium
from tests.rig.http_server import HttpServer, Serving
from tests.web.conftest import House
from tests.web.people import home
from tests.web.source import STRINGS, WEB, files, string_keys, texts, used_keys

MOST_BYTES = 60_000
NAMESPACES = {"http://www.w3.org/2000/svg"}
"""A name that looks like an address, and is never fetched."""
LANGUAGES = 2


@pytest.mark.browser
async def test_all_of_it_is_small(house: House) -> None:
    """As it is sent."""
    sizes = {}
    async with aiohttp.ClientSession(home(house.kitchen), auto_decompress=False) as session:
        for path in files():
            name = path.relative_to(WEB).as_posix()
            headers = {"Accept-Encoding": "gzip"}
            address = "/" if name == "index.html" else f"/{name}"
            async with session.get(address, headers=headers) as answer:
                assert answer.status == 200, address
                sizes[name] = len(await answer.read())
    assert 0 < sum(sizes.values()) <= MOST_BYTES, sizes


def test_no_file_is_long() -> None:
    long = [path for path, text in texts(".js", ".css") if text.count("\n") > MAX_FILE_LINES]
    assert not long


def test_nothing_leads_elsewhere() -> None:
    """A host after the slashes: in the hints of the page there is none."""
    for path, text in texts(".js", ".css", ".html", ".svg", ".webmanifest"):
        found = set(re.findall(r"""(?:https?:|["'(])//\w[\w./-]*""", text))
        assert found <= NAMESPACES, path


def test_every_module_begins_with_what_it_is() -> None:
    silent = [path for path, text in texts(".js") if not text.startswith("/**")]
    assert not silent


def test_nothing_writes_markup_or_runs_text() -> None:
    """Titles are text from strangers: nothing of ours can make anything else of them."""
    strong = re.compile(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|eval|Function|"
        r"createContextualFragment|setHTMLUnsafe|parseFromString)\b"
    )
    for path, text in texts(".js"):
        assert not strong.findall(text), path


def test_no_string_is_there_twice_or_for_nothing() -> None:
    keys = Counter(string_keys())
    assert len(keys) > 50
    assert not [key for key, times in keys.items() if times > 1]
    sources = [text for path, text in texts(".js", ".html") if path != STRINGS.name]
    built = {prefix for text in sources for prefix in re.findall(r"`([\w.]+\.)\$\{", text)}
    unused = [
        key
        for key in keys
        if not any(f'"{key}"' in text for text in sources) and not key.startswith(tuple(built))
    ]
    assert not unused


def test_every_string_that_is_asked_for_is_there() -> None:
    keys = set(string_keys())
    for path, text in texts(".js"):
        assert used_keys(text) <= keys, path


def test_the_errors_that_have_words_are_errors() -> None:
    known = {kind.code for kind in vars(errors).values() if hasattr(kind, "code")}
    own = {"offline", "state_lost", "crashed"}
    worded = {key.removeprefix("error.") for key in string_keys() if key.startswith("error.")}
    assert worded <= known | own


@pytest.mark.browser
async def test_every_string_is_there_in_every_language(chromium: Chromium) -> None:
    async with HttpServer() as site:
        text = STRINGS.read_text("utf-8").replace("const STRINGS =", "export const STRINGS =")
        site.serve("/strings.js", Serving(text.encode(), "text/javascript; charset=utf-8"))
        site.serve("/", Serving(b"<!doctype html><link rel=icon href='data:,'>", "text/html"))
        person = await chromium.person(site.url(""))
        await person.page.goto("/")
        rows = await person.page.evaluate("async () => (await import('/strings.js')).STRINGS")
        await person.leave()
    assert list(rows) == string_keys()
    for key, row in rows.items():
        assert len(row) == LANGUAGES, key
        assert all(forms(text) for text in row), key
        assert len({names(text) for text in row}) == 1, f"{key}: not the same {{names}}"
        assert len({isinstance(text, str) for text in row}) == 1, f"{key}: one has a plural"


def forms(text: str | dict[str, str]) -> list[str]:
    """The wordings of a string: one, or one for each plural. None where one is blank."""
    found = [text] if isinstance(text, str) else list(text.values())
    return found if all(form.strip() for form in found) else []


def names(text: str | dict[str, str]) -> frozenset[str]:
    """What is put into a string."""
    return frozenset(name for form in forms(text) for name in re.findall(r"\{(\w+)\}", form))
