"""How the receiver ended the last times: stopped, crashed, or without power.

The wall clock of a machine without a battery is wrong when it starts, so it is not asked. The boot
id tells whether the machine itself was off meanwhile; within one boot the monotonic clock goes on.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Ending = Literal["was stopped", "crashed", "lost its power"]

CRASHES_WITHIN_S = 600.0
MOST_CRASHES = 2
"""So many within that time: what it plays may be why."""


class Run(msgspec.Struct, frozen=True, array_like=True):
    """One run of the receiver, in the boot with the id `boot`. `crashes`: after which instants of
    the monotonic clock, in seconds, it was started again, of late. `stopped`: it ended as it was
    told to; until then it counts as if it had not.
    """

    boot: str = ""
    stopped: bool = True
    crashes: list[float] = []

    @property
    def keeps_crashing(self) -> bool:
        """Whether it is wiser not to go on as before."""
        return len(self.crashes) >= MOST_CRASHES


def how_it_ended(last: Run, boot: str) -> Ending:
    """What became of the last run, seen from the boot with the id `boot`."""
    if last.stopped:
        return "was stopped"
    return "crashed" if last.boot == boot else "lost its power"


def next_run(last: Run, boot: str, now: float) -> Run:
    """The run that begins now."""
    if how_it_ended(last, boot) != "crashed":
        return Run(boot, stopped=False)
    recent = [at for at in last.crashes if now - at <= CRASHES_WITHIN_S]
    return Run(boot, stopped=False, crashes=[*recent, round(now, 1)][-MOST_CRASHES:])
