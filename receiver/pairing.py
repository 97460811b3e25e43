"""How a receiver comes by its doorkeeper, keeps whom it lets in, and tells people of the code."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from receiver.clock.base import Clock, WallClock
from receiver.config.config import Config
from receiver.model.hours import Hours
from receiver.model.trust import Member
from receiver.server.certificate import Certificate
from receiver.server.local_door import Answers, Invitation, local_door
from receiver.store.trust import TrustFile
from receiver.trust.circle import Circle
from receiver.trust.doorkeeper import Doorkeeper
from receiver.trust.house_keys import HouseKeys
from receiver.trust.house_rules import HouseRules, Limits
from receiver.trust.pairings import Pairings
from receiver.trust.seal import Seal
from receiver.trust.window import OPEN_S, Opened

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
        hours = Hours.parse(config.guest_hours) if config.guest_hours else None
        self.doorkeeper = Doorkeeper(
            me,
            config.auth,
            self._circle,
            HouseRules(
                Limits(config.guest_skips, config.guest_volume, hours),
                wall.time_of_day,
            ),
            self,
            clock,
        )

    def _changed(self) -> None:
        """Something is to be kept; what others should know they are told at once."""
        self._dirty.set()
        self.doorkeeper.prune()
        self.tell()

    async def run(self, door: Path, answers: Answers) -> None:
        """Keep what changes, and the local door open, until cancelled. `answers` are what it has to
        say besides.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(local_door(door, {"pair": self._invite, **answers}))
            except OSError as error:
                log.warning("tonearm-receiver pair will not work: %s: %s", door, error.strerror)
            async with asyncio.TaskGroup() as tasks:
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
        return Invitation(opened.code, self._url(opened), OPEN_S)

    def _url(self, opened: Opened) -> str:
        """What the QR code holds. What is behind the # stays in the phone."""
        fingerprint = f"&fp={self.fingerprint}" if self.fingerprint else ""
        return f"{self._own_url()}#pair={opened.code}{fingerprint}"

    # --- as the herald ----------------------------------------------------------------------

    def opened(self, opened: Opened, seconds: float) -> None:
        """See `Herald`."""
        log.info("Pairing is open for %.0f s. Code: %s", seconds, opened.code)
        if sys.stderr.isatty():  # a log would shorten what looks so alike
            sys.stderr.write("\n".join([*qr_lines(self._url(opened)), ""]))
        self.say(opened.code)

    def closed(self, why: str) -> None:  # noqa: ARG002 - the doorkeeper has logged it
        """See `Herald`."""
        self.say("")


def qr_lines(text: str) -> list[str]:
    """A QR code for a terminal."""
    import segno  # noqa: PLC0415 - seldom needed

    drawn = io.StringIO()
    segno.make(text, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue().splitlines()
