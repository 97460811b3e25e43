"""The server that a stream comes from: asked, followed through redirects, and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from receiver.clock.base import Clock, Deadline
from receiver.errors import HttpRefused, Stalled, Unreachable
from receiver.source.address import Address
from receiver.source.base import SourceTimes
from receiver.source.connections import Answer, HttpClient, Probe
from receiver.source.entity import retry_after
from receiver.source.retry import Limits, Mishap

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Refusals that may pass when the server is asked again."""


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
        self._first = Address.parse(url)
        self.address = self._first
        """Where the stream was found last."""
        self._client = client
        self._clock = clock
        self._limits = limits

    async def ask(self, headers: Mapping[str, str], times: SourceTimes) -> Answer:
        """The answer, with status 200, 206 or 416; to be closed by the caller.

        Raises `Mishap` when asking again may help, else `HttpRefused`, `Unreachable`,
        `UnsupportedScheme` or `BadRequest`.
        """
        if self.address != self._first:
            try:
                return await self._follow(self.address, headers, times)
            except (Mishap, HttpRefused, Unreachable):
                self.address = self._first
        return await self._follow(self._first, headers, times)

    async def body(self, answer: Answer) -> bytes:
        """The next bytes of an answer; b"" at its end. Raises `Mishap`."""
        try:
            async with Deadline(self._clock, self._limits.stall):
                return await answer.read()
        except TimeoutError:
            raise Mishap(Stalled(f"The server of {self._first.shown} stopped sending.")) from None

    async def _follow(
        self, address: Address, headers: Mapping[str, str], times: SourceTimes
    ) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._get(address, headers, times)
            if answer.status in REDIRECTS and "Location" in answer.headers:
                answer.close()
                address = address.follow(answer.headers["Location"])
                continue
            if answer.status not in (200, 206, 416):
                answer.close()
                raise self._refusal(answer)
            self.address = address
            return answer
        raise Unreachable(
            f"{self._first.shown} leads from one redirect to the next, more than "
            f"{MOST_REDIRECTS} times."
        )

    async def _get(
        self, address: Address, headers: Mapping[str, str], times: SourceTimes
    ) -> Answer:
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
                answer = await self._client.get(address, headers, Probe(times, on_connected))
        except TimeoutError:
            raise Mishap(self._silence(address, connected)) from None
        except asyncio.CancelledError:
            # It may come while the deadline is taken down: then nobody else knows of the answer.
            if answer is not None:
                answer.close()
            raise
        return answer

    def _silence(self, address: Address, connected: bool) -> Stalled | Unreachable:
        if connected:
            return Stalled(f"The server of {address.shown} took the request and did not answer.")
        return Unreachable(
            f"The server of {address.shown} cannot be reached: no answer within "
            f"{self._limits.connect:g} seconds."
        )

    @staticmethod
    def _refusal(answer: Answer) -> Exception:
        reason = f" ({answer.reason})" if answer.reason else ""
        refused = HttpRefused(
            f"The server refused {answer.address.shown} with status {answer.status}{reason}.",
            status=answer.status,
        )
        if answer.status in PASSING:
            return Mishap(refused, retry_after(answer.headers))
        return refused
