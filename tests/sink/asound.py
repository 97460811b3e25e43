"""libasound's mixer, over a card that tells its gain in dB."""

from __future__ import annotations

import ctypes
import math
import os
import select
from collections.abc import Callable
from typing import Any

MUTE = -9_999_999
NO_ENTRY, NO_DEVICE = -2, -19
UPWARDS = 1


class Element:
    """A control: `table` has the gain of each raw value in hundredths of a dB; None where the card
    does not tell. Two channels, and a switch.
    """

    def __init__(self, name: str, table: list[int] | None, low: int = 0) -> None:
        self.name, self.table, self.low = name, table, low
        self.high = low + (len(table) - 1 if table else 31)
        self.raw = [self.high, self.high]
        self.on = True


def usual(name: str) -> Element:
    """As a USB DAC has it: from -60 to 0 dB in steps of half a dB, and silence below that."""
    return Element(name, [MUTE, *range(-6000, 1, 50)])


class MockAsound:
    """The functions of the library that the mixer calls; a card called `hw:1`. News come by a file
    descriptor, as from the kernel.
    """

    def __init__(self, *elements: Element) -> None:
        self.elements = list(elements)
        self.gone = False
        self.open = 0
        """How many mixers are."""
        self._news = os.eventfd(0, os.EFD_NONBLOCK)

    def end(self) -> None:
        """Let go of what is the test's."""
        os.close(self._news)

    def stir(self, change: Callable[[], None]) -> None:
        """Somebody else changes something."""
        change()
        os.eventfd_write(self._news, 1)

    def vanish(self) -> None:
        """Pull its plug."""

        def go() -> None:
            self.gone = True

        self.stir(go)

    # --- the mixer --------------------------------------------------------------------------

    def snd_mixer_open(self, mixer: Any, _mode: int) -> int:
        mixer._obj.value = 1
        self.open += 1
        return 0

    def snd_mixer_attach(self, _mixer: Any, card: bytes) -> int:
        return 0 if card == b"hw:1" else NO_ENTRY

    def snd_mixer_selem_register(self, *_: Any) -> int:
        return 0

    def snd_mixer_load(self, _mixer: Any) -> int:
        return 0

    def snd_mixer_close(self, _mixer: Any) -> int:
        self.open -= 1
        return 0

    def snd_mixer_poll_descriptors_count(self, _mixer: Any) -> int:
        return 1

    def snd_mixer_poll_descriptors(self, _mixer: Any, polled: Any, count: int) -> int:
        polled[0].fd, polled[0].events = self._news, select.POLLIN
        return count

    def snd_mixer_handle_events(self, _mixer: Any) -> int:
        if self.gone:
            return NO_DEVICE
        os.eventfd_read(self._news)
        return 1

    def snd_strerror(self, error: int) -> bytes:
        return os.strerror(-error).encode()

    # --- its controls -----------------------------------------------------------------------

    def snd_mixer_first_elem(self, _mixer: Any) -> int | None:
        return 1 if self.elements else None

    def snd_mixer_elem_next(self, element: Any) -> int | None:
        following = element.value + 1
        return following if following <= len(self.elements) else None

    def snd_mixer_selem_has_playback_volume(self, _element: Any) -> int:
        return 1

    def snd_mixer_selem_get_name(self, element: Any) -> bytes:
        return self._at(element).name.encode()

    def snd_mixer_selem_get_playback_volume_range(self, element: Any, low: Any, high: Any) -> int:
        low._obj.value, high._obj.value = self._at(element).low, self._at(element).high
        return 0

    def snd_mixer_selem_get_playback_volume(self, element: Any, channel: int, raw: Any) -> int:
        raw._obj.value = self._at(element).raw[channel]
        return 0

    def snd_mixer_selem_set_playback_volume_all(self, element: Any, raw: Any) -> int:
        if self.gone:
            return NO_DEVICE
        self._at(element).raw = [raw.value, raw.value]
        return 0

    def snd_mixer_selem_has_playback_switch(self, _element: Any) -> int:
        return 1

    def snd_mixer_selem_get_playback_switch(self, element: Any, _channel: int, on: Any) -> int:
        on._obj.value = self._at(element).on
        return 0

    def snd_mixer_selem_set_playback_switch_all(self, element: Any, on: int) -> int:
        self._at(element).on = bool(on)
        return 0

    def snd_mixer_selem_ask_playback_vol_dB(  # noqa: N802 - its name
        self, element: Any, raw: Any, hundredths: Any
    ) -> int:
        found = self._at(element)
        if found.table is None:
            return NO_ENTRY
        hundredths._obj.value = found.table[raw.value - found.low]
        return 0

    def snd_mixer_selem_ask_playback_dB_vol(  # noqa: N802 - its name
        self, element: Any, hundredths: Any, direction: int, raw: Any
    ) -> int:
        found = self._at(element)
        if found.table is None:
            return NO_ENTRY
        wanted = hundredths.value if direction == UPWARDS else -math.inf
        steps = (step for step, gain in enumerate(found.table) if gain >= wanted)
        raw._obj.value = found.low + next(steps, len(found.table) - 1)
        return 0

    def _at(self, element: Any) -> Element:
        assert isinstance(element, ctypes.c_void_p)
        assert element.value is not None
        return self.elements[element.value - 1]
