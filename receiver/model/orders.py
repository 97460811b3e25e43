"""What the session asks of the engine. A *track* is one loading of an item, counted from 1.

They cross to the audio process, so they hold nothing that it must not know (no URLs).
"""

from __future__ import annotations

import msgspec


class Load(msgspec.Struct, frozen=True, tag=True):
    """Make ready to play a new track from `start_ms`, and sound as soon as it can, unless `paused`.

    What sounds now goes on until the new track can take over, but not for long. It is ready with
    at least `ahead_s` in hand. `through`: where the stream cannot seek, go through it unheard.
    """

    track: int
    start_ms: float = 0.0
    paused: bool = False
    ahead_s: float = 0.0
    through: bool = False


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Make ready a new track to follow the one that sounds: without a gap, or with the two sounding
    together for up to `crossfade_s`. `Load` forgets it.
    """

    track: int
    crossfade_s: float = 0.0


class Forget(msgspec.Struct, frozen=True, tag=True):
    """Let the track that was prepared be; too late when it sounds already."""

    track: int


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Fade out and stand still."""


class Resume(msgspec.Struct, frozen=True, tag=True):
    """Go on with the very next frame."""


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Fade out and forget every track."""


class Seek(msgspec.Struct, frozen=True, tag=True):
    """Go on from `position_ms`. `seek` numbers the wish, so that its outcome can be told."""

    track: int
    seek: int
    position_ms: float


class FadeIn(msgspec.Struct, frozen=True, tag=True):
    """Have the track, which is made ready or stands, heard with the frame of `position_ms` at the
    instant `at`, in seconds on the clock, from there on a straight line to full gain in `over_s`.

    Late, it is heard where it would be by then: at `t`, `position_ms` and the time since `at`.
    What is not in hand is sought; what then does not come in time sounds as soon as it can, from
    where it can. None, for a live stream: go on with the next frame, whichever it is. A track that
    sounds already plays on, and forgets a `FadeOut`.
    """

    track: int
    position_ms: float | None
    at: float
    over_s: float


class FadeOut(msgspec.Struct, frozen=True, tag=True):
    """From the frame heard at the instant `at` on, let the track (or what follows it by then) go
    to silence on a straight line in `over_s`, and stand still. A late one begins at once.

    A seek in between does not change it; a pause, and whatever makes an end of the track, do.
    """

    track: int
    at: float
    over_s: float


class KeepOn(msgspec.Struct, frozen=True, tag=True):
    """Forget a `FadeOut` that has not begun: the track plays on. Forget a `FadeIn` that has not
    begun: the track stands. Harmless otherwise.
    """

    track: int


class Warm(msgspec.Struct, frozen=True, tag=True):
    """Keep the device running on silence for some seconds, so that its clock gets known."""


class SetGain(msgspec.Struct, frozen=True, tag=True):
    """Linear gain of the output, 0..1, from the next period on; `muted`: silence instead."""

    gain: float
    muted: bool = False


class Locate(msgspec.Struct, frozen=True, tag=True):
    """Report the position at once, if something sounds."""


class Ping(msgspec.Struct, frozen=True, tag=True):
    """Answer with `Pong`: shows that the engine turns."""


class Speak(msgspec.Struct, frozen=True, tag=True):
    """Say these digits twice, over whatever sounds, in the place of what is being said; none: fall
    silent. Nothing else is changed by it. It is heard when the output is muted, but with no more
    than the linear gain `most`.
    """

    digits: str
    most: float = 1.0


class UseDevice(msgspec.Struct, frozen=True, tag=True):
    """Have all heard from another sound device, named as in the configuration, from where it is;
    answered by `Chosen`.
    """

    device: str


class ListDevices(msgspec.Struct, frozen=True, tag=True):
    """Answer with `Devices`."""


PlayOrder = (
    Load
    | Prepare
    | Forget
    | Pause
    | Resume
    | Stop
    | Seek
    | FadeIn
    | FadeOut
    | KeepOn
    | Warm
    | SetGain
    | Locate
    | Ping
)
"""What concerns the tracks and their output."""
DeviceOrder = UseDevice | ListDevices
"""What concerns the sound device alone."""
Order = PlayOrder | Speak | DeviceOrder
