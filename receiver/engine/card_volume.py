"""The volume, divided between the card and our own mixer (decision 7, in `docs/decisions`).

The card takes the lowest step that is not below the volume, our mixer what is left: their sum is
exact, and never louder. A change is made in our mixer at once, on a ramp. A card moves in steps
that click; so it follows where nobody hears it: while there is silence, or, when the volume has
stood still for a while, behind a dip of the sound of some ten milliseconds.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Literal

from receiver.clock.base import Clock
from receiver.errors import NoDevice
from receiver.model import reports
from receiver.pcm.mixer import Mixer
from receiver.pcm.overlay import Overlay, room_for
from receiver.pcm.volume import gain_of
from receiver.sink.card_mixer import CardMixer, Level

log = logging.getLogger(__name__)

VolumeMaker = Literal["auto", "hardware", "software"]
OpenMixer = Callable[[str], CardMixer]
"""The volume of the card that ALSA calls so. Raises `NoDevice`."""

STILL_S = 1.0
"""The card follows a volume that has stood still for so long,"""
SHORT_S = 0.06
"""if the device holds no more than this: the dip is as long as its buffer."""
HEADROOM_DB = 6.0
"""When the volume is raised beyond what the card lets through, the card goes so much higher: not
every step up shall dip.
"""
QUIETEST_WORDS, LOUDEST_WORDS = gain_of(20), gain_of(40)
"""Words are as loud as everything, muted or not, but within these: heard, and no blast."""
LOOK_S = 0.002
NEAR_DB = 0.02
DEFAULT_CARD = "default"
NEVER = float("inf")


class CardVolume:
    """See the module. Engine thread only."""

    def __init__(
        self,
        maker: VolumeMaker,
        open_mixer: OpenMixer | None,
        clock: Clock,
        report: Callable[[reports.Report], None],
    ) -> None:
        self._maker = maker
        self._open_mixer = open_mixer
        self._clock = clock
        self._report = report
        self._mixer: Mixer | None = None
        self._overlay: Overlay | None = None
        self._gain = 1.0
        self._muted = False
        self._set = False
        """Whether anybody has said how loud it is to be."""
        self._card: CardMixer | None = None
        self._card_name: str | None = None
        self._level = Level(0.0)
        self._follow_at: float | None = None
        self._silent_at: float | None = None
        """When it is silent enough to move the card: in a dip."""
        self._headroom_db = 0.0
        self._complained = ""

    @property
    def name(self) -> str | None:
        """The control of the card that makes the volume, if one does."""
        return None if self._card is None else self._card.name

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What to poll: there is input when somebody has moved the volume, until `tick`."""
        return () if self._card is None else self._card.descriptors

    def attach(self, card: str | None, mixer: Mixer) -> None:
        """A device of `card` was opened, and will be fed by `mixer`. Nothing is heard yet."""
        self._mixer = mixer
        if card is None and self._maker == "hardware":
            card = DEFAULT_CARD
        if card != self._card_name:
            self.detach()
        if self._card is None and card is not None and self._maker != "software":
            self._open(card)
        if self._card is not None and self._set:
            self._move()
        self._mix()

    def detach(self) -> None:
        """The card is gone, or is not to be used any more."""
        card, self._card, self._card_name = self._card, None, None
        self._follow_at = self._silent_at = None
        if card is not None:
            card.close()

    def set(self, gain: float, *, muted: bool) -> None:
        """Let all that is heard have a linear gain of 0 to 1, or be silent."""
        self._gain, self._muted, self._set = gain, muted, True
        self._changed()

    def lay(self, overlay: Overlay | None) -> None:
        """Let the words that are laid over the mixer be heard, also when all else is muted; None:
        there are none any more.
        """
        self._overlay = overlay
        self._changed()

    def _changed(self) -> None:
        if self._card is not None:
            short = self._is_short(self._card)
            self._follow_at = self._clock.now() + (0.0 if short else STILL_S)
        self._mix()

    def tick(self, now: float, *, quiet: bool, buffer_s: float) -> float:
        """Do what is due; seconds until there is more to do. `quiet`: the device, which holds
        `buffer_s`, holds nothing but silence.
        """
        if self._card is None:
            return NEVER
        try:
            self._notice(self._card)
            return self._follow(self._card, now, quiet, buffer_s)
        except NoDevice as error:
            log.warning("%s", error.message)
            self.detach()
            self._mix()
            return NEVER

    # --- the card follows -------------------------------------------------------------------

    @property
    def _needed(self) -> float:
        """The linear gain that the card is to let through; 0: it may stand anywhere."""
        music = 0.0 if self._muted else self._gain
        return music if self._overlay is None else max(music, LOUDEST_WORDS)

    def _is_short(self, card: CardMixer) -> bool:
        """Whether it cannot be as loud as it is to be, as long as the card stands where it does."""
        if self._needed <= 0.0:
            return False
        if not self._level.on:
            return True
        reach = self._level.db + NEAR_DB
        return _db(self._needed) > reach and card.step_for(0.0) > reach

    def _follow(self, card: CardMixer, now: float, quiet: bool, buffer_s: float) -> float:
        if self._follow_at is None:
            return NEVER
        if quiet:
            self._move()
            return NEVER
        if self._silent_at is not None:
            return self._dip(now, buffer_s)
        if now < self._follow_at:
            return self._follow_at - now
        short = self._is_short(card)
        if not short and (buffer_s > SHORT_S or self._stands(card)):
            return NEVER  # until there is silence
        self._headroom_db = HEADROOM_DB if short else 0.0
        self._silent_at = NEVER
        self._mix()
        return LOOK_S

    def _dip(self, now: float, buffer_s: float) -> float:
        """Move the card when the silence is heard."""
        assert self._mixer is not None
        assert self._silent_at is not None
        if self._silent_at == NEVER and self._faded:
            self._silent_at = now + buffer_s + LOOK_S
        if now < self._silent_at:
            return LOOK_S
        self._move(self._headroom_db)
        return 0.0

    def _stands(self, card: CardMixer) -> bool:
        """Whether the card stands where it should."""
        if self._overlay is not None or self._needed <= 0.0:
            return True  # words that are loud enough are not to be broken
        return abs(card.step_for(_db(self._needed)) - self._level.db) < NEAR_DB

    def _move(self, headroom_db: float = 0.0) -> None:
        """Move the card to where it should be, while nobody hears it."""
        assert self._card is not None
        self._silent_at = self._follow_at = None
        if self._needed > 0.0:
            self._level = self._card.move(min(_db(self._needed) + headroom_db, 0.0))
        if headroom_db:
            self._follow_at = self._clock.now() + STILL_S
        self._mix()

    # --- somebody else's hand ---------------------------------------------------------------

    def _notice(self, card: CardMixer) -> None:
        """See whether somebody has moved it. What is heard then is right as it is."""
        before, level = self._level, card.read()
        if level.on == before.on and abs(level.db - before.db) < NEAR_DB:
            return
        self._level = level
        if not self._set:
            return
        self._gain = min(self._gain * _gain(level.db - before.db), 1.0)
        if level.on != before.on:
            self._muted = not level.on
        self._mix()
        self._report(reports.VolumeMoved(self._gain, self._muted))

    # --- inside -----------------------------------------------------------------------------

    def _open(self, card: str) -> None:
        try:
            assert self._open_mixer is not None
            self._card = self._open_mixer(card)
            self._card_name = card
            self._level = self._card.read()
        except NoDevice as error:
            if self._maker == "hardware" and error.message != self._complained:
                self._complained = error.message
                log.warning("The volume is made in software: %s", error.message)

    def _mix(self) -> None:
        """Let our mixer do what the card does not."""
        if self._mixer is None:
            return
        dips = self._silent_at is not None
        music = 0.0 if self._muted else self._gain
        self._mixer.set_gain(0.0 if dips else self._share(music))
        if self._overlay is not None:
            words = min(max(self._gain, QUIETEST_WORDS), LOUDEST_WORDS, self._overlay.most)
            self._overlay.set_gain(0.0 if dips else self._share(words), room_for(words, music))

    def _share(self, gain: float) -> float:
        """What is left for our mixer to make of a gain."""
        if gain > 0.0 and self._card is not None:
            return min(gain / _gain(self._level.db), 1.0)
        return gain

    @property
    def _faded(self) -> bool:
        """Whether the newest frame of the dip is silent."""
        assert self._mixer is not None
        words = 0.0 if self._overlay is None else self._overlay.gain
        return self._mixer.gain == words == 0.0


def _gain(db: float) -> float:
    return float(10.0 ** (db / 20.0))


def _db(gain: float) -> float:
    return 20.0 * math.log10(gain)
