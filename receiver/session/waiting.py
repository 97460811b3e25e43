"""Who waits for an answer: one play and one seek at most."""

from __future__ import annotations

import itertools

from receiver.errors import Superseded, TonearmError
from receiver.session.effects import Answer, AnswerPlay, Effect, Token


class Waiting:
    """Keeps the tokens of a play that has not sounded and of a seek that has not landed. Whoever is
    taken out gets exactly one answer.
    """

    def __init__(self) -> None:
        self._play: Token | None = None
        self._seek: Token | None = None
        self._number = 0
        self._numbers = itertools.count(1)

    @property
    def seeking(self) -> bool:
        """Whether a seek is on its way."""
        return self._seek is not None

    def for_play(self, token: Token | None) -> list[Effect]:
        """`token` waits for a play now, nobody else any more."""
        effects = self.nobody()
        self._play = token
        return effects

    def for_seek(self, token: Token) -> tuple[int, list[Effect]]:
        """`token` waits for a seek, whose number this gives."""
        effects = self._supersede_seek()
        self._seek, self._number = token, self.number()
        return self._number, effects

    def number(self) -> int:
        """A number for a seek that nobody waits for."""
        return next(self._numbers)

    def nobody(self) -> list[Effect]:
        """Something else came before what was waited for."""
        effects = self._supersede_seek()
        if self._play is not None:
            why = Superseded("Another play or stop came before this one sounded.")
            effects.append(Answer(self._play, why))
            self._play = None
        return effects

    def hand_on(self) -> Token | None:
        """Whoever waits for a play: it is to wait for another track."""
        token, self._play = self._play, None
        return token

    def played(self, track: int) -> list[Effect]:
        """What was waited for with a play is there."""
        token, self._play = self._play, None
        return [] if token is None else [AnswerPlay(token, track)]

    def landed(self, number: int | None) -> Token | None:
        """Who waited for the seek of a number (None: of any) that is over."""
        if number not in (None, self._number):
            return None
        token, self._seek = self._seek, None
        return token

    def failed(self, error: TonearmError) -> list[Effect]:
        """Neither play nor seek comes to anything."""
        tokens = (self._play, self._seek)
        self._play = self._seek = None
        return [Answer(token, error) for token in tokens if token is not None]

    def _supersede_seek(self) -> list[Effect]:
        token, self._seek = self._seek, None
        if token is None:
            return []
        why = Superseded("Another seek, play or stop came before this one.")
        return [Answer(token, why)]
