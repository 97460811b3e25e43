"""Who sends a command."""

from __future__ import annotations

from typing import NamedTuple

from receiver.model.trust import Role


class Caller(NamedTuple):
    """Somebody who was let in: the `role`, the id of the pairing ("" where there is none), and what
    people call it. `private`: nobody else hears what is said; `here`: it speaks from this very
    machine; `host`: where the receiver was reached, with the port, "" where that is not known.
    """

    role: Role
    id: str
    name: str
    private: bool = True
    here: bool = False
    host: str = ""


AT_THE_SPEAKER = Caller("owner", "", "a button")
"""Who stands before it: the buttons, and what was configured."""
PEER = Caller("owner", "", "a receiver of the house")
"""Another receiver, which has looked already who asks."""
ANYBODY = Caller("owner", "", "anybody")
"""Whoever reaches an open receiver."""
