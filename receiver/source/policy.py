"""Where the receiver may be sent for a stream: docs/decisions/0008-outgoing-addresses.md. Pure.

Who names an address commands requests from within the house: a stranger's page, list or server must
not reach the router's settings through the speaker. So an address has a *reach*. "home": its host
names a place of the house itself, and what it leads to may be private. "outside": all others; what
they lead to must be public, on every hop and for every connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    ip_address,
    ip_network,
)
from typing import Literal

from receiver.errors import TonearmError
from receiver.source.address import Address

Reach = Literal["home", "outside"]
Interface = IPv4Interface | IPv6Interface
"""An address of this machine, with the network that it is in."""
MOST_LENT = 32
"""Ports that are known by who lends there; the oldest are forgotten."""

HOME_NAMES = (
    "local", "home.arpa", "internal", "localhost", "localdomain", "lan", "home", "intranet",
    "private", "corp", "fritz.box",
)  # fmt: skip
"""Names that only mean something within a house end so; and so do those of one word."""

_RANGES = tuple(
    (ip_network(text), kind)
    for kind, texts in (
        ("unspecified", ("0.0.0.0/8", "::/128")),
        ("loopback", ("127.0.0.0/8", "::1/128")),
        ("link-local", ("169.254.0.0/16", "fe80::/10")),
        ("private", ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")),
        ("private", ("fc00::/7", "64:ff9b:1::/48")),
        ("multicast", ("224.0.0.0/4", "ff00::/8")),
        ("broadcast", ("255.255.255.255/32",)),
        ("reserved", ("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15")),
        ("reserved", ("198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4")),
        ("reserved", ("2001::/23", "2001:db8::/32", "3fff::/20")),
        ("public", ("0.0.0.0/0", "2000::/3")),
        ("reserved", ("::/0",)),
    )
    for text in texts
)
"""IANA's registries of special-purpose addresses. The first range that fits counts."""
_NAT64 = ip_network("64:ff9b::/96")

_FORBIDDEN = {
    "itself": "where this receiver listens; it would listen to itself",
    "loopback": "the receiver's own machine; give the address that this has in the network, or set "
    "loopback = true in the receiver's configuration",
    "own": "the receiver's own machine, whose services are for who is on it; cast from there, or "
    "set loopback = true in the receiver's configuration",
    "private": "an address of a private network, to which nobody outside of it may send the "
    "receiver; give the server's own address there, or add its name to home_names in the "
    "receiver's configuration",
}
_NEVER = "an address that is {kind}, from which nothing is fetched; give another of the server"


class Policy:
    """Tells reaches, and what each of them must not lead to.

    `own` gives the addresses of this machine at the moment, and `port` is where it listens: there
    it would hear itself. Other services of it are closed, unless somebody on it lends music there
    or another receiver of the house listens there; with `loopback` all of them count as private,
    on the loopback addresses too. `names`: domains of which every host belongs to the house,
    besides `HOME_NAMES`.
    """

    def __init__(
        self,
        own: Callable[[], Iterable[Interface]],
        *,
        port: int,
        loopback: bool = False,
        names: Iterable[str] = (),
    ) -> None:
        self.port = port
        self.lent: list[int] = []
        """Ports at which somebody on this machine lends music, the latest last."""
        self.peers: Callable[[], Iterable[tuple[str, int]]] = tuple
        """Gives where the other receivers of the house are: address and port."""
        self._own = own
        self._loopback = loopback
        ends = (*HOME_NAMES, *(name.strip(".").lower() for name in names))
        self._home_names = tuple(f".{end}" for end in ends)

    def reach(self, address: Address) -> Reach:
        """How far an address leads, by its host alone: no name is looked up."""
        host = address.host
        try:
            there = ip_address(host)
        except ValueError:
            name = host.rstrip(".")
            return "home" if "." not in name or f".{name}".endswith(self._home_names) else "outside"
        return "outside" if self._kind(there) == "public" else "home"

    def why_not(self, host: str, port: int, reach: Reach) -> str | None:
        """Why no connection may be made to the numeric address `host` on behalf of an address of
        that `reach`, as what follows "it leads to HOST, "; None: it may.
        """
        there = ip_address(host)
        kind = self._kind(there)
        if port == self.port and (kind == "loopback" or self._is_own(there)):
            return _FORBIDDEN["itself"]
        closed = kind != "loopback" and not self._loopback
        if closed and self._is_own(there) and not self._lends(port):
            return _FORBIDDEN["own"]
        if kind == "public":
            return None
        if kind == "private" or (kind == "loopback" and self._loopback):
            return None if reach == "home" else _FORBIDDEN["private"]
        return _FORBIDDEN.get(kind) or _NEVER.format(kind=kind)

    def named_here(self, urls: Iterable[str]) -> None:
        """Somebody on this machine has named `urls`: what is lent at the ports of those that are of
        the machine, by its number in the network, may be fetched from now on, whoever names it.
        """
        for host, port in sorted({place for url in urls if (place := _place(url)) is not None}):
            there = ip_address(host)
            if self._kind(there) != "loopback" and self._is_own(there):
                self.lent[:] = [other for other in self.lent if other != port][1 - MOST_LENT :]
                self.lent.append(port)

    def _lends(self, port: int) -> bool:
        own = {str(interface.ip) for interface in self._own()}
        return port in self.lent or any(host in own and port == at for host, at in self.peers())

    def _kind(self, there: IPv4Address | IPv6Address) -> str:
        """The word for its range. The networks that this machine is in are private: those of IPv6
        at home are public, with a router that keeps strangers out, and some take what is reserved.
        """
        meant = unwrapped(there)
        kind = next(kind for network, kind in _RANGES if meant in network)
        if kind in {"public", "reserved"} and self._is_near(meant):
            return "private"
        return kind

    def _is_near(self, there: IPv4Address | IPv6Address) -> bool:
        return any(there in interface.network for interface in self._own())

    def _is_own(self, there: IPv4Address | IPv6Address) -> bool:
        return any(interface.ip in (there, unwrapped(there)) for interface in self._own())


def _place(url: str) -> tuple[str, int] | None:
    """The number of the server in an address, and its port; None: it is none, or a name."""
    try:
        address = Address.parse(url)
        return str(ip_address(address.host)), address.port
    except (ValueError, TonearmError):
        return None


def unwrapped(there: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for (mapped, RFC 4291; 6to4, RFC 3056; NAT64,
    RFC 6052), or else itself.
    """
    if isinstance(there, IPv4Address):
        return there
    if there in _NAT64:
        return IPv4Address(int(there) & 0xFFFF_FFFF)
    return there.ipv4_mapped or there.sixtofour or there
