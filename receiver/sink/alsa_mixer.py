"""The volume of an ALSA card, by libasound's simple mixer interface.

By ctypes, as in `alsa.py`: the one Python package for it that is alive has to be compiled on the
speaker, for the sixteen functions below.
"""

from __future__ import annotations

import ctypes
import select
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, Protocol

from receiver.errors import NoDevice
from receiver.sink.alsa import quiet_stderr
from receiver.sink.card_mixer import Level, why_unusable

PREFERRED = ("Digital", "Master", "PCM", "Speaker", "Headphone", "Headphones", "HDMI")
"""Controls that are likely to be the volume of all that is heard, the likeliest first; others come
after them in the order of the card.
"""
CHANNELS = range(2)
HUNDREDTHS = 100.0
MUTE = -9_999_999
"""ALSA's hundredths of a dB for silence."""


class Scale(Protocol):
    """What the raw values of a control mean in dB."""

    def db_of(self, raw: int) -> float | None:
        """The gain of a raw value; None where it has none, or is silence."""
        ...

    def raw_for(self, db: float) -> int:
        """The lowest raw value whose gain is not below `db`; beyond the range, its end."""
        ...


class AlsaScale:
    """What the driver says of the control `element`."""

    def __init__(self, element: int) -> None:
        self._element = element

    def db_of(self, raw: int) -> float | None:
        """See `Scale`."""
        found = ctypes.c_long()
        asked = _asound().snd_mixer_selem_ask_playback_vol_dB
        if asked(_pointer(self._element), ctypes.c_long(raw), ctypes.byref(found)) < 0:
            return None
        return None if found.value <= MUTE else found.value / HUNDREDTHS

    def raw_for(self, db: float) -> int:
        """See `Scale`."""
        found = ctypes.c_long()
        wanted = ctypes.c_long(round(db * HUNDREDTHS))
        _asound().snd_mixer_selem_ask_playback_dB_vol(
            _pointer(self._element), wanted, 1, ctypes.byref(found)
        )
        return found.value


class _Control(NamedTuple):
    """A control of the card with a volume."""

    element: int
    name: str
    scale: Scale
    range_db: tuple[float, float]


class AlsaMixer:
    """See `CardMixer`. `card` is ALSA's name of a card's controls ("hw:1", "default").

    Raises `NoDevice` when the card has no volume that will do, or cannot be asked.
    """

    def __init__(self, card: str, scale: Callable[[int], Scale] = AlsaScale) -> None:
        """`scale` gives the `Scale` of an element."""
        self.descriptors: tuple[int, ...] = ()
        self._mixer = ctypes.c_void_p()
        self._poller = select.poll()
        try:
            self._open(card)
            self._control = self._choose(card, scale)
        except NoDevice:
            self.close()
            raise
        self.name = f"{card} {self._control.name}"
        self.range_db = self._control.range_db
        self.descriptors = self._find_descriptors()
        for descriptor in self.descriptors:
            self._poller.register(descriptor, select.POLLIN)

    def read(self) -> Level:
        """See `CardMixer.read`. The louder of two channels counts."""
        if self._poller.poll(0):
            self._check(_asound().snd_mixer_handle_events(self._mixer))
        element = _pointer(self._control.element)
        raw, on, most = ctypes.c_long(), ctypes.c_int(1), 0
        for channel in CHANNELS:
            get = _asound().snd_mixer_selem_get_playback_volume
            if get(element, channel, ctypes.byref(raw)) == 0:
                most = max(most, raw.value)
        if self._has_switch:
            _asound().snd_mixer_selem_get_playback_switch(element, 0, ctypes.byref(on))
        db = self._control.scale.db_of(most)
        return Level(self.range_db[0] if db is None else db, bool(on.value) and db is not None)

    def step_for(self, db: float) -> float:
        """See `CardMixer.step_for`."""
        found = self._control.scale.db_of(self._raw_for(db))
        return self.range_db[0] if found is None else found

    def _raw_for(self, db: float) -> int:
        return self._control.scale.raw_for(max(db, self.range_db[0]))

    def move(self, db: float) -> Level:
        """See `CardMixer.move`."""
        element = _pointer(self._control.element)
        raw = ctypes.c_long(self._raw_for(db))
        self._check(_asound().snd_mixer_selem_set_playback_volume_all(element, raw))
        if self._has_switch:
            self._check(_asound().snd_mixer_selem_set_playback_switch_all(element, 1))
        return self.read()

    def close(self) -> None:
        """See `CardMixer.close`."""
        mixer, self._mixer = self._mixer, ctypes.c_void_p()
        self.descriptors = ()
        if mixer:
            _asound().snd_mixer_close(mixer)

    # --- inside -----------------------------------------------------------------------------

    def _open(self, card: str) -> None:
        alsa = _asound()
        with quiet_stderr():
            self._check(alsa.snd_mixer_open(ctypes.byref(self._mixer), 0))
            self._check(alsa.snd_mixer_attach(self._mixer, card.encode()))
            self._check(alsa.snd_mixer_selem_register(self._mixer, None, None))
            self._check(alsa.snd_mixer_load(self._mixer))

    def _choose(self, card: str, scale: Callable[[int], Scale]) -> _Control:
        """The control that is the volume of all that is heard. Raises `NoDevice`."""
        refused = [f"The card {card} has no volume."]
        for element, name in sorted(self._elements(), key=_rank):
            low, high = ctypes.c_long(), ctypes.c_long()
            _asound().snd_mixer_selem_get_playback_volume_range(
                _pointer(element), ctypes.byref(low), ctypes.byref(high)
            )
            its = scale(element)
            floor, ceiling = its.db_of(low.value), its.db_of(high.value)
            if floor is None:  # the lowest is silence: the range begins above it
                floor = its.db_of(low.value + 1)
            if floor is None or ceiling is None:
                why: str | None = "does not tell its gain in dB"
            else:
                why = why_unusable((floor, ceiling))
                if why is None:
                    return _Control(element, name, its, (floor, ceiling))
            refused.append(f'Its control "{name}" {why}.')
        raise NoDevice(" ".join(refused[1:] or refused))

    def _elements(self) -> list[tuple[int, str]]:
        """The controls with a volume for playing."""
        alsa, found = _asound(), []
        element = alsa.snd_mixer_first_elem(self._mixer)
        while element:
            if alsa.snd_mixer_selem_has_playback_volume(_pointer(element)):
                name = alsa.snd_mixer_selem_get_name(_pointer(element)).decode(errors="replace")
                found.append((element, name))
            element = alsa.snd_mixer_elem_next(_pointer(element))
        return found

    @property
    def _has_switch(self) -> bool:
        has = _asound().snd_mixer_selem_has_playback_switch
        return bool(has(_pointer(self._control.element)))

    def _find_descriptors(self) -> tuple[int, ...]:
        count = _asound().snd_mixer_poll_descriptors_count(self._mixer)
        polled = (_PollFd * count)()
        _asound().snd_mixer_poll_descriptors(self._mixer, polled, count)
        return tuple(entry.fd for entry in polled)

    def _check(self, result: int) -> None:
        if result < 0:
            why = _asound().snd_strerror(result).decode(errors="replace")
            raise NoDevice(f"The volume of the card cannot be reached: {why}.")


class _PollFd(ctypes.Structure):
    """As in poll(2)."""

    _fields_ = (("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short))


def _pointer(address: int) -> ctypes.c_void_p:
    return ctypes.c_void_p(address)


def _rank(control: tuple[int, str]) -> int:
    name = control[1]
    return PREFERRED.index(name) if name in PREFERRED else len(PREFERRED)


@lru_cache
def _asound() -> ctypes.CDLL:
    """The library. Raises `NoDevice` where it is missing."""
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError as error:
        raise NoDevice("ALSA's library is missing; install the package libasound2.") from error
    for name in ("snd_mixer_first_elem", "snd_mixer_elem_next"):
        getattr(alsa, name).restype = ctypes.c_void_p
    for name in ("snd_mixer_selem_get_name", "snd_strerror"):
        getattr(alsa, name).restype = ctypes.c_char_p
    return alsa
