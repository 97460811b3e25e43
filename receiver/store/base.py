"""The promise of a store."""

from __future__ import annotations

import uuid
from typing import Annotated, NamedTuple, Protocol

import msgspec

from receiver.model.moment import Moment
from receiver.protocol.peers import Moving, Row
from receiver.store.runs import Run

Id = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]


Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]

MOST_PEERS = 100
MOST_PORTS = 100


class SavedPeer(msgspec.Struct, frozen=True):
    """A receiver of the house, and where it was reached last."""

    id: str
    name: str
    host: str
    port: Port


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered. `receiver_id` is made once and never changes. The session is packed as
    for a move to another receiver; `rows` are its queue, and `lent` the ports of this machine that
    it may come from (`source.policy`).
    """

    receiver_id: Id
    peers: Annotated[list[SavedPeer], msgspec.Meta(max_length=MOST_PEERS)] = []
    lent: Annotated[list[Port], msgspec.Meta(max_length=MOST_PORTS)] = []
    moment: Moment = Moment()
    run: Run = Run()
    session: Moving | None = None
    rows: list[Row] = []


def first_start() -> Saved:
    """What a receiver without a past remembers: an id that no other has, and the defaults."""
    return Saved(receiver_id=uuid.uuid4().hex)


class Loaded(NamedTuple):
    """What a store held. `lost`: what was not what had been saved, and what became of it, for
    people; None: all is well.
    """

    saved: Saved
    lost: str | None = None


class Store(Protocol):
    """Keeps one `Saved`. One call at a time, from any thread.

    All calls take as long as the disk does: keep them off the event loop. None raises: a full or
    broken card costs the memory of the speaker, never its music. What `save` and `note` return
    tells whether it is kept: then it outlives a loss of power. While they run, and when they fail,
    what was kept before does.
    """

    def load(self) -> Loaded:
        """What was saved last, with the moment noted last. The first time, and when nothing that
        was saved can be read: a fresh one, which is saved at once.
        """
        ...

    def save(self, saved: Saved) -> bool:
        """Keep `saved`."""
        ...

    def note(self, moment: Moment, run: Run) -> bool:
        """Keep the moment and the run, beside all else that was saved or loaded last. Costs a
        hundred bytes, however long the queue is.
        """
        ...
