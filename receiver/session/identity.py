"""Which session is here, and how often it has moved."""

from __future__ import annotations

import uuid

import msgspec

from receiver.errors import Stale
from receiver.protocol.commands import Command


class Identity(msgspec.Struct):
    """The id of a session never changes; `epoch` counts its moves between receivers."""

    id: str
    epoch: int = 0

    def renew(self) -> None:
        """Another session, a fresh one."""
        self.id, self.epoch = uuid.uuid4().hex, 0

    def check(self, command: Command) -> None:
        """Raises `Stale` when the command was meant for another session, or for another time."""
        if command.session not in (None, self.id):
            raise Stale("That session is not here any more; look at the state.", session=self.id)
        if command.epoch not in (None, self.epoch):
            raise Stale("The session has moved since; look at the state.", epoch=self.epoch)
