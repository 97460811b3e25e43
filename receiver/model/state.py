"""The state every controller sees. It is what goes over the wire: `docs/protocol.md` describes it.

Times: `_ms` are milliseconds of audio (a float where a frame matters), `_us` microseconds on the
receiver's clock. Clients ignore fields they do not know, so the state can grow.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import msgspec

Playback = Literal["idle", "loading", "buffering", "playing", "paused"]
Repeat = Literal["off", "one", "all"]


class ClockId(msgspec.Struct, frozen=True):
    """Names the clock that every `at_us` of this receiver is on: a new boot is a new clock."""

    receiver: str
    boot: str


class ReceiverInfo(msgspec.Struct, frozen=True):
    """Who the receiver is. The id never changes; the name is for people."""

    id: str
    name: str
    version: str
    clock: ClockId


Text = Annotated[str, msgspec.Meta(max_length=1024)]
Number = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]
"""One to reckon with: neither infinite nor none at all, whoever says it."""


CoverPath = Annotated[str, msgspec.Meta(pattern=r"\A/v1/covers/[0-9a-f]{32}\Z")]


class Tags(msgspec.Struct, frozen=True):
    """What a stream says of itself. Text from strangers: shown, never trusted."""

    title: Text | None = None
    artist: Text | None = None
    album: Text | None = None


class Entry(NamedTuple):
    """Something to play, as a playlist names it, and what that says of it."""

    url: str
    tags: Tags = Tags()
    duration_ms: float | None = None


class Item(msgspec.Struct, frozen=True):
    """One thing to play. `id` never changes and is given to no other item; `added_by` is who put it
    into the queue, as they call themselves. `cover` is the path of its picture at the receiver that
    says so, once it was opened there; None where there is none.
    """

    id: str
    url: str
    tags: Tags = Tags()
    duration_ms: float | None = None
    seekable: bool = False
    live: bool = False
    added_by: str | None = None
    cover: CoverPath | None = None


class Anchor(msgspec.Struct, frozen=True):
    """The position heard at an instant; at `rate` 1 it runs on from there, at 0 it stands."""

    item: str
    position_ms: float
    at_us: int
    rate: int

    def position_at(self, now_us: int) -> float:
        """The position heard at `now_us`, in milliseconds."""
        return self.position_ms + self.rate * (now_us - self.at_us) / 1000


class QueueState(msgspec.Struct, frozen=True):
    """What is said of the queue without being asked. `revision` counts its changes; the items are
    asked for by `queue.list`. `index` is that of the current item, None when there is none. For
    `crossfade_ms` at most an item and its follower sound together.
    """

    revision: int = 0
    length: int = 0
    index: int | None = None
    repeat: Repeat = "off"
    shuffle: bool = False
    crossfade_ms: int = 0


class SessionState(msgspec.Struct, frozen=True):
    """What is being played. `epoch` counts the moves of the session between receivers."""

    id: str
    epoch: int = 0
    playback: Playback = "idle"
    item: Item | None = None
    anchor: Anchor | None = None
    queue: QueueState = QueueState()


class Volume(msgspec.Struct, frozen=True):
    """Volume of the speaker. `db` is the gain in force, None when nothing can be heard; `cap` the
    most that `percent` can be now, `cap_until` the local time ("07:00") until when it is the
    night's.
    """

    percent: int
    muted: bool
    db: float | None = None
    cap: int = 100
    cap_until: str | None = None


class Output(msgspec.Struct, frozen=True):
    """The sound device as it is used now. `level_dbfs` only where the sink meters (the mock).
    `mixer` is the control of the card that makes the volume; None: it is made in software.
    """

    backend: str
    device: str
    rate: int = 0
    channels: int = 0
    buffer_ms: Number = 0.0
    delay_ms: Number = 0.0
    underruns: int = 0
    level_dbfs: Number | None = None
    mixer: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """What is wrong now, in words for people."""

    code: str
    message: str


class PeerClock(msgspec.Struct, frozen=True):
    """How a peer's clock stands: its instants are `offset_us` more than ours, give or take
    `uncertainty_us`. Told in steps, so that its jitter is no news.
    """

    offset_us: int
    uncertainty_us: int


class Peer(msgspec.Struct, frozen=True):
    """Another receiver of the house, as it tells of itself while it is `connected`. The instants
    in its session are on its own clock. `fingerprint`: of its certificate, "" without one.
    """

    id: str
    name: str
    version: str = ""
    host: str = ""
    port: int = 0
    fingerprint: str = ""
    connected: bool = False
    session: SessionState | None = None
    volume: Volume | None = None
    problem: Problem | None = None
    clock: PeerClock | None = None


class SoundDevice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sound device of the machine: either may be chosen, its name or the `id` of its card, which
    stays when cards come and go; None: it is on none.
    """

    name: str
    id: str | None = None


class SettingsState(msgspec.Struct, frozen=True):
    """What is said of the settings without being asked: `revision` counts their changes since the
    start. They are asked for by `settings.get`.
    """

    revision: int = 0


class Access(msgspec.Struct, frozen=True):
    """Who may command it: those who are paired (`pair`), or whoever reaches it (`open`). `pairing`:
    somebody new is let in now.
    """

    auth: Literal["pair", "open"] = "open"
    pairing: bool = False


class HistoryState(msgspec.Struct, frozen=True):
    """What is said of the history without being asked. `revision` counts its changes since the
    receiver was started; what was played is asked for by `history.list`.
    """

    revision: int = 0
    length: int = 0


class State(msgspec.Struct, frozen=True):
    """All of it. `peers` are the other receivers of the house, by their ids."""

    receiver: ReceiverInfo
    session: SessionState
    volume: Volume
    output: Output
    problem: Problem | None = None
    peers: dict[str, Peer] = {}
    access: Access = Access()
    history: HistoryState = HistoryState()
    settings: SettingsState = SettingsState()


class Receipt(msgspec.Struct, frozen=True):
    """The stages of one play, in milliseconds since the command was accepted; None: not passed.

    `resolved` is None where the URL held an address, `first_frame` where the play began paused.
    """

    accepted: float = 0.0
    resolved: float | None = None
    connected: float | None = None
    first_byte: float | None = None
    first_block: float | None = None
    first_frame: float | None = None


class Transferred(msgspec.Struct, frozen=True):
    """How a session was handed over: to the receiver with the id `to`, where it has `epoch` now.

    `switch_ms` went by from the command to the switch. `tight`: both clocks were known well enough,
    to `clock_error_ms`, to switch at the frame. `live`: the stream has no positions; it is joined
    where its server is now.
    """

    handoff: str
    to: str
    epoch: int
    tight: bool
    switch_ms: float
    clock_error_ms: float | None
    live: bool
    paused: bool
