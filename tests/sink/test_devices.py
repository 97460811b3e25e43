"""Which device is meant."""

from __future__ import annotations

import pytest

from receiver.errors import NoDevice
from receiver.sink.devices import Device, find_device
from receiver.sink.periods import period_frames

HEADPHONES = Device(0, "bcm2835 Headphones: - (hw:0,0)", "Headphones", 8, 44100)
HDMI = Device(1, "vc4-hdmi: MAI PCM i2s-hifi-0 (hw:1,0)", "vc4hdmi", 8, 44100)
DAC = Device(2, "USB Audio DAC: Audio (hw:2,0)", "DAC", 2, 44100)
DAC_DIGITAL = Device(3, "USB Audio DAC: Audio #1 (hw:2,1)", "DAC", 2, 48000)
PULSE = Device(4, "pulse", None, 32, 44100)
DEFAULT = Device(5, "default", None, 32, 44100)
DEFAULT_TOO = Device(6, "sysdefault", None, 32, 44100)
ALL = [HEADPHONES, HDMI, DAC, DAC_DIGITAL, PULSE, DEFAULT, DEFAULT_TOO]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("default", DEFAULT),
        ("Default", DEFAULT),
        ("sys", DEFAULT_TOO),
        ("USB Audio DAC: Audio (hw:2,0)", DAC),
        ("headphones", HEADPHONES),
        ("MAI PCM", HDMI),
        ("dac", DAC),
        ("hw:DAC", DAC),
        ("hw:dac,1", DAC_DIGITAL),
        ("hw:CARD=DAC", DAC),
        ("plughw:CARD=DAC,DEV=1", DAC_DIGITAL),
        ("hw:2", DAC),
        ("hw:2,1", DAC_DIGITAL),
        ("plughw:1,0", HDMI),
        ("hw:0", HEADPHONES),
    ],
)
def test_found(wanted: str, found: Device) -> None:
    assert find_device(wanted, ALL) is found


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    for wanted in ("hw:7", "Bose", "2", "hw:"):
        with pytest.raises(NoDevice) as error:
            find_device(wanted, [PULSE, DEFAULT])
        assert error.value.message == (
            f'There is no sound device "{wanted}"; choose one of "pulse", "default".'
        )
    with pytest.raises(NoDevice, match="has none that can play"):
        find_device("pulse", [])


def test_a_name_that_fits_several_is_refused_with_those() -> None:
    with pytest.raises(NoDevice, match="fits several") as error:
        find_device("usb", ALL)
    assert DAC.name in error.value.message
    assert PULSE.name not in error.value.message


def test_the_name_for_alsa() -> None:
    assert (DAC_DIGITAL.pcm, PULSE.pcm) == ("hw:2,1", "pulse")


@pytest.mark.parametrize(
    ("rate", "seconds", "frames"),
    [
        (44100, 0.0, 128),
        (44100, 0.009, 192),
        (44100, 0.012, 256),
        (44100, 0.05, 1088),
        (48000, 0.25, 5952),
        (192000, 0.05, 4800),
    ],
)
def test_periods(rate: int, seconds: float, frames: int) -> None:
    assert period_frames(rate, seconds) == frames


def test_a_whole_name_is_found_under_another_number() -> None:
    """A card that is plugged in again may get another one."""
    assert find_device("USB Audio DAC: Audio (hw:1,0)", ALL) is DAC
    with pytest.raises(NoDevice):
        find_device("USB Audio DAC: Audio (hw:1,1)", ALL)
