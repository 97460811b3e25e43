"""A resolver that a test scripts, in the place of a loop's `getaddrinfo`."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any


class Names:
    """What each name leads to; addresses lead to themselves. `asked` counts the look-ups, and
    `after` is called at the end of each.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.after: Callable[[], None] = lambda: None
        self._places: dict[str, list[str]] = {}

    def lead(self, address: str, *names: str, also: bool = False) -> None:
        """From now on they lead to `address`; `also`: besides where they lead already."""
        for name in names:
            self._places[name] = [*(self._places[name] if also else ()), address]

    async def look_up(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        """See `asyncio.loop.getaddrinfo`."""
        self.asked += 1
        try:
            return [
                (
                    socket.AF_INET6 if ":" in address else socket.AF_INET,
                    socket.SOCK_STREAM,
                    socket.IPPROTO_TCP,
                    "",
                    (address, port, 0, 0) if ":" in address else (address, port),
                )
                for address in self._places[host]
            ]
        except KeyError:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        finally:
            self.after()
