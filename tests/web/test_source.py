"""The files of the page: small, whole, and speaking every language."""

from __future__ import annotations

import re
from collections import Counter

import aiohttp
import pytest

from receiver import errors
from tests.house.test_rules import MAX_FILE_LINES
from tests.web.conftest import House
from tests.web.people import home
from tests.web.source import STRINGS, WEB, files, string_keys, texts, used_keys

MOST_BYTES = 60_000
NAMESPACES = {"http://www.w3.org/2000/svg"}
"""A name that looks like an address, and is never fetched."""


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


def test_a_height_that_old_browsers_do_not_know_is_asked_for() -> None:
    """Beside var() or env() a unit is looked at when the value is put together: a browser that does
    not know it has taken the declaration by then, and has neither it nor the one before.
    """
    asked = re.compile(r"@supports[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}")
    for path, text in texts(".css", ".html"):
        left = asked.sub("", text)
        found = re.findall(r"[^;{}]*\d[dsl]vh\b[^;{}]*", left)
        assert not [line for line in found if re.search(r"\b(var|env)\(", line)], path


def test_the_clock_of_a_phone_is_read_over_the_page() -> None:
    """It is white where the page is said to lie below a bar of its own."""
    assert "black-translucent" not in (WEB / "index.html").read_text("utf-8")


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
