"""The addresses of this machine, and word of their changes."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

import ifaddr

from receiver.clock.base import Clock

SETTLED_S = 0.5
"""How long addresses must stand still before a change counts: they come one by one."""
POLL_S = 3.0
"""How often to look where the kernel does not tell."""

_LINKS = Path("/sys/class/net")
# Groups of rtnetlink: links, IPv4 and IPv6 addresses (linux/rtnetlink.h).
_GROUPS = 0x1 | 0x10 | 0x100


def usable_addresses() -> frozenset[str]:
    """The addresses at which this machine can be reached: IPv4 on links that carry, or IPv6 where
    there is none, and the loopback's. Never raises.

    IPv6 is left out beside IPv4 because its temporary addresses change by the day, and a home
    that has both reaches a speaker by either.
    """
    try:
        adapters = list(ifaddr.get_adapters())
    except OSError:
        return frozenset()
    found = [
        ipaddress.ip_address(_number(address))
        for adapter in adapters
        if _carries(adapter.name)
        for address in adapter.ips
    ]
    outside = [address for address in found if not address.is_loopback]
    version = 4 if any(address.version == 4 for address in outside) else 6
    return frozenset(
        [str(address) for address in outside if address.version == version]
        + [str(address) for address in found if address.is_loopback and address.version == 4]
    )


def own_interfaces() -> list[ipaddress.IPv4Interface | ipaddress.IPv6Interface]:
    """Every address that this machine has, with the network that it is in. Never raises."""
    try:
        adapters = list(ifaddr.get_adapters())
    except OSError:
        return []
    return [
        ipaddress.ip_interface((_number(address), address.network_prefix))
        for adapter in adapters
        for address in adapter.ips
    ]


def _number(address: ifaddr.IP) -> str:
    """An address as text. Of IPv6, ifaddr gives flow and scope as well."""
    return address.ip if isinstance(address.ip, str) else address.ip[0]


def reachable(addresses: Iterable[str]) -> list[str]:
    """Those that others can reach; without a network, the loopback's."""
    ordered = sorted(addresses)
    return [a for a in ordered if not ipaddress.ip_address(a).is_loopback] or ordered


def _carries(link: str) -> bool:
    """False where the cable is out or the link was taken down. "unknown" is a link that works."""
    try:
        return (_LINKS / link / "operstate").read_text("ascii").strip() not in {
            "down",
            "lowerlayerdown",
            "notpresent",
        }
    except OSError:
        return True


def kernel_news() -> socket.socket | None:
    """A socket that has something to read whenever a link or an address has changed.

    None where the system does not allow it, as some sandboxes do not.
    """
    try:
        news = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    except OSError:
        return None
    try:
        news.setblocking(False)
        news.bind((0, _GROUPS))
    except OSError:
        news.close()
        return None
    return news


class AddressWatch:
    """Tells when the addresses have changed. On the event loop."""

    def __init__(
        self,
        clock: Clock,
        read: Callable[[], frozenset[str]] = usable_addresses,
        news: Callable[[], socket.socket | None] = kernel_news,
    ) -> None:
        self._clock = clock
        self._read = read
        self._news = news

    def now(self) -> frozenset[str]:
        """The addresses of this moment."""
        return self._read()

    async def changed(self, known: frozenset[str]) -> None:
        """Return once the addresses are no longer `known`, and have stood still."""
        news = self._news()
        try:
            while self._read() == known:
                await self._any_news(news)
        finally:
            if news is not None:
                news.close()
        found, settled = self._read(), False
        while not settled:
            await self._clock.sleep(SETTLED_S)
            before, found = found, self._read()
            settled = found == before

    async def _any_news(self, news: socket.socket | None) -> None:
        if news is None:
            await self._clock.sleep(POLL_S)
            return
        try:
            await asyncio.get_running_loop().sock_recv(news, 65536)
        except OSError as error:
            # More news than the socket could hold is news too.
            if error.errno != errno.ENOBUFS:
                await self._clock.sleep(POLL_S)
