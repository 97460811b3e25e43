"""Eyes on a network: what a browser of another make sees there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from receiver.protocol.limits import SERVICE_TYPE

VISIBLE_AGAIN_S = 10.0
"""A receiver whose address has changed is seen at the new one by then."""


@dataclass(frozen=True)
class Seen:
    """One receiver as it is seen. Addresses are those of its host."""

    port: int
    text: dict[str, str]
    addresses: list[str] = field(default_factory=list, compare=False)


class Browser:
    """Sees every receiver on the links of `interfaces`. An async context manager."""

    def __init__(self, interfaces: list[str]) -> None:
        self._network = AsyncZeroconf(interfaces=interfaces)
        self._names: set[str] = set()

    async def __aenter__(self) -> Self:
        self._browser = AsyncServiceBrowser(
            self._network.zeroconf, SERVICE_TYPE, handlers=[self._on_change]
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._browser.async_cancel()
        await self._network.async_close()

    def _on_change(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            self._names.discard(name)
        else:
            self._names.add(name)

    async def see(self) -> dict[str, Seen]:
        """Everybody who is there now and answers, by instance name."""
        found = {}
        for name in sorted(self._names):
            info = AsyncServiceInfo(SERVICE_TYPE, name)
            if await info.async_request(self._network.zeroconf, 1000):
                text = {
                    key.decode(): (value or b"").decode() for key, value in info.properties.items()
                }
                found[name.removesuffix(f".{SERVICE_TYPE}")] = Seen(
                    info.port or 0, text, sorted(info.parsed_addresses())
                )
        return found
