"""What of a session is worth keeping over a restart, and how it comes back."""

from __future__ import annotations

from collections.abc import Sequence

from receiver.model.moment import Doing, Moment
from receiver.model.state import Item, Problem
from receiver.protocol.peers import Moving, Row
from receiver.session.session import Session


class Memoir:
    """A view of a session. Pure."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._queue = session.queue
        self._deck = session.deck

    @property
    def edition(self) -> tuple[str, int, int]:
        """Another one as soon as `packed` is another in what `moment` does not tell, and what does
        not become known again by playing it.
        """
        identity = self._session.identity
        return identity.id, identity.epoch, self._queue.edition

    @property
    def revision(self) -> int:
        """Another one as soon as `packed` is another in anything."""
        return self._queue.revision

    def moment(self, at: float) -> Moment:
        """What changes all the time, as it will be at the instant `at`."""
        deck, loudness, item = self._deck, self._session.loudness, self._queue.current
        doing: Doing = "idle"
        position_ms = 0.0
        if deck.item is not None:
            doing = "paused" if deck.paused else "playing"
            item, position_ms = self._place(deck.item, at)
        return Moment(
            loudness.percent,
            loudness.muted,
            doing,
            None if item is None else item.id,
            int(position_ms),
        )

    def _place(self, item: Item, at: float) -> tuple[Item, float]:
        """Where the music will be: by then it may have gone on to what follows."""
        if item.live:
            return item, 0.0
        position_ms, end = self._deck.place.exactly_at(at, None), item.duration_ms
        if end is None or position_ms < end:
            return item, position_ms
        follower = self._queue.item(self._queue.upcoming())
        if follower is None or self._deck.paused:
            return item, end
        return follower, position_ms - end

    def packed(self) -> tuple[Moving, list[Row]]:
        """The session and its queue."""
        return packed(self._session), self._queue.rows()

    def restore(
        self, session: Moving | None, rows: Sequence[Row], moment: Moment, now: float
    ) -> None:
        """Be the session that was kept, as it was at that moment; what was played stands at its
        place, and is not opened before it is to be heard.
        """
        loudness = self._session.loudness
        loudness.set(moment.volume_percent, moment.muted)
        if session is None:
            return
        self._session.identity.id, self._session.identity.epoch = session.id, session.epoch
        self._queue.adopt(rows, session)
        item = self._queue.item(moment.item)
        self._queue.go_to(None if item is None else item.id)
        if item is not None and moment.doing != "idle":
            self._deck.lay(float(moment.position_ms), now, paused=True)

    def come_back(self, at: float) -> None:
        """What stands is to be heard again, at the instant `at` or as soon as it can be had."""
        if self._deck.item is not None:
            self._deck.lay(self._deck.position(at), at, paused=False)
            self._deck.comeback.begin(at)

    def tell(self, problem: Problem) -> None:
        """Everybody is to know what went wrong, until something else is played."""
        self._session.problem = problem


def packed(session: Session) -> Moving:
    """The session without its items, as it goes to another receiver or to the disk."""
    queue, current = session.queue.state, session.queue.current
    return Moving(
        id=session.identity.id,
        epoch=session.identity.epoch,
        length=queue.length,
        queue_revision=queue.revision,
        current=None if current is None else current.id,
        repeat=queue.repeat,
        shuffle=queue.shuffle,
        crossfade_ms=queue.crossfade_ms,
        paused=session.deck.paused,
    )
