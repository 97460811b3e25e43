"""HTTP connections, kept and shared by all sources. The one file that knows aiohttp's client.

What an address must not lead to is refused here, where each connection is made.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import SimpleNamespace, TracebackType
from typing import Any, Self, get_args

import aiohttp
import msgspec

from receiver.clock.base import Clock
from receiver.errors import RefusedAddress, Unreachable
from receiver.model.text import visible
from receiver.source.address import Address
from receiver.source.base import SourceTimes
from receiver.source.policy import Policy, Reach
from receiver.source.retry import Mishap
from receiver.source.tls import tls_context

READ_BUFFER = 64 << 10
"""Bytes: reading a socket stops when twice as many have not been taken."""
KEEP_ALIVE = 60.0
"""Seconds for which an idle connection waits for the next request to its server."""
DNS_TTL = 30
"""Seconds for which an address is not looked up again."""
MAX_FIELDS, MAX_FIELD = 100, 8 << 10
"""Of the head of an answer: how many fields it may have, and the bytes of each."""
MAX_REASON = 100
"""Characters of what a server says to its status."""


class Probe(msgspec.Struct):
    """Is told how far one request has come; `times` are written to."""

    times: SourceTimes
    connected: Callable[[], None]


class Answer:
    """The answer to one request; its body is read as it arrives. Close it after use.

    `headers` are looked up without regard to case.
    """

    def __init__(self, response: aiohttp.ClientResponse, address: Address) -> None:
        self._response = response
        self.address = address
        self.status: int = response.status
        self.reason = visible((response.reason or "")[:MAX_REASON])
        self.headers: Mapping[str, str] = response.headers

    async def read(self) -> bytes:
        """The bytes of the body that are there, as soon as there are any; b"" at its end.

        Raises `Mishap` when the connection was lost before the end.
        """
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            # What came in before the break is still there, but aiohttp gives it to nobody.
            arrived = self._response.content._read_nowait(-1)  # noqa: SLF001 - no public way
            if arrived:
                return arrived
            raise Mishap(
                Unreachable(f"The connection for {self.address.shown} was lost.")
            ) from error

    def close(self) -> None:
        """Drop the connection if the body was not read to its end, else keep it for others."""
        self._response.close()


class HttpClient:
    """Makes requests over connections that are kept alive: where `policy` lets it, and through no
    proxy. An async context manager, made once by the app; used on its event loop.
    """

    def __init__(self, clock: Clock, policy: Policy, *, user_agent: str = "Tonearm") -> None:
        self.policy = policy
        self._clock = clock
        self._user_agent = user_agent
        self._sessions: dict[Reach, aiohttp.ClientSession] = {}
        """One for each reach: a connection that is kept was allowed for its own reach only."""
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for reach in get_args(Reach):
            self._sessions[reach] = await self._stack.enter_async_context(self._session(reach))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def get(
        self, address: Address, reach: Reach, headers: Mapping[str, str], probe: Probe
    ) -> Answer:
        """Ask for `address`, which may lead as far as `reach`; returns when the head of the answer
        is in. Follows no redirect and has no deadline of its own.

        Raises `Mishap` when asking again may help, `Unreachable` or `RefusedAddress` when it will
        not.
        """
        sent = {"Accept-Encoding": "identity", **headers}
        if address.authorization is not None:
            sent["Authorization"] = address.authorization
        tls: ssl.SSLContext | bool = True
        if address.url.startswith("https:"):
            tls = await asyncio.to_thread(tls_context)
        try:
            response = await self._sessions[reach].get(
                address.url, headers=sent, allow_redirects=False, trace_request_ctx=probe, ssl=tls
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failure(address, error) from error
        return Answer(response, address)

    def _session(self, reach: Reach) -> aiohttp.ClientSession:
        def open_socket(target: aiohttp.AddrInfoType) -> socket.socket:
            """The socket for an attempt to connect to `target`.

            Every attempt passes here with the numeric address it will really go to, whether that
            came from DNS, a redirect or the URL itself.
            """
            family, kind, protocol, _name, (host, port, *_) = target
            why_not = self.policy.why_not(str(host), int(port), reach)
            if why_not is not None:
                raise _Refusal(f"it leads to {host}, {why_not}")
            return socket.socket(family, kind, protocol)

        connector = aiohttp.TCPConnector(
            limit=0,
            ttl_dns_cache=DNS_TTL,
            keepalive_timeout=KEEP_ALIVE,
            socket_factory=open_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            read_bufsize=READ_BUFFER,
            trace_configs=[self._tracing()],
            headers={"User-Agent": self._user_agent, "Accept": "*/*"},
            skip_auto_headers=("Accept-Encoding",),
            max_headers=MAX_FIELDS,
            max_field_size=MAX_FIELD,
        )

    def _tracing(self) -> aiohttp.TraceConfig:
        """Write down when a name was resolved and a connection was there."""

        async def resolved(_session: object, context: SimpleNamespace, _params: Any) -> None:
            context.trace_request_ctx.times.resolved = self._clock.now()

        async def connected(_session: object, context: SimpleNamespace, _params: Any) -> None:
            probe: Probe = context.trace_request_ctx
            probe.times.connected = self._clock.now()
            probe.connected()

        tracing = aiohttp.TraceConfig()
        tracing.on_dns_resolvehost_end.append(resolved)
        tracing.on_dns_cache_hit.append(resolved)
        tracing.on_connection_create_end.append(connected)
        tracing.on_connection_reuseconn.append(connected)
        return tracing


class _Refusal(OSError):
    """The policy refuses an attempt to connect. To aiohttp it is one that failed: a name that has
    other addresses may still be reached at those.
    """


def _failure(address: Address, error: Exception) -> Exception:
    """What a request that got no answer means for the one who asked."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Mishap(
            Unreachable(f"No server of the name in {address.shown} was found; check the name.")
        )
    if isinstance(error, aiohttp.ClientSSLError):
        return Unreachable(f"No secure connection for {address.shown} could be made: {error}.")
    if isinstance(error, aiohttp.ClientResponseError):
        return Unreachable(
            f"What answered for {address.shown} does not speak HTTP, or heads its answer with more "
            f"than {MAX_FIELDS} fields or {MAX_FIELD >> 10} KiB in one."
        )
    if isinstance(error, ValueError):
        return Unreachable(f"{address.shown} is not an address that can be asked for; check it.")
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, _Refusal):
            return RefusedAddress(f"{address.shown} is refused: {error.os_error}.")
        number = error.os_error.errno
        reason = os.strerror(number).lower() if number else "no connection"
        return Mishap(
            Unreachable(
                f"The server of {address.shown} cannot be reached: {reason}. Check the address, "
                "and that the server is on."
            )
        )
    return Mishap(
        Unreachable(f"The server of {address.shown} hung up without an answer; try again later.")
    )
