"""Which command is possible in which state, as one table.

Rows are commands, columns what is played. `yes`: it is carried out. `no-op`: there is nothing to
do, which is fine. `refused`: `nothing_playing`.
"""

from __future__ import annotations

from receiver.errors import NothingPlaying
from receiver.model.state import Playback
from receiver.protocol import commands as c

_STATES: tuple[Playback, ...] = ("idle", "loading", "buffering", "playing", "paused")

_TABLE: dict[type[c.Command], tuple[str, str, str, str, str]] = {
    #              idle       loading  buffering  playing  paused
    c.Play: ("yes", "yes", "yes", "yes", "yes"),
    c.Pause: ("refused", "yes", "yes", "yes", "no-op"),
    c.Resume: ("yes", "yes", "no-op", "no-op", "yes"),
    c.Toggle: ("yes", "yes", "yes", "yes", "yes"),
    c.Stop: ("no-op", "yes", "yes", "yes", "yes"),
    c.Seek: ("refused", "yes", "yes", "yes", "yes"),
    c.Next: ("yes", "yes", "yes", "yes", "yes"),
    c.Previous: ("yes", "yes", "yes", "yes", "yes"),
    c.QueueJump: ("yes", "yes", "yes", "yes", "yes"),
    c.SetVolume: ("yes", "yes", "yes", "yes", "yes"),
    c.Mute: ("yes", "yes", "yes", "yes", "yes"),
}


def changes_something(playback: Playback, command: c.Command) -> bool:
    """Whether `command` has anything to do now. Raises `NothingPlaying` where it is refused."""
    row = _TABLE.get(type(command))
    verdict = "yes" if row is None else row[_STATES.index(playback)]
    if verdict == "refused":
        raise NothingPlaying(
            f"Nothing is playing, so there is nothing to {type(command).__name__.lower()}."
            " Cast something first."
        )
    return verdict == "yes"
