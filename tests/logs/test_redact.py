"""No secret comes out, and no line is more than one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.logs.redact import (
    HIDDEN,
    MAX_CHARACTERS,
    MAX_READ,
    address_shown,
    harmless,
    without_secrets,
)

PLANTED = [
    "http://bob:{}@radio.example/stream.ogg",
    "http://{}@radio.example/",
    "https://bob:x{}y@[fe80::1]:8000",
    "'http://radio.example/a.ogg?token={}' cannot be reached",
    "http://radio.example/a?x=1&sig={}&y=2: refused",
    "http://radio.example/a?{}",
    "http://radio.example/a#access_token={}",
    "http://radio.example/0123456789abcdef{}/a.ogg",
    "//bob:{}@radio.example/a",
    "bob:{}@radio.example did not answer",
    "GET /a.ogg?key={} HTTP/1.1",
    "Authorization: Bearer {}",
    "{{'authorization': 'Basic {}'}}",
    "Bearer {}",
    "password={}, user=bob",
    'api_key = "{}"',
    "{{'token': '{}'}}",
    "X-Auth-Token: {}",
    "Set-Cookie: {}; path=/",
]
"""Where secrets turn up: addresses, requests, headers, errors of libraries."""
WORDS = st.text(string.ascii_letters + string.digits + "-_.~", min_size=6, max_size=40)
AROUND = st.text(max_size=20)


@pytest.mark.parametrize("place", PLANTED)
@settings(max_examples=30)
@given(secret=WORDS, before=AROUND, after=AROUND)
def test_a_planted_secret_never_comes_out(place: str, secret: str, before: str, after: str) -> None:
    if "cdef{}" in place:
        secret = secret.encode().hex()
    text = f"{before} {place.format(secret)} {after}"
    if secret in place.format("") or secret in before + after:
        return
    assert secret not in harmless(text)


@given(st.text())
def test_whatever_is_logged_is_one_line_without_commands_for_a_terminal(text: str) -> None:
    line = harmless(text)
    assert line.isprintable()
    assert len(line) <= MAX_CHARACTERS
    assert harmless(line) == line or HIDDEN in line


@given(st.text(string.ascii_letters + string.digits + " .,()%-'", max_size=100))
def test_plain_sentences_stay_as_they_are(text: str) -> None:
    if not any(word in text.casefold() for word in ("bearer", "basic", "digest")):
        assert harmless(text) == text


def test_what_people_need_of_an_address_stays() -> None:
    said = "http://bob:pw@radio.example:8000/live/song.ogg?id=5&s=#t, refused"
    shown = f"http://{HIDDEN}@radio.example:8000/live/song.ogg?id={HIDDEN}&s=#{HIDDEN} refused"
    assert without_secrets(said) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "http://10.0.0.5:4000/kRq8vS0n-3zQ/Blue%20Moon.ogg",
            "http://10.0.0.5:4000/…/Blue Moon.ogg",
        ),
        ("http://bob:pw@radio.example/live?token=a", "http://radio.example/live"),
        ("https://radio.example", "https://radio.example/"),
        ("http://radio.example/a%0Ab", "http://radio.example/a\nb"),
        (f"http://radio.example/{'a1' * 12}", f"http://radio.example/{HIDDEN}"),
    ],
)
def test_an_address_is_shown_by_its_server_and_its_last_part(url: str, shown: str) -> None:
    assert address_shown(url) == shown


@pytest.mark.parametrize(
    "piece",
    ["a", "a-", "a:", ":", "//", "?a", "a@", ":a@", "http://", "/a", "token-", "token='", " "],
)
def test_no_text_takes_long(piece: str) -> None:
    """Strangers write titles. Were the time to grow with the square of the length, or faster, the
    larger of these would not end.
    """
    for size in (MAX_READ, 1_000_000):
        assert len(harmless(piece * (size // len(piece)))) <= MAX_CHARACTERS


def test_of_a_long_text_no_half_of_a_secret_is_shown() -> None:
    text = "é" * (MAX_READ - 20) + " http://bob:hunter2secret@radio.example/"
    assert "hunter" not in harmless(text)


def test_control_characters_are_written_out() -> None:
    assert harmless("a\nb\x1b[2J\u202ec\u2028") == "a\\nb\\x1b[2J\\u202ec\\u2028"
