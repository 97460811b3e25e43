"""Keeps the service manager informed: ready, what it does, all is well, stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from receiver.clock.base import Clock
from receiver.model import reports
from receiver.model.state import State
from receiver.service.notify import Notifier, Say
from receiver.service.status import status_line
from receiver.service.watchdog import Watchdog
from receiver.session.observer import Observer


def _nobody(**fields: str) -> None:
    """Where no service manager listens."""


class Service(Observer):
    """See the module. Event loop only; nothing here raises.

    `feed_every_s`: how often the watchdog of the manager is told that all is well; None: it has
    none.
    """

    def __init__(self, clock: Clock, say: Say = _nobody, feed_every_s: float | None = None) -> None:
        self._clock = clock
        self._say = say
        self._feed_every_s = feed_every_s
        self._watchdog = Watchdog()
        self._line = ""
        self._ready = False

    @classmethod
    def of_environment(cls, environ: Mapping[str, str], clock: Clock, pid: int) -> Self:
        """As the manager asks for it by the variables of the process `pid`."""
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls(clock)
        wanted = environ.get("WATCHDOG_USEC", "")
        mine = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        feed_every_s = int(wanted) / 1e6 / 2 if mine and wanted.isdecimal() else None
        return cls(clock, Notifier(address), feed_every_s or None)

    async def run(self) -> None:
        """Say that all is well, for as long as it is: this event loop turns, and sound advances
        when it should. Ends when nobody wants to know.
        """
        while self._feed_every_s is not None:
            if self._watchdog.content(self._clock.now()):
                self._say(WATCHDOG="1")
            await self._clock.sleep(self._feed_every_s)

    def ready(self) -> None:
        """Commands are taken."""
        self._ready = True
        self._say(READY="1", STATUS=self._line)

    def stopping(self) -> None:
        """The end was asked for."""
        self._say(STOPPING="1", STATUS="Stopping")

    def published(self, state: State) -> None:
        """The state is `state` now."""
        self._watchdog.published(state, self._clock.now())
        line = status_line(state)
        if line != self._line:
            self._line = line
            if self._ready:
                self._say(STATUS=line)

    def reported(self, report: reports.Report) -> None:
        """See `Observer`."""
        match report:
            case (
                reports.Sounding(heard_at=heard_at)
                | reports.Position(heard_at=heard_at)
                | reports.Joined(heard_at=heard_at)
            ):
                self._watchdog.heard(heard_at, self._clock.now())
