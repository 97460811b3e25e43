"""Our receiver as it is installed: it takes commands from those who are paired with it."""

from __future__ import annotations

import os

from benchmarks.peers.tonearm import Tonearm
from controller.address import Address
from controller.keys import Keys
from controller.pair import at, pair, read_link
from receiver.errors import NoReceiver
from receiver.server.local_door import Invitation, knock, local_doors


class Paired(Tonearm):
    """Is paired with as soon as it runs."""

    auth = "pair"

    def connect(self) -> None:
        """See `Player`; be paired with it first."""
        os.environ["XDG_STATE_HOME"] = str(self.folder / "home")
        link = read_link(self._invitation().url)
        assert link is not None
        receiver = at(Address(self.host, self.port), link.fingerprint)
        pair(receiver, link.code, "benchmark", Keys())
        super().connect()

    def _invitation(self) -> Invitation:
        """Ask for one until the receiver has a door to ask at."""
        while True:
            try:
                return knock(local_doors(self.folder / "state"), "pair", Invitation)
            except NoReceiver:
                self.until_it_answers()
