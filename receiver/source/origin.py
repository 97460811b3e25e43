"""The server that a stream comes from: asked, followed through redirects, and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from receiver.clock.base import Clock, Deadline
from receiver.errors import HttpRefused, RefusedAddress, Stalled, TonearmError, Unreachable
from receiver.source.address import Address
from receiver.source.base import SourceTimes
from receiver.source.connections import Answer, HttpClient, Probe
from receiver.source.entity import retry_after
from receiver.source.policy import Policy, Reach
from receiver.source.retry import Limits, Mishap

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Refusals that may pass when the server is asked again."""
ADVICE = {
    401: "put user and password into the address, as in http://USER:PASSWORD@HOST/",
    403: "ask whoever runs it for leave",
    404: "check the address",
    410: "look for another address of it",
    **dict.fromkeys(PASSING, "try again later"),
}
"""What to do about a refusal."""


class Hop(NamedTuple):
    """An address on the way to a stream, and how far it may lead."""

    address: Address
    reach: Reach

    def follow(self, location: str, policy: Policy) -> Hop:
        """Where a redirect leads. Out of the house there is no way back. Raises
        `UnsupportedScheme` or `BadRequest`.
        """
        target = self.address.follow(location)
        return Hop(target, "outside" if self.reach == "outside" else policy.reach(target))


class Origin:
    """Asks for one stream, within deadlines.

    Where redirects led is remembered, so that a seek costs one request; an address that fails
    after it was reached by redirects is given up for the one that was asked for first. Several
    requests may be under way at once.
    """

    def __init__(self, url: str, client: HttpClient, clock: Clock, limits: Limits) -> None:
        """Raises `UnsupportedScheme` or `BadRequest`."""
        self.requests = 0
        """Requests made so far, redirects included."""
        first = Address.parse(url)
        self._first = self._found = Hop(first, client.policy.reach(first))
        self._client = client
        self._clock = clock
        self._limits = limits

    @property
    def address(self) -> Address:
        """Where the stream was found last."""
        return self._found.address

    def may_name(self, url: str) -> bool:
        """Whether the stream, where it was found, may send the receiver on to `url`: nothing from
        outside of the house names places in it.
        """
        try:
            target = Address.parse(url)
        except TonearmError:
            return False
        return self._found.reach == "home" or self._client.policy.reach(target) == "outside"

    async def ask(self, headers: Mapping[str, str], times: SourceTimes) -> Answer:
        """The answer, with status 200, 206 or 416; to be closed by the caller.

        Raises `Mishap` when asking again may help, else `HttpRefused`, `Unreachable`,
        `RefusedAddress`, `UnsupportedScheme` or `BadRequest`.
        """
        if self._found != self._first:
            try:
                return await self._follow(self._found, headers, times)
            except (Mishap, HttpRefused, Unreachable, RefusedAddress):
                self._found = self._first
        return await self._follow(self._first, headers, times)

    async def body(self, answer: Answer) -> bytes:
        """The next bytes of an answer; b"" at its end. Raises `Mishap`."""
        try:
            async with Deadline(self._clock, self._limits.stall):
                return await answer.read()
        except TimeoutError:
            shown = self._first.address.shown
            raise Mishap(
                Stalled(f"The server of {shown} stopped sending; try again later.")
            ) from None

    async def _follow(self, hop: Hop, headers: Mapping[str, str], times: SourceTimes) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._get(hop, headers, times)
            if answer.status in REDIRECTS and "Location" in answer.headers:
                answer.close()
                hop = hop.follow(answer.headers["Location"], self._client.policy)
                continue
            if answer.status not in (200, 206, 416):
                answer.close()
                raise self._refusal(answer)
            self._found = hop
            return answer
        raise Unreachable(
            f"{self._first.address.shown} leads from one redirect to the next, more than "
            f"{MOST_REDIRECTS} times; look for another address of it."
        )

    async def _get(self, hop: Hop, headers: Mapping[str, str], times: SourceTimes) -> Answer:
        """One request. The wait for the answer has its own deadline, from when the connection
        stands.
        """
        self.requests += 1
        connected = False

        def on_connected() -> None:
            nonlocal connected
            connected = True
            deadline.extend(self._limits.stall)

        answer: Answer | None = None
        deadline = Deadline(self._clock, self._limits.connect)
        try:
            async with deadline:
                answer = await self._client.get(*hop, headers, Probe(times, on_connected))
        except TimeoutError:
            raise Mishap(self._silence(hop.address, connected)) from None
        except asyncio.CancelledError:
            # It may come while the deadline is taken down: then nobody else knows of the answer.
            if answer is not None:
                answer.close()
            raise
        return answer

    def _silence(self, address: Address, connected: bool) -> Stalled | Unreachable:
        if connected:
            return Stalled(
                f"The server of {address.shown} took the request and did not answer; "
                "try again later."
            )
        return Unreachable(
            f"The server of {address.shown} cannot be reached: no answer within "
            f"{self._limits.connect:g} seconds. Check the address, and that the server is on."
        )

    @staticmethod
    def _refusal(answer: Answer) -> Exception:
        reason = f" ({answer.reason})" if answer.reason else ""
        refused = HttpRefused(
            f"The server refused {answer.address.shown} with status {answer.status}{reason}; "
            f"{ADVICE.get(answer.status, 'try it in a browser')}.",
            status=answer.status,
        )
        if answer.status in PASSING:
            return Mishap(refused, retry_after(answer.headers))
        return refused
