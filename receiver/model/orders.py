"""What the session asks of the engine. A *track* is one loading of an item, counted from 1.

They cross to the audio process, so they hold nothing that it must not know (no URLs).
"""

from __future__ import annotations

import msgspec


class Load(msgspec.Struct, frozen=True, tag=True):
    """Make ready to play a new track from `start_ms`, and sound as soon as it can, unless `paused`.

    What sounds now goes on until the new track can take over, but not for long.
    """

    track: int
    start_ms: float = 0.0
    paused: bool = False


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Make ready a new track to follow the one that sounds, without a gap. `Load` forgets it."""

    track: int


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


class SetGain(msgspec.Struct, frozen=True, tag=True):
    """Linear gain of the output, 0..1, from the next period on."""

    gain: float


class Ping(msgspec.Struct, frozen=True, tag=True):
    """Answer with `Pong`: shows that the engine turns."""


Order = Load | Prepare | Forget | Pause | Resume | Stop | Seek | SetGain | Ping
