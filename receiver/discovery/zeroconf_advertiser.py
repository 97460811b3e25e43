"""Advertising over multicast DNS, by python-zeroconf."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from zeroconf import (  # type: ignore[attr-defined]  # DNSService is not in its __all__
    DNSService,
    Error,
    NonUniqueNameException,
    RecordUpdate,
    RecordUpdateListener,
    ServiceInfo,
    Zeroconf,
)
from zeroconf.asyncio import AsyncZeroconf

from receiver.clock.base import Clock, within
from receiver.discovery.addresses import AddressWatch, reachable
from receiver.discovery.base import Advertisement, OnSeen
from receiver.discovery.names import instance_names
from receiver.discovery.zeroconf_browser import browse
from receiver.protocol.limits import SERVICE_TYPE

RETRY_S = 5.0
"""How long to leave the network alone after it refused us."""
GOODBYE_S = 2.0
"""How long a goodbye may take."""

_log = logging.getLogger(__name__)


class ZeroconfAdvertiser:
    """Advertises on every address of the machine, and anew whenever those change.

    Each time it starts from the beginning, with fresh sockets and with the question whether the
    name is still free, since the network may be another one: RFC 6762, section 8, asks for that.
    Whoever knows us does not see us go meanwhile, because no goodbye is said.
    """

    def __init__(
        self,
        advertisement: Advertisement,
        clock: Clock,
        watch: AddressWatch | None = None,
        on_seen: OnSeen = lambda _: None,
    ) -> None:
        self._on_seen = on_seen
        self._wanted = advertisement
        self._clock = clock
        self._watch = watch or AddressWatch(clock)
        self._stale = asyncio.Event()
        self._instance: str | None = None
        self._complained = False

    @property
    def instance(self) -> str | None:
        """See `ServiceAdvertiser`."""
        return self._instance

    def update(self, advertisement: Advertisement) -> None:
        """See `ServiceAdvertiser`."""
        if advertisement != self._wanted:
            self._wanted = advertisement
            self._stale.set()

    async def run(self) -> None:
        """See `ServiceAdvertiser`."""
        while True:
            self._stale.clear()
            try:
                await self._advertise(self._wanted, self._watch.now())
            except* (OSError, RuntimeError, Error) as errors:
                self._complain(errors.exceptions[0])
                await self._clock.sleep(RETRY_S)

    async def _advertise(self, wanted: Advertisement, known: frozenset[str]) -> None:
        """Be visible as `wanted` at the addresses `known`, until that is out of date."""
        addresses = [wanted.host] if wanted.host else sorted(known)
        if not addresses:
            await self._until_stale(known)
            return
        network = AsyncZeroconf(interfaces=addresses)
        try:
            rivals = await self._register(network, wanted, reachable(addresses))
            async with asyncio.TaskGroup() as tasks:
                browsing = tasks.create_task(browse(network, self._on_seen))
                await self._until_stale(known)
                browsing.cancel()
            if wanted.name == self._wanted.name and not rivals.met:
                _forget(network)
        finally:
            self._instance = None
            # Too late or without a network, a goodbye is not heard: then it is left unsaid.
            with contextlib.suppress(OSError, Error):
                await within(self._clock, GOODBYE_S, network.async_close())

    async def _register(
        self, network: AsyncZeroconf, wanted: Advertisement, addresses: list[str]
    ) -> _Rivals:
        names = instance_names(wanted.name)
        while True:
            name = next(names)
            info = ServiceInfo(
                SERVICE_TYPE,
                f"{name}.{SERVICE_TYPE}",
                port=wanted.port,
                properties=wanted.text,
                server=wanted.server,
                parsed_addresses=addresses,
            )
            try:
                announced = await network.async_register_service(info)
            except NonUniqueNameException:
                continue
            rivals = _Rivals(info, self._stale.set)
            network.zeroconf.async_add_listener(rivals, None)
            self._instance = name
            self._complained = False
            _log.info("Advertised as %r at %s.", name, ", ".join(addresses))
            await announced
            return rivals

    async def _until_stale(self, known: frozenset[str]) -> None:
        """Return when the addresses or what is wanted have changed, or the name was lost."""
        async with asyncio.TaskGroup() as tasks:
            ends = (
                tasks.create_task(self._stale.wait()),
                tasks.create_task(self._watch.changed(known)),
            )
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()

    def _complain(self, error: Exception) -> None:
        """Once until it works again."""
        if not self._complained:
            _log.warning("The receiver cannot be advertised now: %s. Trying on.", error)
            self._complained = True


class _Rivals(RecordUpdateListener):
    """Calls `on_meeting` when another host says that our name is its own.

    Asking before registering finds neither a host that asks at the same moment, nor one on a
    network that is joined to ours later. Both of us see the other then, let go of the name with a
    goodbye, so that nobody keeps a mixture of us two, and ask anew: RFC 6762, section 9.
    """

    def __init__(self, own: ServiceInfo, on_meeting: Callable[[], None]) -> None:
        self._own = own
        self._on_meeting = on_meeting
        self.met = False

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:  # noqa: ARG002 - zeroconf's signature
        """Called by zeroconf with every record that is heard."""
        for record in (update.new for update in records):
            if (
                isinstance(record, DNSService)
                and record.key == self._own.key
                and record.server_key != self._own.server_key
                and not record.is_expired(now)
            ):
                self.met = True
                self._on_meeting()


def _forget(network: AsyncZeroconf) -> None:
    """Let go of what is registered without a goodbye."""
    registry = network.zeroconf.registry
    registry.async_remove(registry.async_get_service_infos())
