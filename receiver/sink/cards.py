"""The sound cards of the machine, as ALSA tells of them in files. Any thread: asks no driver."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from receiver.errors import NoDevice
from receiver.sink.devices import Device, find_device

CARDS = Path("/proc/asound")

DEVICES = Path("/dev/snd")


class Card(NamedTuple):
    """A card: its id ("DAC"), its number ("1") and its name ("USB DAC")."""

    id: str
    number: str
    name: str

    @property
    def in_use(self) -> bool:
        """Whether somebody plays on it."""
        for status in CARDS.glob(f"card{self.number}/pcm*p/sub*/status"):
            with suppress(OSError):
                if status.read_text().strip() != "closed":
                    return True
        return False

    def is_called(self, wanted: str) -> bool:
        """Whether it would be found by this name, as in `find_device`, if PortAudio listed it."""
        # PortAudio calls it by its name, and after that by what its driver calls the output.
        if wanted.casefold().startswith(f"{self.name}: ".casefold()):
            return True
        device = Device(-1, f"{self.name}: (hw:{self.number},0)", self.id, 0, 0)
        with suppress(NoDevice):
            return find_device(wanted, [device]) is device
        return False


def cards_stamp() -> int:
    """A number that is another one when a card has come or gone; 0 where there is none."""
    try:
        return DEVICES.stat().st_mtime_ns
    except OSError:
        return 0


def id_of(number: str) -> str | None:
    """The id of the card that has this number now."""
    try:
        return (CARDS / f"card{number}" / "id").read_text().strip()
    except OSError:
        return None


def cards_that_play() -> list[Card]:
    """Those that ALSA knows now, by their ids."""
    names = _names()
    folders = {pcm.parent for pcm in CARDS.glob("card*/pcm*p")}
    numbers = [folder.name.removeprefix("card") for folder in folders]
    # One may go while we look.
    found = [(card, number) for number in numbers if (card := id_of(number)) is not None]
    return [Card(card, number, names.get(number, card)) for card, number in sorted(found)]


def _names() -> dict[str, str]:
    """The names of the cards by their numbers."""
    try:
        told = (CARDS / "cards").read_text("utf-8", "replace")
    except OSError:
        return {}
    return dict(re.findall(r"(?m)^ *(\d+) \[.*?\]: .*? - (.+)$", told))
