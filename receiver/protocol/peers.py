"""What receivers say to one another, over the one WebSocket between two of them.

Both sides say `hello` first. Then each sends its state and changes of it (`events.py`), asks and
answers commands (`commands.py`), and hands a session over with the messages below. Instants are
microseconds on the clock of the receiver that hands over, the *source*; the *target* takes it.

    source                                   target
    prepare, queue parts  ------------------>  opens the item, decodes ahead
                          <------------------  ready (or failed)
    commit: the instant T ------------------>  arms itself
                          <------------------  armed
    go                    ------------------>  sounds from T on; without it, it does not
    fades out at T                             fades in at T
                          <------------------  done: it owns the session now
    released              ------------------>

Each message names its handoff. `attempt` counts up over all that is prepared and committed in it;
a lower one is stale. Those that do not fit what the receiver is doing are let be, so it
does no harm that one comes twice, late, or not at all.
"""

from __future__ import annotations

import msgspec

from receiver.model.state import Item, Repeat, Text
from receiver.protocol.commands import Command
from receiver.protocol.events import ServerMessage


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """Who speaks: `receiver` is the id, `port` where it can be reached, and `instance` another one
    each time that it is started.
    """

    receiver: str
    name: str
    version: str
    port: int
    instance: str


class Row(msgspec.Struct, frozen=True, array_like=True):
    """An item of the queue. `added_in`: the revision that it came with; `place`: in the shuffled
    order, where there is one.
    """

    item: Item
    added_in: int = 0
    place: int | None = None


class QueuePart(msgspec.Struct, frozen=True, tag="handoff.queue"):
    """Rows of the queue from `offset` on, as they were at `revision`."""

    handoff: str
    revision: int
    offset: int
    rows: list[Row]


class Moving(msgspec.Struct, frozen=True):
    """A session on its way. `epoch` is the one it will have at the target."""

    id: str
    epoch: int
    length: int
    queue_revision: int
    current: str | None = None
    repeat: Repeat = "off"
    shuffle: bool = False
    paused: bool = False
    crossfade_ms: int = 0


class Prepare(msgspec.Struct, frozen=True, tag="handoff.prepare"):
    """Make ready to take the session: open `item` and decode from `position_ms` on, which is heard
    at `at_us`, unless it is paused. Said again, with a higher `attempt`, when another place or item
    became the right one.
    """

    handoff: str
    attempt: int
    session: Moving
    item: Item | None
    position_ms: float
    at_us: int
    replace: bool = False
    volume: int | None = None


class Ready(msgspec.Struct, frozen=True, tag="handoff.ready"):
    """The target could sound. It holds `from_ms` to `to_ms`, its first frame is heard `lead_us`
    after it is asked for, and it knows the source's clock to within `clock_error_us`.
    """

    handoff: str
    attempt: int
    from_ms: float
    to_ms: float
    lead_us: int
    clock_error_us: int | None


class Failed(msgspec.Struct, frozen=True, tag="handoff.failed"):
    """The target does not take the session: `code` and `message` as in the errors."""

    handoff: str
    code: str
    message: Text


class Commit(msgspec.Struct, frozen=True, tag="handoff.commit"):
    """Fade in from `at_us` on, where `position_ms` is to be heard, over `fade_us`. Said again, with
    a later instant and a higher `attempt`, when the target says that it comes too late. `revision`
    is the queue's.
    """

    handoff: str
    attempt: int
    at_us: int
    position_ms: float
    fade_us: int
    revision: int


class Armed(msgspec.Struct, frozen=True, tag="handoff.armed"):
    """The target will do so. `late_us` above 0: it cannot, by so much."""

    handoff: str
    attempt: int
    late_us: int = 0


class Go(msgspec.Struct, frozen=True, tag="handoff.go"):
    """The source fades out at the instant: no return."""

    handoff: str
    attempt: int


class TakenOver(msgspec.Struct, frozen=True, tag="handoff.done"):
    """The target is heard and owns the session."""

    handoff: str
    epoch: int


class Released(msgspec.Struct, frozen=True, tag="handoff.released"):
    """The source has let go."""

    handoff: str


class Abort(msgspec.Struct, frozen=True, tag="handoff.abort"):
    """The source keeps the session, and says why."""

    handoff: str
    message: Text


class Ask(msgspec.Struct, frozen=True, tag="handoff.ask"):
    """What became of the handoff? The answer is `done` or `failed`."""

    handoff: str


HandoffMessage = (
    Prepare | QueuePart | Ready | Failed | Commit | Armed | Go | TakenOver | Released | Abort | Ask
)
PeerMessage = Hello | HandoffMessage | ServerMessage | Command
"""All that goes over the WebSocket between two receivers."""
