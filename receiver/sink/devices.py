"""Which of the machine's sound devices is meant. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from receiver.errors import NoDevice


@dataclass(frozen=True, slots=True)
class Device:
    """An output device. `card` is ALSA's id of its card, where it is one ("Headphones")."""

    index: int
    name: str
    card: str | None
    channels: int
    rate: int

    @property
    def hardware(self) -> tuple[str, str] | None:
        """ALSA's numbers of card and device, from the "(hw:1,0)" in the name."""
        found = re.search(r"\(hw:(\d+),(\d+)\)", self.name)
        return (found[1], found[2]) if found else None

    @property
    def lasting_name(self) -> str:
        """The name in lower case, without the number of the card, which changes from one plugging
        in to the next.
        """
        return re.sub(r"\(hw:\d+,", "(hw:,", self.name).casefold()

    @property
    def pcm(self) -> str:
        """What ALSA calls it."""
        return "hw:{},{}".format(*self.hardware) if self.hardware else self.name


def find_device(wanted: str, devices: Sequence[Device]) -> Device:
    """The device called `wanted`: by its whole name, whichever number its card has; by ALSA's card
    id or number ("Headphones", "hw:Headphones", "plughw:1,0", "hw:CARD=Headphones,DEV=0"); or
    by a part of the name that only one has. Case does not matter. Raises `NoDevice`.
    """
    name = wanted.casefold()
    found = [device for device in devices if device.name.casefold() == name]
    if not found:
        lasting = Device(0, wanted, None, 0, 0).lasting_name
        found = [device for device in devices if device.lasting_name == lasting]
    if not found:
        found = [device for device in devices if _is_hardware(name, device)][:1]
    if not found:
        found = [device for device in devices if name in device.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f'"{device.name}"' for device in found)
        raise NoDevice(f'"{wanted}" fits several sound devices; give more of the name: {names}.')
    raise NoDevice(f'There is no sound device "{wanted}"; {known_devices(devices)}.')


def known_devices(devices: Sequence[Device]) -> str:
    """The devices that could be used, in words."""
    if not devices:
        return "this machine has none that can play"
    return "choose one of " + ", ".join(f'"{device.name}"' for device in devices)


def _is_hardware(name: str, device: Device) -> bool:
    """Whether `name`, in lower case, is ALSA's way to name the hardware of `device`."""
    if device.hardware is None:
        return False
    wanted = re.fullmatch(r"(?:(?:plug)?hw:)?(?:card=)?([^,=:]+)(?:,(?:dev=)?(\d+))?", name)
    if wanted is None:
        return False
    card, number = device.hardware
    is_card = wanted[1] == (device.card or card).casefold()
    is_number = wanted[1] == card and ":" in name  # a bare number could be part of any name
    return (is_card or is_number) and wanted[2] in (None, number)
