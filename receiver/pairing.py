"""How a receiver comes by its doorkeeper, keeps whom it lets in, and tells people of the code."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from receiver.clock.base import Clock, WallClock
from receiver.config.config import Config
from receiver.model.hours import Hours
from receiver.model.trust import Member
from receiver.server.certificate import Certificate
from receiver.server.local_door import Answers, Invitation, local_door
from receiver.store.trust import TrustFile
from receiver.trust.circle import Circle
from receiver.trust.doorkeeper import Doorkeeper, Drawn
from receiver.trust.house_keys import HouseKeys
from receiver.trust.house_rules import HouseRules, Limits
from receiver.trust.pairings import Pairings
from receiver.trust.seal import Seal
from receiver.trust.window import OPEN_S, Opened

if TYPE_CHECKING:
    from segno import QRCode

log = logging.getLogger(__name__)

RETRY_S = 60.0


class Pairing:
    """The doorkeeper of a receiver and what belongs to it. Event loop only."""

    def __init__(
        self,
        config: Config,
        own_id: str,
        file: TrustFile,
        certificate: Certificate | None,
        clock: Clock,
        wall: WallClock,
        own_url: Callable[[], str],
    ) -> None:
        """`own_url`: where this receiver's page is. Reads the file."""
        self._file = file
        self._clock = clock
        self._own_url = own_url
        self._dirty = asyncio.Event()
        self.tell: Callable[[], None] = lambda: None
        """Is called when other receivers of the house are to know something."""
        self.say: Callable[[str], None] = lambda _: None
        """Has a code said by the speaker; an empty one: no more."""
        self.lasting_host: Callable[[], str] = lambda: ""
        """A name that this receiver keeps, with the port; "": it has none."""
        self._drawing = asyncio.TaskGroup()
        trusted = file.load()
        self.fingerprint = certificate.fingerprint if certificate else ""
        me = Member(own_id, config.name, self.fingerprint)
        self._circle = Circle(
            Pairings(trusted, wall.unix_time, self._changed),
            HouseKeys(trusted.house, me, self._changed),
        )
        self.credentials: Seal | None = None
        """How other receivers know this one; None: it is open."""
        if config.auth == "pair":
            self.credentials = Seal(self._circle, self.fingerprint)
        self._rules = HouseRules(_limits(config), wall.time_of_day)
        self.doorkeeper = Doorkeeper(
            me,
            config.auth,
            self._circle,
            self._rules,
            self,
            clock,
        )

    def be_set(self, config: Config) -> None:
        """Go by this configuration from now on."""
        self.doorkeeper.rename(config.name)
        self._circle.house.rename(config.name)
        self._rules.limit(_limits(config))

    def _changed(self) -> None:
        """Something is to be kept; what others should know they are told at once."""
        self._dirty.set()
        self.doorkeeper.prune()
        self.tell()

    async def run(self, door: Path, answers: Answers) -> None:
        """Keep what changes, and the local door open, until cancelled. `answers` are what it has to
        say besides.
        """
        async with self._drawing as tasks, contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(local_door(door, {"pair": self._invite, **answers}))
            except OSError as error:
                log.warning("tonearm-receiver pair will not work: %s: %s", door, error.strerror)
            tasks.create_task(self.doorkeeper.run())
            await self._keep()

    async def _keep(self) -> None:
        """Write each change at once; the last one, too, when it ends."""
        try:
            while True:
                await self._dirty.wait()
                self._dirty.clear()
                if not await asyncio.to_thread(self._file.save, self._circle.trusted):
                    self._dirty.set()
                    await self._clock.sleep(RETRY_S)
        finally:
            if self._dirty.is_set():
                self._file.save(self._circle.trusted)

    async def _invite(self) -> Invitation:
        opened = self.doorkeeper.open()
        return Invitation(opened.code, self._link(self._own_url(), opened), OPEN_S)

    def _link(self, page: str, opened: Opened) -> str:
        """What the QR code holds. What is behind the # stays in the phone."""
        fingerprint = f"&fp={self.fingerprint}" if self.fingerprint else ""
        return f"{page}#pair={opened.code}{fingerprint}"

    def _page(self, host: str) -> str:
        """Where a phone finds the page, that somebody has reached at `host`."""
        host = self.lasting_host() if _is_of_this_machine(host) else host
        return f"http://{host}/" if host else self._own_url()

    async def _draw(self, link: str, tell: Drawn) -> None:
        """Off the event loop: it takes some time, to load what it takes most of all."""
        tell(link, await asyncio.to_thread(qr_rows, link))

    # --- as the herald ----------------------------------------------------------------------

    def opened(self, opened: Opened, seconds: float) -> None:
        """See `Herald`."""
        log.info("Pairing is open for %.0f s. Code: %s", seconds, opened.code)
        if sys.stderr.isatty():  # a log would shorten what looks so alike
            sys.stderr.write("\n".join([*qr_lines(self._link(self._own_url(), opened)), ""]))
        self.say(opened.code)

    def draw(self, opened: Opened, host: str, tell: Drawn) -> None:
        """See `Herald`."""
        self._drawing.create_task(self._draw(self._link(self._page(host), opened), tell))

    def closed(self, why: str) -> None:  # noqa: ARG002 - the doorkeeper has logged it
        """See `Herald`."""
        self.say("")


def _limits(config: Config) -> Limits:
    hours = Hours.parse(config.guest_hours) if config.guest_hours else None
    return Limits(config.guest_skips, config.guest_volume, hours)


def _is_of_this_machine(host: str) -> bool:
    """Whether a host, with or without a port, leads nobody else here, or nowhere."""
    name = urlsplit(f"//{host}").hostname or ""
    return name in ("", "localhost") or name.startswith("127.") or name == "::1"


def qr_lines(text: str) -> list[str]:
    """A QR code for a terminal."""
    drawn = io.StringIO()
    _qr(text).terminal(drawn, compact=True)
    return drawn.getvalue().splitlines()


def qr_rows(text: str) -> list[str]:
    """A QR code as rows of 0 (light) and 1 (dark), without the quiet zone."""
    return ["".join("1" if dark else "0" for dark in row) for row in _qr(text).matrix]


def _qr(text: str) -> QRCode:
    import segno  # noqa: PLC0415 - seldom needed

    return segno.make(text, micro=False)
