"""What a controller can ask. One vocabulary for the WebSocket, HTTP, the command line and buttons.

Each command carries an `id` of the sender's choice and gets exactly one answer with that id.
Unknown fields are refused by name, so that a typing error never passes for a wish.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from receiver.protocol import limits

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.MAX_ID)]
Url = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.MAX_URL)]
PositionMs = Annotated[float, msgspec.Meta(ge=0, le=limits.MAX_POSITION_MS)]
DeltaMs = Annotated[float, msgspec.Meta(ge=-limits.MAX_POSITION_MS, le=limits.MAX_POSITION_MS)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
PercentDelta = Annotated[int, msgspec.Meta(ge=-100, le=100)]


class _Command(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"
):
    id: Id


class Play(_Command, frozen=True, kw_only=True, tag="play"):
    """Play a URL from `position_ms`. Answered when its first frame was taken by the device, or,
    with `paused`, when it is ready to sound.
    """

    url: Url
    position_ms: PositionMs = 0.0
    paused: bool = False


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


class Status(_Command, frozen=True, kw_only=True, tag="status"):
    """Ask for the whole state; the answer's result holds `revision` and `state`."""


class TimeRequest(_Command, frozen=True, kw_only=True, tag="time"):
    """Ask for the receiver's clock; `t1_us` is the sender's own, given back in the answer."""

    t1_us: int


Command = Play | Pause | Resume | Toggle | Stop | Seek | SetVolume | Mute | Status | TimeRequest
