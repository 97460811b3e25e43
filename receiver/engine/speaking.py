"""The engine of a receiver: one that plays, says pairing codes besides, and changes the device."""

from __future__ import annotations

from receiver.engine.choosing import Chooser
from receiver.engine.engine import Engine
from receiver.engine.speech import Speech
from receiver.engine.wire import ToEngine
from receiver.model import orders


class SpeakingEngine:
    """A `SteppedEngine`. What plays and what is said know nothing of one another: both give their
    frames to one output, whichever its device is. Engine thread only.
    """

    def __init__(self, engine: Engine, speech: Speech, chooser: Chooser) -> None:
        """All with the same output."""
        self._engine = engine
        self._speech = speech
        self._chooser = chooser

    def open(self) -> None:
        """Open the device and hold it ready."""
        self._engine.open()

    def take(self, message: ToEngine) -> None:
        """Carry out one order, or take in encoded bytes."""
        match message:
            case orders.Speak(digits, most):
                self._speech.say(digits, most)
            case orders.UseDevice() | orders.ListDevices():
                self._chooser.take(message)
            case _:
                self._engine.take(message)

    def step(self) -> float:
        """Do what is due. Returns the seconds until the next call at the latest; 0: at once."""
        wait = self._engine.step()
        return min(wait, self._speech.step())

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to poll for input, upon which there is a `step` to do."""
        return self._engine.descriptors

    @property
    def quiet(self) -> bool:
        """Whether nothing is heard, and nothing left to be heard."""
        return self._engine.quiet

    def close(self) -> None:
        """Let go of everything."""
        self._speech.close()
        self._engine.close()
