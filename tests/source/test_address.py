"""Addresses: what is sent, what is shown, where redirects lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.errors import BadRequest, UnsupportedScheme
from receiver.source.address import Address


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://host", "http://host/"),
        (" HTTP://Host:81/a?b#c ", "http://host:81/a?b"),
        ("https://u:p@[2001:db8::1]:8/x", "https://[2001:db8::1]:8/x"),
        ("http://u@host/a%20b", "http://host/a%20b"),
    ],
)
def test_the_address_that_is_asked(given: str, url: str) -> None:
    assert Address.parse(given).url == url


def test_credentials() -> None:
    assert Address.parse("http://host/").authorization is None
    assert Address.parse("http://a%40b:c%3Ad@host/").credentials == ("a@b", "c:d")
    assert Address.parse("http://me@host/").authorization == "Basic bWU6"
    assert "secret" not in Address.parse("http://me:secret@host/a?key=secret").shown


@pytest.mark.parametrize(
    ("location", "url", "kept"),
    [
        ("b", "http://host/x/b", True),
        ("/b?c", "http://host/b?c", True),
        ("http://host/b", "http://host/b", True),
        ("//other/b", "http://other/b", False),
        ("https://host/b", "https://host/b", False),
        ("http://host:8080/b", "http://host:8080/b", False),
    ],
)
def test_credentials_stay_with_their_server(location: str, url: str, kept: bool) -> None:
    target = Address.parse("http://me:secret@host/x/a").follow(location)
    assert target.url == url
    assert (target.credentials is not None) == kept


def test_a_redirect_may_bring_credentials() -> None:
    target = Address.parse("http://host/").follow("http://you:new@other/")
    assert target.credentials == ("you", "new")


@pytest.mark.parametrize("url", ["ftp://host/", "file:///a", "javascript:1", "", "host/a", "/a"])
def test_other_schemes(url: str) -> None:
    with pytest.raises(UnsupportedScheme):
        Address.parse(url)


@pytest.mark.parametrize("location", ["//[", "http://]", "http://host:port/", "/\udcff"])
def test_a_redirect_to_no_address_is_refused_with_a_code(location: str) -> None:
    with pytest.raises(BadRequest):
        Address.parse("http://host/").follow(location)


@given(st.text() | st.from_regex(r"https?://[\[\]:@/a-z0-9%]*", fullmatch=True))
def test_nonsense_is_refused_with_a_code(url: str) -> None:
    try:
        address = Address.parse(url)
    except (BadRequest, UnsupportedScheme):
        return
    assert Address.parse(address.url).url == address.url
