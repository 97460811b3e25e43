"""Which hosts and origins are let in."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.errors import WrongHost, WrongOrigin
from receiver.server.rules import ANSWER_HEADERS, check_host, check_origin, own_names

NAMES = own_names("Kitchen.example.org", "tonearm-0123456789ab.local.", "Speaker.example")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "192.0.2.7:7766",
        "[::1]",
        "[2001:db8::1]:7766",
        "[fe80::1%eth0]:7766",
        "localhost:7766",
        "kitchen",
        "kitchen.local:7766",
        "KITCHEN.Local.:7766",
        "kitchen.lan",
        "kitchen.home.arpa",
        "tonearm-0123456789ab.local",
        "speaker.example",
    ],
)
def test_addresses_and_own_names_are_let_in(host: str) -> None:
    assert check_host([host], NAMES) == host


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:7766",
        "kitchen.evil.example",
        "kitchen.local.evil.example",
        "kitchen.example.org",
        "evil.kitchen.local",
        "127.0.0.1.evil.example",
        "127.1",
        "2130706433",
        "0x7f000001",
        "kitchen@evil.example",
        "kitchen:evil.example",
        "kitchen.local/",
        "kitchen .local",
        "kitchen..",
        "kitchen\n",
        "[::1",
        "[kitchen]",
        "[127.0.0.1].evil.example",
        "::1",
        "kitchén",
        "127.0.0.1:7766:7766",
        "*",
    ],
)
def test_others_are_not(host: str) -> None:
    with pytest.raises(WrongHost):
        check_host([host], NAMES)


@pytest.mark.parametrize("hosts", [[], ["kitchen", "kitchen"], ["kitchen", "evil.example"]])
def test_there_is_one_host(hosts: list[str]) -> None:
    with pytest.raises(WrongHost, match="one Host"):
        check_host(hosts, NAMES)


@given(st.text())
def test_any_host_is_let_in_or_refused(host: str) -> None:
    with contextlib.suppress(WrongHost):
        assert check_host([host], NAMES) == host


def test_a_machine_without_a_name_has_no_empty_one() -> None:
    assert own_names("") == {"localhost"}


def test_programs_and_own_pages_are_let_in() -> None:
    check_origin([], "kitchen:7766", secure=False)
    check_origin(["http://Kitchen:7766"], "kitchen:7766", secure=False)
    check_origin(["https://[::1]:7766"], "[::1]:7766", secure=True)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://kitchen",
        "http://kitchen:80",
        "https://kitchen:7766",
        "http://kitchen:7766.evil.example",
        "http://kitchen:7766/",
        "kitchen:7766",
        "http://evil.example http://kitchen:7766",
    ],
)
def test_pages_of_others_are_not(origin: str) -> None:
    with pytest.raises(WrongOrigin):
        check_origin([origin], "kitchen:7766", secure=False)
    with pytest.raises(WrongOrigin):
        check_origin(["http://kitchen:7766", origin], "kitchen:7766", secure=False)


def test_what_answers_say() -> None:
    policy = ANSWER_HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    names = {name.lower() for name in ANSWER_HEADERS}
    assert not any(name.startswith("access-control") for name in names)
    assert "set-cookie" not in names
