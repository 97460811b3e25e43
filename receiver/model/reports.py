"""What comes back from the engine and the source of a track. Instants are seconds on the clock."""

from __future__ import annotations

from typing import Any

import msgspec

from receiver.model.state import CoverPath, Entry, Number, Output, SoundDevice, Tags


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The source of the track has answered."""

    track: int
    seekable: bool
    live: bool


class Listed(msgspec.Struct, frozen=True, tag=True):
    """The track is no music but a playlist, and this is what it names."""

    track: int
    entries: list[Entry]


class Fetched(msgspec.Struct, frozen=True, tag=True):
    """The last byte of the track has come; what is left of it lies in the engine."""

    track: int


class Described(msgspec.Struct, frozen=True, tag=True):
    """What the stream says of itself; sent again when it says something new."""

    track: int
    tags: Tags | None = None
    duration_ms: Number | None = None


class CoverPart(msgspec.Struct, frozen=True, tag=True):
    """Some of the comment that holds the cover of the track, NAME=base64, from the byte `offset`
    on; the whole has `size` bytes. 0: the track goes on without the one that was told.
    """

    track: int
    offset: int
    size: int
    data: bytes


class Covered(msgspec.Struct, frozen=True, tag=True):
    """The cover of the track is at the path `cover`; None: it has none that can be shown."""

    track: int
    cover: CoverPath | None


class Decoded(msgspec.Struct, frozen=True, tag=True):
    """The first block of the track was out of the decoder at `at`."""

    track: int
    at: Number


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The track stands ready, paused, at `position_ms`, with `ahead_s` in hand from there on.
    `seek` as in `Sounding`.
    """

    track: int
    position_ms: Number
    seek: int = 0
    ahead_s: Number = 0.0


class Sounding(msgspec.Struct, frozen=True, tag=True):
    """The track is heard: the frame at `position_ms` at the instant `heard_at`.

    Sent when it begins, goes on after a pause or a wait, or landed after the seek numbered `seek`
    (0: none yet). `taken_at` is when the device took the frame.
    """

    track: int
    position_ms: Number
    heard_at: Number
    taken_at: Number
    seek: int = 0


class Joined(msgspec.Struct, frozen=True, tag=True):
    """The track that was prepared is heard from its start, at `heard_at`: it followed the one
    before without a gap. If that one `overlaps`, it sounds on under it until its own `Ended`.
    """

    track: int
    heard_at: Number
    overlaps: bool = False


class Position(msgspec.Struct, frozen=True, tag=True):
    """The position heard at an instant, while it sounds; every second or two."""

    track: int
    position_ms: Number
    heard_at: Number


class Paused(msgspec.Struct, frozen=True, tag=True):
    """The track stands still; `position_ms` is the next frame to be heard. It may not have come to
    `Sounding` before. `seek` as there.
    """

    track: int
    position_ms: Number
    seek: int = 0


class Buffering(msgspec.Struct, frozen=True, tag=True):
    """The track waits at `position_ms` until its buffer will last; `ran_dry`: in the middle."""

    track: int
    position_ms: Number
    ran_dry: bool = False


class Unheard(msgspec.Struct, frozen=True, tag=True):
    """There is no sound device, for the reason in `message`: the track waits for one at
    `position_ms`, and goes on from there when it is back. Sent when the device is lost, and to
    each order that would have the track heard.
    """

    track: int
    position_ms: Number
    message: str


class SeekRefused(msgspec.Struct, frozen=True, tag=True):
    """The seek was not done; the track plays on as before."""

    track: int
    seek: int
    code: str
    message: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The last frame of the track was heard."""

    track: int


class Holes(msgspec.Struct, frozen=True, tag=True):
    """So many `more` gaps in the stream of the track were found, and are played over. With a
    `Position`, and when the engine parts with the track.
    """

    track: int
    more: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The track cannot be played (on): `code` and `message` as in `receiver.errors`."""

    track: int
    code: str
    message: str
    detail: dict[str, Any] = {}


class Want(msgspec.Struct, frozen=True, tag=True):
    """Bytes are wanted from `offset` on, as the feed numbered `feed`; older feeds are stale."""

    track: int
    feed: int
    offset: int


class Taken(msgspec.Struct, frozen=True, tag=True):
    """So many bytes of the feed have been decoded: the room for more grows by that."""

    track: int
    feed: int
    taken: int


class Device(msgspec.Struct, frozen=True, tag=True):
    """The output changed: opened, lost (`problem`), a bigger buffer, underruns, level."""

    output: Output
    problem: str | None = None


class Devices(msgspec.Struct, frozen=True, tag=True):
    """The sound devices of the machine."""

    devices: list[SoundDevice]


class Chosen(msgspec.Struct, frozen=True, tag=True):
    """What became of a `UseDevice`: that device is in use now; or it cannot be opened, for the
    reason in `problem`, and the one before is.
    """

    device: str
    problem: str | None = None


class Stuck(msgspec.Struct, frozen=True, tag=True):
    """The driver of the sound device does not come back: this process cannot use it any more."""


class VolumeMoved(msgspec.Struct, frozen=True, tag=True):
    """Somebody else has moved the volume of the card, or switched it off or on: the linear gain of
    all that is heard is `gain` now, and would be without the switch.
    """

    gain: Number
    muted: bool


class Health(msgspec.Struct, frozen=True, tag=True):
    """For the metrics, with each `Position`: seconds decoded and not yet played."""

    buffered_s: Number


class Pong(msgspec.Struct, frozen=True, tag=True):
    """The engine turns."""


class Died(msgspec.Struct, frozen=True, tag=True):
    """The audio process ended, for `reason`, and was started again. `device`: it was not what it
    played, but the sound device.
    """

    reason: str
    device: bool = False


Report = (
    Opened
    | Listed
    | Fetched
    | Described
    | CoverPart
    | Covered
    | Decoded
    | Ready
    | Sounding
    | Joined
    | Position
    | Paused
    | Buffering
    | Unheard
    | SeekRefused
    | Ended
    | Holes
    | Failed
    | Want
    | Taken
    | Device
    | Devices
    | Chosen
    | Stuck
    | VolumeMoved
    | Health
    | Pong
    | Died
)
