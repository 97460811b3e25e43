"""Where the receiver may be sent: every range of addresses, every kind of name."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.source.address import Address
from receiver.source.policy import MOST_LENT, Policy, Reach, unwrapped

PORT = 7766
OWN = [
    ip_interface(text) for text in ("192.168.1.5/24", "198.18.5.5/24", "2a02:1:2:3::5/64", "::1")
]
NUMBERS = st.ip_addresses(v=4) | st.ip_addresses(v=6)


def policy(*, loopback: bool = False, names: tuple[str, ...] = ()) -> Policy:
    return Policy(lambda: OWN, port=PORT, loopback=loopback, names=names)


def allowed(host: str, reach: Reach, port: int = 80, *, loopback: bool = False) -> bool:
    return policy(loopback=loopback).why_not(host, port, reach) is None


@pytest.mark.parametrize(
    "host",
    [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.1",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "192.169.0.0", "223.255.255.255", "2606:4700::1111", "2a02:1:2:4::1", "::ffff:1.1.1.1",
        "64:ff9b::101:101", "2002:101:101::1",
    ],
)  # fmt: skip
def test_public_addresses_are_for_all(host: str) -> None:
    assert allowed(host, "outside")
    assert allowed(host, "home")


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
        "192.168.255.255", "100.64.0.0", "100.127.255.255", "fc00::", "fdff::1", "64:ff9b:1::1",
        "::ffff:192.168.1.9", "64:ff9b::c0a8:109", "2002:c0a8:109::1",
        "2a02:1:2:3::9", "198.18.5.9", "::ffff:198.18.5.9",
    ],
)  # fmt: skip
def test_private_ones_are_for_addresses_of_the_house(host: str) -> None:
    assert allowed(host, "home")
    said = policy().why_not(host, 80, "outside")
    assert said is not None
    assert "private network" in said
    assert "home_names" in said


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1",
                                  "64:ff9b::7f00:1", "2002:7f00:1::"])  # fmt: skip
def test_the_own_machine_is_for_who_opens_it(host: str) -> None:
    for reach in ("home", "outside"):
        said = policy().why_not(host, 80, reach)
        assert said is not None
        assert "loopback = true" in said
    assert allowed(host, "home", loopback=True)
    assert not allowed(host, "outside", loopback=True)


OWN_HOSTS = (
    "192.168.1.5",
    "2a02:1:2:3::5",
    "198.18.5.5",
    "::ffff:192.168.1.5",
    "64:ff9b::c0a8:105",
)


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_other_services_of_the_own_machine_are_for_who_is_on_it(host: str) -> None:
    judge = policy()
    for reach in ("home", "outside"):
        said = judge.why_not(host, 8000, reach)
        assert said is not None
        assert "cast from there" in said
    judge.named_here([f"http://{'[' + host + ']' if ':' in host else host}:8000/a.ogg"])
    assert judge.why_not(host, 8000, "home") is None
    assert judge.why_not(host, 8001, "home") is not None, "one port is not all"
    assert judge.why_not("127.0.0.1", 8000, "home") is not None
    said = judge.why_not(host, 8000, "outside")
    assert said is not None
    assert "private network" in said
    assert allowed(host, "home", 8000, loopback=True)
    assert not allowed(host, "outside", 8000, loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.6:8000/a", "http://nas.local:8000/a", "http://[::1]:8000/a",
        "file:///etc/passwd", "http://[", "", "http://192.168.1.5:99999/a",
    ],
)  # fmt: skip
def test_naming_what_is_elsewhere_opens_nothing_here(url: str) -> None:
    judge = policy()
    judge.named_here([url])
    assert judge.lent == []


def test_the_latest_that_lend_are_known() -> None:
    judge = policy()
    known = judge.lent
    for port in (80, *range(1, MOST_LENT), 1):
        place = "192.168.1.5" if port == 80 else f"192.168.1.5:{port}"
        judge.named_here([f"http://{place}/{name}" for name in "abc"])
    assert judge.lent == [80, *range(2, MOST_LENT), 1]
    judge.named_here(["https://192.168.1.5/a"])
    assert judge.lent == [*range(2, MOST_LENT), 1, 443]
    assert judge.lent is known, "it is kept by who gave it"


def test_receivers_of_the_house_on_the_own_machine_are_listened_to() -> None:
    judge = policy()
    judge.peers = lambda: [("192.168.1.5", 7767), ("192.168.1.9", 7768), ("", 0), ("nas", 7769)]
    assert judge.why_not("2a02:1:2:3::5", 7767, "home") is None
    assert judge.why_not("192.168.1.5", 7768, "home") is not None, "that one is elsewhere"


@pytest.mark.parametrize(
    ("kind", "hosts"),
    [
        ("unspecified", ["0.0.0.0", "0.255.255.255", "::", "::ffff:0.0.0.0", "2002::"]),
        ("link-local", ["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1",
                        "fe80::1%2", "febf::1", "::ffff:169.254.169.254"]),
        ("multicast", ["224.0.0.0", "239.255.255.255", "ff00::", "ff02::fb"]),
        ("broadcast", ["255.255.255.255", "::ffff:255.255.255.255"]),
        ("reserved", ["192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255",
                      "198.51.100.1", "203.0.113.1", "240.0.0.0", "255.255.255.254", "::7f00:1",
                      "::ffff:0:7f00:1", "100::1", "2001::1", "2001:1ff::1", "2001:db8::1",
                      "3fff::1", "4000::1", "5f00::1", "fec0::1"]),
    ],
)  # fmt: skip
def test_others_are_for_nobody(kind: str, hosts: list[str]) -> None:
    for host in hosts:
        for reach in ("home", "outside"):
            said = policy(loopback=True).why_not(host, 80, reach)
            assert said is not None, host
            assert f"an address that is {kind}" in said


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.5.5.5", "::1", "192.168.1.5", "2a02:1:2:3::5", "::ffff:192.168.1.5"],
)
def test_the_receiver_does_not_listen_to_itself(host: str) -> None:
    for reach in ("home", "outside"):
        said = policy(loopback=True).why_not(host, PORT, reach)
        assert said is not None
        assert "it would listen to itself" in said
    assert allowed(host, "home", PORT + 1, loopback=True)
    judge = policy()
    judge.named_here([f"http://192.168.1.5:{PORT}/a"])
    assert judge.why_not("192.168.1.5", PORT, "home") is not None
    assert allowed("192.168.1.6", "home", PORT)
    assert allowed("1.1.1.1", "outside", PORT)


@pytest.mark.parametrize(
    ("url", "reach"),
    [
        ("http://192.168.1.9/a", "home"),
        ("http://me:pw@10.0.0.1:8000/a", "home"),
        ("http://[fd00::1]/a", "home"),
        ("http://[2a02:1:2:3::9]/a", "home"),
        ("http://[::ffff:10.0.0.1]/a", "home"),
        ("http://127.0.0.1/a", "home"),
        ("http://1.1.1.1/a", "outside"),
        ("http://[2606:4700::1]/a", "outside"),
        ("http://nas/a", "home"),
        ("http://NAS./a", "home"),
        ("http://nas.local/a", "home"),
        ("http://Nas.Local./a", "home"),
        ("http://my.nas.fritz.box/a", "home"),
        ("http://localhost/a", "home"),
        ("http://music.example.org/a", "home"),
        ("http://example.org/a", "home"),
        ("http://badexample.org/a", "outside"),
        ("http://example.org.evil.net/a", "outside"),
        ("http://nas.local.evil.net/a", "outside"),
        ("http://notlocal.net/a", "outside"),
        ("http://192.168.1.9.evil.net/a", "outside"),
        ("http://192.168.1.9@evil.net/a", "outside"),
        ("http://radio.example/a#nas.local", "outside"),
    ],
)
def test_the_reach_of_an_address_is_told_by_its_host(url: str, reach: Reach) -> None:
    assert policy(names=("Example.org.",)).reach(Address.parse(url)) == reach


@given(NUMBERS)
def test_from_outside_only_what_is_global_is_reached(number: IPv4Address | IPv6Address) -> None:
    if allowed(str(number), "outside", PORT, loopback=True):
        meant = unwrapped(number)
        assert meant.is_global
        assert not meant.is_multicast
        assert allowed(str(number), "home"), "who may less may more"
    if policy().why_not(str(number), 80, "home") is None:
        assert not any((number.is_loopback, number.is_link_local, number.is_unspecified))


@given(st.ip_addresses(v=4), st.booleans(), st.sampled_from([80, PORT]))
def test_an_address_in_another_is_judged_alike(
    number: IPv4Address, loopback: bool, port: int
) -> None:
    plain = int(number)
    wraps = [0xFFFF << 32 | plain, 0x64FF9B << 96 | plain, 0x2002 << 112 | plain << 80 | 7]
    for reach in ("home", "outside"):
        said = policy(loopback=loopback).why_not(str(number), port, reach)
        for wrapped in map(IPv6Address, wraps):
            assert policy(loopback=loopback).why_not(str(wrapped), port, reach) == said


@given(st.from_regex(r"[\w.:%-]{1,30}", fullmatch=True))
def test_any_host_has_a_reach(host: str) -> None:
    assert policy().reach(Address(f"http://{host}/")) in {"home", "outside"}
