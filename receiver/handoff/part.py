"""What all parts in a handoff have in common; by itself, the part of one who takes none."""
# ruff: noqa: ARG002 - who does not care for an input takes it all the same

from __future__ import annotations

import math
from collections.abc import Sequence

from receiver.handoff.effects import Effect, Send
from receiver.protocol import peers as m

LastWord = m.Released | m.Abort | m.TakenOver | m.Failed
Effects = Sequence[Effect]


class Part:
    """Takes inputs at instants (seconds on the own clock) and gives back what is to be done. What
    does not fit is let be. Nothing raises, nothing waits.
    """

    def __init__(self, handoff: str = "", peer: str = "", session: str = "") -> None:
        """Part in `handoff`, with the receiver `peer`, of the session of an id."""
        self.handoff, self.peer, self.session = handoff, peer, session
        self.last_word: LastWord | None = None
        """What the other is told, once this is finished, if it still speaks of it."""
        self.successor: Part | None = None
        """Who goes on in its place."""
        self._until = math.inf
        """When the other's word comes too late."""
        self._again_at = math.inf
        """When what was said is said again."""

    @property
    def wake_at(self) -> float:
        """When `tick` is due."""
        return min(self._until, self._again_at)

    @property
    def holds_commands(self) -> bool:
        """Whether it is open whose session it is."""
        return False

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows whose it is, and nothing will tell before long."""
        return False

    def hear(self, message: m.HandoffMessage, now: float) -> Effects:
        """The other says something of this handoff."""
        return ()

    def tick(self, now: float) -> Effects:
        """Time has passed."""
        return ()

    def gone(self, now: float, *, dead: bool) -> Effects:
        """The other is gone: for sure (`dead`), or only the link to it."""
        return ()

    def back(self, now: float) -> Effects:
        """The link is there again, to the same process."""
        return ()

    def changed(self, now: float) -> Effects:
        """A command changed what plays here, where, or whether."""
        return ()

    def moved_on(self, now: float) -> Effects:
        """The session went on by itself: with another item, or to its end."""
        return ()

    def edited(self, now: float) -> Effects:
        """The queue changed; what plays did not."""
        return ()

    def insist(self, now: float) -> Effects:
        """Somebody wants to command a session that is in doubt."""
        return ()

    def handed_back(self, prepare: m.Prepare) -> Effects:
        """The other begins another handoff, to here."""
        return ()

    def opened(self) -> Effects:
        """What the last `Open` named could sound."""
        return ()

    def queue_complete(self, revision: int) -> Effects:
        """All parts of the queue are here, as it was at `revision`."""
        return ()

    def sounding(self, now: float) -> Effects:
        """What was faded in is heard."""
        return ()

    def failed(self, code: str, message: str) -> Effects:
        """What the last `Open` named cannot be opened, or cannot be played on."""
        return ()

    def rest(self) -> None:
        """Another handoff begins: this one is over, if only a last word was missing."""

    def _send(self, message: m.HandoffMessage) -> Send:
        return Send(self.peer, message)

    def _say(self, message: m.HandoffMessage, now: float, every: float) -> Send:
        """Say it, and again before long."""
        self._again_at = now + every
        return self._send(message)

    def _finish(self, word: LastWord) -> Send:
        """It is over, and this is what the other is to know."""
        self.last_word = word
        self._until = self._again_at = math.inf
        return self._send(word)
