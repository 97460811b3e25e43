"""Addresses as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.address import Address, looks_like_address, parse_address
from receiver.errors import BadRequest
from receiver.protocol.limits import DEFAULT_PORT

ports = st.integers(1, 65535)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("kitchen.local", Address("kitchen.local", DEFAULT_PORT)),
        ("kitchen:80", Address("kitchen", 80)),
        ("192.0.2.7", Address("192.0.2.7", DEFAULT_PORT)),
        ("192.0.2.7:7000", Address("192.0.2.7", 7000)),
        ("::1", Address("::1", DEFAULT_PORT)),
        ("fe80::1%eth0", Address("fe80::1%eth0", DEFAULT_PORT)),
        ("[fd00::2]", Address("fd00::2", DEFAULT_PORT)),
        ("[fd00::2]:7000", Address("fd00::2", 7000)),
    ],
)
def test_each_way_to_write_one(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", ":80", "a b", "a:", "a:0", "a:65536", "a:x", "a:٣", "a:-1", "a/b", "a\nb", "a@b"),
        *("-a", "http://a", "a:" + "9" * 5000, "[::1", "[::1]80", "[a]:80", "[::1]:"),
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_address(text)


@given(st.ip_addresses(), ports)
def test_as_text_and_back(ip: object, port: int) -> None:
    address = Address(str(ip), port)
    assert parse_address(str(address)) == address


@given(st.text())
def test_any_text_is_an_address_or_a_bad_request(text: str) -> None:
    try:
        address = parse_address(text)
    except BadRequest:
        assert not looks_like_address(text)
    else:
        assert parse_address(str(address)) == address


@pytest.mark.parametrize("text", ["Kitchen", "Living room", "Dr. Who's", "a1b2c3", ""])
def test_names_do_not_look_like_addresses(text: str) -> None:
    assert not looks_like_address(text)


def test_the_zone_of_an_address_is_not_part_of_a_url() -> None:
    assert Address("fe80::1%eth0", 80).authority == "[fe80::1]:80"
