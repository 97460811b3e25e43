"""What sounded before: it goes on for a while, fades out and is seen off."""

from __future__ import annotations

from receiver.clock.base import Clock
from receiver.engine.output import Output
from receiver.pcm.voice import Voice

NEVER = 60.0


class Departures:
    """Voices that no track owns any more. Engine thread only."""

    def __init__(self, output: Output, clock: Clock) -> None:
        self._output = output
        self._clock = clock
        self._voices: list[Voice] = []
        self._fade_at: float | None = None

    def __bool__(self) -> bool:
        """Whether any is left."""
        return bool(self._voices)

    def send_off(self, voice: Voice, grace: float) -> None:
        """Let `voice` sound for `grace` seconds more; those sent off before fade now."""
        self.fade()
        self._voices.append(voice)
        self._fade_at = self._clock.now() + grace
        if grace <= 0:
            self.fade()

    def fade(self) -> None:
        """Fade them out now."""
        for voice in self._voices:
            voice.fade_to(0.0)
        self._fade_at = None

    def work(self, now: float) -> float:
        """Do what is due; seconds until there is more to do."""
        if not self._voices:
            return NEVER
        if self._fade_at is not None:
            if now < self._fade_at:
                return self._fade_at - now
            self.fade()
        for voice in self._voices:
            if voice.parked or voice.ended or not self._output.running:
                self._output.mixer.remove(voice)
        self._voices = [v for v in self._voices if v in self._output.mixer.voices]
        return 0.005 if self._voices else 0.0
