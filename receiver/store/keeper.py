"""Keeps what is worth keeping: seldom enough for a card, often enough for a power cut."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from msgspec.structs import replace

from receiver.clock.base import Clock
from receiver.model.moment import Moment
from receiver.model.state import Peer, Problem
from receiver.protocol.peers import Moving, Row
from receiver.store.base import MOST_PEERS, Loaded, Saved, SavedPeer, Store
from receiver.store.runs import how_it_ended, next_run

log = logging.getLogger(__name__)

EVERY_S = 5.0
"""From one write to the next, at least; and from a change to its write, at most."""
QUIET_S = 2.0
"""What is being changed is written when it has been let alone for so long."""
AHEAD_S = 1.0
"""So far ahead of the music a place is written: so that, whenever the power goes until the next
write, it is less than `EVERY_S` off, though writing takes its time."""
LONGEST_PAUSE_S = 60.0
"""Between two tries at a disk that does not take anything."""
BOOT_DIGITS = 8
"""Of a boot's id, which is random: enough to tell two apart, and it is written often."""
PEERS_WITHIN_S = 2.0
"""What comes back waits so long for the other receivers: one of them may have taken it over."""


class Subject(Protocol):
    """What is kept: see `receiver.session.memoir`. Event loop only."""

    @property
    def edition(self) -> object:
        """Another one as soon as `packed` is."""
        ...

    @property
    def revision(self) -> int:
        """The same, and also when something became known that can do without being kept."""
        ...

    def moment(self, at: float) -> Moment:
        """What changes all the time, as it will be at the instant `at`."""
        ...

    def packed(self) -> tuple[Moving, list[Row]]:
        """The session and its queue."""
        ...

    def restore(
        self, session: Moving | None, rows: Sequence[Row], moment: Moment, now: float
    ) -> None:
        """Be what was kept; what was played stands."""
        ...

    def come_back(self, at: float) -> None:
        """Have what stands heard again, from the instant `at` on."""
        ...

    def tell(self, problem: Problem) -> None:
        """Everybody is to know."""
        ...


class Keeper:
    """Brings a subject back from a store, and keeps it there. Event loop only.

    The big file is written when the queue, the session or the house is another one; what changes
    all the time is noted beside it. Nothing is written while nothing changes.
    """

    def __init__(
        self, store: Store, loaded: Loaded, subject: Subject, boot: str, clock: Clock
    ) -> None:
        """`boot`: the id of the boot that the clock belongs to."""
        saved, boot = loaded.saved, boot[:BOOT_DIGITS]
        self.receiver_id = saved.receiver_id
        self.peers = saved.peers
        """Those that are remembered."""
        self.lent = [*saved.lent]
        """Kept along with the queue; whoever lends changes it."""
        self._store = store
        self._subject = subject
        self._clock = clock
        self._ending = how_it_ended(saved.run, boot)
        self._run = next_run(saved.run, boot, clock.now())
        self._writing = threading.Lock()
        self._moment = saved.moment
        self._version: object = None
        self._revision = -1
        """What was written last; None: nothing that is known."""
        self._dirty = asyncio.Event()
        self._dirty_at = self._changed_at = self._next_at = 0.0
        self._pause = EVERY_S

    # --- bringing it back -------------------------------------------------------------------

    def bring_back(self, loaded: Loaded, *, resume: bool) -> None:
        """Have the subject be what it was. What played goes on if `resume`, unless that keeps
        crashing the receiver.
        """
        subject, saved, now = self._subject, loaded.saved, self._clock.now()
        subject.restore(saved.session, saved.rows, saved.moment, now)
        if loaded.lost is None:
            self._version, self._revision = self._newest, subject.revision
        else:
            subject.tell(Problem("state_lost", loaded.lost))
        if saved.moment.doing != "playing":
            return
        if self._run.keeps_crashing:
            why = "The receiver crashed twice within ten minutes while it played."
            log.warning("%s So the music stands where it was.", why)
            subject.tell(Problem("crashed", f"{why} The music stands where it was; play goes on."))
        elif resume:
            log.info("It %s while it played: the music goes on.", self._ending)
            subject.come_back(now + (PEERS_WITHIN_S if saved.peers else 0.0))

    async def begin(self) -> None:
        """Note that a run begins: before anything that may end it."""
        self._next_at = self._clock.now() + EVERY_S
        await self._write(lambda: self._store.note(self._moment, self._run))

    # --- keeping it -------------------------------------------------------------------------

    def look(self) -> None:
        """The subject may have changed. Cheap: ask as often as you like."""
        now = self._clock.now()
        if self._newest == self._version and self._subject.moment(now) == self._moment:
            return
        self._changed_at = now
        if not self._dirty.is_set():
            self._dirty_at = now
            self._dirty.set()

    def meet(self, peers: Iterable[Peer]) -> None:
        """Remember these receivers of the house, and no others."""
        known = [SavedPeer(peer.id, peer.name, peer.host, peer.port) for peer in peers]
        if known[-MOST_PEERS:] != self.peers:
            self.peers = known[-MOST_PEERS:]
            self.look()

    async def run(self) -> None:
        """Keep it until cancelled."""
        while True:
            await self._dirty.wait()
            while (wait := self._due - self._clock.now()) > 0:
                await self._clock.sleep(wait)
            self._dirty.clear()
            now = self._clock.now()
            kept = await self._keep(now + AHEAD_S)
            self._pause = EVERY_S if kept else min(2 * self._pause, LONGEST_PAUSE_S)
            self._next_at = now + self._pause
            self.look()

    async def finish(self, at: float) -> None:
        """The receiver was stopped at the instant `at`: keep what is not, and that. Not before
        `run` has ended.
        """
        self._run = replace(self._run, stopped=True)
        if self._subject.revision != self._revision:
            self._version = None
        await self._keep(at)

    @property
    def _newest(self) -> object:
        """What the big file should hold, by its names."""
        return self._subject.edition, self.peers

    @property
    def _due(self) -> float:
        """When to write what has changed."""
        return max(self._next_at, min(self._changed_at + QUIET_S, self._dirty_at + EVERY_S))

    async def _keep(self, at: float) -> bool:
        """Write what has changed, as it will be at the instant `at`."""
        subject = self._subject
        version, revision, moment = self._newest, subject.revision, subject.moment(at)
        if version == self._version:
            kept = await self._write(lambda: self._store.note(moment, self._run))
        else:
            session, rows = subject.packed()
            saved = Saved(
                receiver_id=self.receiver_id,
                peers=self.peers,
                lent=[*self.lent],
                moment=moment,
                run=self._run,
                session=session,
                rows=rows,
            )
            kept = await self._write(lambda: self._store.save(saved))
            if kept:
                self._version, self._revision = version, revision
        if kept:
            self._moment = moment
        return kept

    async def _write(self, call: Callable[[], bool]) -> bool:
        """Off the event loop, and one at a time: one that nobody waits for any more goes on."""

        def alone() -> bool:
            with self._writing:
                return call()

        return await asyncio.to_thread(alone)
