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

from typing import Annotated

import msgspec

from receiver.model.state import ClockId, Item, Repeat
from receiver.model.trust import (
    MOST_KEYS,
    MOST_PAIRINGS,
    Digest,
    Fingerprint,
    Household,
    Pairing,
    Role,
)
from receiver.protocol.commands import Command, Id, Percent, Receiver
from receiver.protocol.events import ServerMessage
from receiver.protocol.limits import MAX_CROSSFADE_S, MAX_ID, MAX_QUEUE

LONGEST_S = 1e9
"""Thirty years: no machine runs for longer, and nothing plays for longer."""
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_QUEUE)]
Microseconds = Annotated[int, msgspec.Meta(ge=0, le=int(LONGEST_S * 1e6))]
PositionMs = Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S * 1e3)]
CrossfadeMs = Annotated[int, msgspec.Meta(ge=0, le=MAX_CROSSFADE_S * 1000)]
Reason = Annotated[str, msgspec.Meta(max_length=16 * 1024)]
"""May name a URL or two."""
Version = Annotated[str, msgspec.Meta(max_length=MAX_ID)]


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """Who speaks: `receiver` is the id, `port` where it can be reached, and `instance` another one
    each time that it is started.
    """

    receiver: Id
    name: Receiver
    version: Version
    port: Port
    instance: Id
    nonce: Version = ""
    keys: Annotated[list[Version], msgspec.Meta(max_length=MOST_KEYS)] = []
    """The names of the keys of the house that it knows, the newest first; none: it is open."""
    fingerprint: Fingerprint = ""


class Proof(msgspec.Struct, frozen=True, tag="proof"):
    """Shows that the sender knows a key of the house: see `receiver.trust.house_keys`. Both sides
    send it behind their hello, unless they are open.
    """

    mac: Digest


class Trust(msgspec.Struct, frozen=True, tag="trust"):
    """Who is trusted in the house; said after the proofs and whenever it has changed."""

    house: Household
    pairings: Annotated[list[Pairing], msgspec.Meta(max_length=MOST_PAIRINGS)]


class TimeTold(msgspec.Struct, frozen=True):
    """The result of a `time` command."""

    t1_us: Microseconds
    t2_us: Microseconds
    t3_us: Microseconds
    clock: ClockId


class Row(msgspec.Struct, frozen=True, array_like=True):
    """An item of the queue. `added_in`: the revision that it came with; `place`: in the shuffled
    order, where there is one.
    """

    item: Item
    added_in: int = 0
    place: int | None = None


class QueuePart(msgspec.Struct, frozen=True, tag="handoff.queue"):
    """Rows of the queue from `offset` on, as they were at `revision`."""

    handoff: Id
    revision: int
    offset: Count
    rows: Annotated[list[Row], msgspec.Meta(max_length=MAX_QUEUE)]


class Moving(msgspec.Struct, frozen=True):
    """A session on its way. `epoch` is the one it will have at the target."""

    id: Id
    epoch: int
    length: Count
    queue_revision: int
    current: str | None = None
    repeat: Repeat = "off"
    shuffle: bool = False
    paused: bool = False
    crossfade_ms: CrossfadeMs = 0


class Prepare(msgspec.Struct, frozen=True, tag="handoff.prepare"):
    """Make ready to take the session: open `item` and decode from `position_ms` on, which is heard
    at `at_us`, unless it is paused. Said again, with a higher `attempt`, when another place or item
    became the right one.
    """

    handoff: Id
    attempt: int
    session: Moving
    item: Item | None
    position_ms: PositionMs
    at_us: Microseconds
    replace: bool = False
    volume: Percent | None = None


class Ready(msgspec.Struct, frozen=True, tag="handoff.ready"):
    """The target could sound. It holds `from_ms` to `to_ms`, its first frame is heard `lead_us`
    after it is asked for, and it knows the source's clock to within `clock_error_us`.
    """

    handoff: Id
    attempt: int
    from_ms: PositionMs
    to_ms: PositionMs
    lead_us: Microseconds
    clock_error_us: Microseconds | None


class Failed(msgspec.Struct, frozen=True, tag="handoff.failed"):
    """The target does not take the session: `code` and `message` as in the errors."""

    handoff: Id
    code: Id
    message: Reason


class Commit(msgspec.Struct, frozen=True, tag="handoff.commit"):
    """Fade in from `at_us` on, where `position_ms` is to be heard, over `fade_us`. Said again, with
    a later instant and a higher `attempt`, when the target says that it comes too late. `revision`
    is the queue's.
    """

    handoff: Id
    attempt: int
    at_us: Microseconds
    position_ms: PositionMs
    fade_us: Microseconds
    revision: int


class Armed(msgspec.Struct, frozen=True, tag="handoff.armed"):
    """The target will do so. `late_us` above 0: it cannot, by so much."""

    handoff: Id
    attempt: int
    late_us: Microseconds = 0


class Go(msgspec.Struct, frozen=True, tag="handoff.go"):
    """The source fades out at the instant: no return."""

    handoff: Id
    attempt: int


class TakenOver(msgspec.Struct, frozen=True, tag="handoff.done"):
    """The target is heard and owns the session."""

    handoff: Id
    epoch: int


class Released(msgspec.Struct, frozen=True, tag="handoff.released"):
    """The source has let go."""

    handoff: Id


class Abort(msgspec.Struct, frozen=True, tag="handoff.abort"):
    """The source keeps the session, and says why."""

    handoff: Id
    message: Reason


class Ask(msgspec.Struct, frozen=True, tag="handoff.ask"):
    """What became of the handoff? The answer is `done` or `failed`."""

    handoff: Id


class OnBehalf(msgspec.Struct, frozen=True, tag="on_behalf"):
    """A command of somebody who is known to the sender: the caller's `role`, the id of the pairing
    and its name.
    """

    command: Command
    role: Role
    pairing: Annotated[str, msgspec.Meta(max_length=MAX_ID)]
    name: Annotated[str, msgspec.Meta(max_length=MAX_ID)]


HandoffMessage = (
    Prepare | QueuePart | Ready | Failed | Commit | Armed | Go | TakenOver | Released | Abort | Ask
)
PeerMessage = Hello | Proof | Trust | HandoffMessage | OnBehalf | ServerMessage | Command
"""All that goes over the WebSocket between two receivers."""
