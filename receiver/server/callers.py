"""Who sends a request: told by the token in its head."""

from __future__ import annotations

from aiohttp import web

from receiver.errors import Unauthorized
from receiver.trust.caller import Caller
from receiver.trust.doorkeeper import Doorkeeper


def as_met(caller: Caller, request: web.Request) -> Caller:
    """Who sends a request: whether others may hear it, and where it came from and to. It came from
    this machine when both are the same address.
    """
    reached = None if request.transport is None else request.transport.get_extra_info("sockname")
    here = reached is not None and request.remote == reached[0]
    return caller._replace(private=request.secure, here=here, host=request.host)


class Callers:
    """Reads heads, and asks the doorkeeper. Event loop only."""

    def __init__(self, doorkeeper: Doorkeeper) -> None:
        self._doorkeeper = doorkeeper

    def of(self, request: web.Request) -> Caller | None:
        """Who asks, by the token in the head (RFC 6750); None: nobody that was let in. Raises
        `Unauthorized` for a token that is none.
        """
        caller = self._by_token(request)
        return None if caller is None else as_met(caller, request)

    def known(self, request: web.Request) -> Caller:
        """The same, but raises `Unauthorized` for who is not paired."""
        caller = self.of(request)
        if caller is None:
            raise self._doorkeeper.unknown()
        return caller

    def _by_token(self, request: web.Request) -> Caller | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return self._doorkeeper.stranger
        if scheme.casefold() != "bearer":
            raise Unauthorized("Show the token of a pairing as: Authorization: Bearer TOKEN.")
        return self._doorkeeper.caller(token.strip())
