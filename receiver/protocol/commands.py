"""What a controller can ask. One vocabulary for the WebSocket, HTTP, the command line and buttons.

Each command carries an `id` of the sender's choice and gets exactly one answer with that id. With
`receiver`, the id or name of another receiver of the house, it is forwarded there. With `session`
or `epoch`, it is refused (`stale`) where the session is another one, or has moved since.
Unknown fields are refused by name, so that a typing error never passes for a wish.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from receiver.model.state import Repeat, Tags
from receiver.model.trust import Household, PairingName, Role
from receiver.protocol import limits

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.MAX_ID)]
Receiver = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.MAX_NAME)]
Url = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.MAX_URL)]
PositionMs = Annotated[float, msgspec.Meta(ge=0, le=limits.MAX_POSITION_MS)]
DeltaMs = Annotated[float, msgspec.Meta(ge=-limits.MAX_POSITION_MS, le=limits.MAX_POSITION_MS)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Text = Annotated[str, msgspec.Meta(max_length=limits.MAX_TEXT)]
Place = Literal["end", "next"] | Annotated[int, msgspec.Meta(ge=0)]
PercentDelta = Annotated[int, msgspec.Meta(ge=-100, le=100)]


class _Command(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"
):
    id: Id
    receiver: Receiver | None = None
    session: Id | None = None
    epoch: int | None = None


class KnownTags(Tags, frozen=True, forbid_unknown_fields=True):
    """What is known of something to be played."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something to be played: its URL, and what is known of it already."""

    url: Url
    tags: KnownTags = KnownTags()
    duration_ms: PositionMs | None = None


class Play(_Command, frozen=True, kw_only=True, tag="play"):
    """Play a `url`, or several `items`, instead of the queue that is there: exactly one of them.
    Answered when the first frame of the first was taken by the device, or, with `paused`, when it
    is ready to sound; if it cannot be played, with its error, and the queue goes on without it.
    """

    url: Url | None = None
    items: Annotated[list[Entry], msgspec.Meta(max_length=limits.MAX_ITEMS)] = []
    position_ms: PositionMs = 0.0
    paused: bool = False
    by: Text | None = None

    @property
    def entries(self) -> list[Entry]:
        """What is to be played, however it was written."""
        return self.items if self.url is None else [Entry(self.url)]


class Pause(_Command, frozen=True, kw_only=True, tag="pause"):
    """Stand still; nothing is lost. Done at once when already paused."""


class Resume(_Command, frozen=True, kw_only=True, tag="resume"):
    """Go on from where it stands."""


class Toggle(_Command, frozen=True, kw_only=True, tag="toggle"):
    """Pause if it plays, resume if it is paused."""


class Stop(_Command, frozen=True, kw_only=True, tag="stop"):
    """Let go of the item. Done at once when nothing plays."""


class Seek(_Command, frozen=True, kw_only=True, tag="seek"):
    """Move to `position_ms`, or by `by_ms` from what is heard now. Exactly one of them."""

    position_ms: PositionMs | None = None
    by_ms: DeltaMs | None = None


class SetVolume(_Command, frozen=True, kw_only=True, tag="volume"):
    """Set `percent`, or change it `by`. Exactly one of them; the result is kept within 0..100."""

    percent: Percent | None = None
    by: PercentDelta | None = None


class Mute(_Command, frozen=True, kw_only=True, tag="mute"):
    """Mute, unmute, or, with `muted` left out, change over. The volume is kept."""

    muted: bool | None = None


class Next(_Command, frozen=True, kw_only=True, tag="next"):
    """Play the item that follows; at the end of the queue, stop. Answered as a play is."""


class Previous(_Command, frozen=True, kw_only=True, tag="previous"):
    """Play the item from its start, or, within its first 3 s, the one before. Answered as a play
    is.
    """


class QueueAdd(_Command, frozen=True, kw_only=True, tag="queue.add"):
    """Put items in at the end, behind the current item (`next`), or before index `at`. Never
    refused for what came between. The result's `items` are their ids.
    """

    items: Annotated[list[Entry], msgspec.Meta(min_length=1, max_length=limits.MAX_ITEMS)]
    at: Place = "end"
    by: Text | None = None


class QueueRemove(_Command, frozen=True, kw_only=True, tag="queue.remove"):
    """Take items out, by their ids; those that are gone already are no error. Without the current
    item the one behind it plays.
    """

    items: Annotated[list[Id], msgspec.Meta(max_length=limits.MAX_ITEMS)]


class QueueMove(_Command, frozen=True, kw_only=True, tag="queue.move"):
    """Put an item elsewhere. With `revision`, an index `at` is refused (`conflict`) when the queue
    has changed since then.
    """

    item: Id
    at: Place
    revision: int | None = None


class QueueClear(_Command, frozen=True, kw_only=True, tag="queue.clear"):
    """Remove all; with `revision`, all that was there then: what was added since then stays."""

    revision: int | None = None


class QueueJump(_Command, frozen=True, kw_only=True, tag="queue.jump"):
    """Play an item of the queue. Answered as a play is."""

    item: Id
    position_ms: PositionMs = 0.0


class QueueList(_Command, frozen=True, kw_only=True, tag="queue.list"):
    """Ask for `count` items from index `offset` on."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    count: Annotated[int, msgspec.Meta(ge=0, le=limits.MAX_ITEMS)] = limits.MAX_ITEMS


class HistoryList(_Command, frozen=True, kw_only=True, tag="history.list"):
    """Ask what was played on this receiver, the newest first: `count` of it, from `offset` on."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    count: Annotated[int, msgspec.Meta(ge=0, le=limits.MAX_HISTORY)] = limits.MAX_HISTORY


class SetRepeat(_Command, frozen=True, kw_only=True, tag="repeat"):
    """Repeat nothing, the current item (`one`), or `all`."""

    repeat: Repeat


class SetShuffle(_Command, frozen=True, kw_only=True, tag="shuffle"):
    """Play in a random order that stays as it is, or, again, in that of the list."""

    shuffle: bool


class Transfer(_Command, frozen=True, kw_only=True, tag="transfer"):
    """Hand the session over to another receiver, `to`: its id or name. It goes on there without a
    gap, or, with `paused`, stands there. `volume` is for the speaker there, None: as it is.
    `replace`: also if that plays something else. Answered when it is heard there.
    """

    to: Receiver
    paused: bool = False
    volume: Percent | None = None
    replace: bool = False


class SetCrossfade(_Command, frozen=True, kw_only=True, tag="crossfade"):
    """Let each item and the one that follows it by itself sound together for so many seconds (at
    most half of the shorter one): the one fades out while the other fades in. 0: they only touch.
    """

    seconds: Annotated[float, msgspec.Meta(ge=0, le=limits.MAX_CROSSFADE_S)]


class Status(_Command, frozen=True, kw_only=True, tag="status"):
    """Ask for the whole state; the answer's result holds `revision` and `state`."""


class TimeRequest(_Command, frozen=True, kw_only=True, tag="time"):
    """Ask for the receiver's clock; `t1_us` is the sender's own, given back in the answer."""

    t1_us: int


class Auth(_Command, frozen=True, kw_only=True, tag="auth"):
    """Show the token of a pairing: the first message of a WebSocket that came without one in its
    head. The state comes with the answer.
    """

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=limits.MAX_TOKEN)]


class Pair(_Command, frozen=True, kw_only=True, tag="pair"):
    """Be let in with the code that the speaker shows or says. `name`: how people call who asks. The
    result holds the `token` to show from now on, `role`, and `pairing`, its id.
    """

    code: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{6}\Z")]
    name: PairingName


class PairingsOpen(_Command, frozen=True, kw_only=True, tag="pairings.open"):
    """Let somebody new in, as `role`. The result holds the `code`, for how many `seconds` it holds,
    a link that holds it (`url`), and `qr`, the QR code of that: a string of 0 (light) and 1 (dark)
    for each row, without the quiet zone around them.
    """

    role: Role = "member"


class PairingsList(_Command, frozen=True, kw_only=True, tag="pairings.list"):
    """Ask who is paired: the result's `pairings`."""


class PairingsRevoke(_Command, frozen=True, kw_only=True, tag="pairings.revoke"):
    """Let a controller in no more, by the id or name of its pairing; it is cut off at once."""

    pairing: Receiver


class SettingsGet(_Command, frozen=True, kw_only=True, tag="settings.get"):
    """Ask how the receiver is set. The result holds each setting by its name, `from` (for each,
    the `origin` of its value, and whether it is `editable`), and the sound `devices` to choose
    from.
    """


class SettingsSet(_Command, frozen=True, kw_only=True, tag="settings.set"):
    """Change settings, all of those that are named or none; they hold from now on, and after a
    restart. Answered as `settings.get`, when they do.
    """

    name: Text | None = None
    volume_cap: int | None = None
    night_cap: int | None = None
    night_hours: Text | None = None
    device: Text | None = None
    guest_skips: int | None = None
    guest_volume: int | None = None
    guest_hours: Text | None = None


class HouseInvite(_Command, frozen=True, kw_only=True, tag="house.invite"):
    """Ask for what another receiver needs to be of the same house: the result's `house`, which is
    secret.
    """


class HouseJoin(_Command, frozen=True, kw_only=True, tag="house.join"):
    """Be of the house that another receiver has told by `house.invite`, and of no other."""

    house: Household


Command = (
    Play
    | Pause
    | Resume
    | Toggle
    | Stop
    | Seek
    | Next
    | Previous
    | SetVolume
    | Mute
    | QueueAdd
    | QueueRemove
    | QueueMove
    | QueueClear
    | QueueJump
    | QueueList
    | HistoryList
    | SetRepeat
    | SetShuffle
    | Transfer
    | SetCrossfade
    | Status
    | TimeRequest
    | Auth
    | Pair
    | PairingsOpen
    | PairingsList
    | PairingsRevoke
    | SettingsGet
    | SettingsSet
    | HouseInvite
    | HouseJoin
)
