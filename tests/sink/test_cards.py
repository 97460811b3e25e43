"""Cards that come, go, are in use, or take one rate alone: over a PortAudio that is as stubborn as
the real one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from receiver.clock.mock import MockClock
from receiver.errors import NoDevice
from receiver.pcm.format import Format
from receiver.sink import cards, portaudio
from receiver.sink.portaudio import PortAudioSink
from tests.sink.readers import Constant, Reader
from tests.sink.soundcards import Machine, MockPortAudio

BUFFER = 0.02


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Without cards."""
    made = Machine(tmp_path)
    monkeypatch.setattr(cards, "CARDS", made.files)
    monkeypatch.setattr(cards, "DEVICES", made.nodes)
    return made


@pytest.fixture
def library(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> MockPortAudio:
    """PortAudio, which has not looked since before all else came."""
    made = MockPortAudio(machine)
    seen = portaudio._Seen()
    seen.cards = cards.cards_stamp()
    monkeypatch.setattr(portaudio, "_seen", seen)
    monkeypatch.setattr(portaudio, "_portaudio", lambda: made)
    monkeypatch.setattr(portaudio, "takes_only_int16", made.only_int16)
    return made


def make(device: str = "DAC", rate: int = 0) -> PortAudioSink:
    return PortAudioSink(device, rate, BUFFER, MockClock())


def used(machine: Machine) -> PortAudioSink:
    """Was open on a DAC, the card of number 1, which has gone since."""
    machine.plug_in(1, "DAC")
    sink = make()
    sink.open(Reader())
    sink.close()
    machine.unplug(1)
    return sink


# --- rates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "claims", "takes", "opened"),
    [
        (0, 48000, (48000, 96000), 48000),
        (96000, 48000, (48000, 96000), 96000),
        (88200, 96000, (44100, 48000, 96000), 96000),
        (44100, 44100, (48000,), 48000),
        (0, 192_000, (44100,), 44100),
        (96000, 192_000, (44100, 48000), 44100),
    ],
)
def test_of_the_rates_that_a_device_takes_the_best_is_opened(
    machine: Machine,
    library: MockPortAudio,
    wanted: int,
    claims: int,
    takes: tuple[int, ...],
    opened: int,
) -> None:
    """The one that is asked for, else the one it claims to have, else a common one."""
    machine.plug_in(1, "DAC", rates=takes, claims=claims)
    info = make(rate=wanted).open(Reader())
    assert info.format == Format(opened, 2)
    assert library.stream.rate == opened


@pytest.mark.usefixtures("library")
def test_a_device_that_takes_no_rate_is_refused_with_the_reason(machine: Machine) -> None:
    machine.plug_in(1, "DAC", rates=(32000,), claims=44100)
    with pytest.raises(NoDevice, match=r"DAC of the test.*Invalid sample rate"):
        make().open(Reader())


def test_a_card_that_takes_only_16_bits_at_48000_plays(
    machine: Machine, library: MockPortAudio
) -> None:
    machine.plug_in(1, "DAC", rates=(48000,), claims=44100).only_int16 = True
    sink = make(rate=44100)
    sink.open(Constant(0.25))
    sink.start()
    played = library.stream.pull()
    assert (played.dtype, played.shape[1]) == (np.int16, 2)
    assert np.abs(played - 8192.0).max() < 1.5
    assert sink.info.format == Format(48000, 2)


# --- cards that come and go -----------------------------------------------------------------------


def test_it_tells_on_which_card_it_plays(machine: Machine, library: MockPortAudio) -> None:
    """By that name ALSA has the controls of the card, and so its volume."""
    machine.plug_in(0, "HDMI")
    machine.plug_in(3, "DAC")
    sink = make()
    assert sink.open(Reader()).card == "hw:3"
    assert sink.info.device == "DAC of the test: Audio (hw:3,0)"
    assert library.stream.card.id == "DAC"


def test_a_card_that_came_back_under_another_number_is_found(
    machine: Machine, library: MockPortAudio
) -> None:
    """Even where another card has the number now that it had."""
    sink = used(machine)
    machine.plug_in(1, "Headset")
    machine.plug_in(2, "DAC")
    assert sink.open(Reader()).card == "hw:2"
    assert library.stream.card.id == "DAC"


def test_it_is_found_too_where_the_system_does_not_tell_of_cards_that_come(
    machine: Machine, library: MockPortAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "DEVICES", machine.nodes / "none")
    portaudio._seen.cards = 0
    sink = used(machine)
    machine.plug_in(2, "DAC")
    assert sink.open(Reader()).card == "hw:2"
    assert library.stream.card.id == "DAC"


def test_what_has_not_changed_is_not_looked_for_again(
    machine: Machine, library: MockPortAudio
) -> None:
    machine.plug_in(1, "DAC")
    sink = make()
    for _ in range(3):
        sink.open(Reader())
        sink.close()
    assert library.looks == 2, "at its start, and when the card had come"


def test_a_card_that_is_gone_is_not_started(machine: Machine, library: MockPortAudio) -> None:
    machine.plug_in(1, "DAC")
    sink = make()
    sink.open(Reader())
    machine.unplug(1)
    with pytest.raises(NoDevice, match="come or gone"):
        sink.start()
    assert not sink.started
    sink.close()
    assert library.looks == 2, "it looks when no stream is open"
    with pytest.raises(NoDevice, match='no sound device "DAC"'):
        sink.open(Reader())


def test_a_library_that_does_not_come_up_again_is_no_device(
    machine: Machine, library: MockPortAudio
) -> None:
    machine.plug_in(1, "DAC")
    library.broken = True
    with pytest.raises(NoDevice, match=r"PortAudio cannot be started: .*Host error"):
        make().open(Reader())


# --- cards in use ---------------------------------------------------------------------------------


def refusal(device: str = "DAC") -> str:
    """What is said of a device that does not open."""
    with pytest.raises(NoDevice) as refused:
        make(device).open(Reader())
    return refused.value.message


def test_a_device_that_is_listed_and_in_use_is_busy(
    machine: Machine, library: MockPortAudio
) -> None:
    card = machine.plug_in(1, "DAC")
    card.shy = True
    machine.occupy(card)
    assert refusal() == (
        'The sound device "DAC of the test: Audio (hw:1,0)" is busy: another program uses it. '
        'Stop that program, or choose one of "DAC of the test: Audio (hw:1,0)".'
    )
    machine.free(card)
    make().open(Reader())
    assert library.stream.card is card


@pytest.mark.parametrize(
    "name", ["DAC", "dac", "hw:DAC", "hw:1,0", "DAC of the test: Audio (hw:4,0)", "of the", ""]
)
def test_a_card_that_is_in_use_is_there_though_portaudio_does_not_list_it(
    machine: Machine, library: MockPortAudio, name: str
) -> None:
    card = machine.plug_in(1, "DAC")
    machine.occupy(card)
    assert refusal(name) == (
        'The sound device "DAC of the test" is busy: another program uses it. Stop that program.'
    )
    machine.free(card)
    make(name).open(Reader())
    assert library.stream.card is card


@pytest.mark.usefixtures("library")
def test_others_can_be_chosen_instead(machine: Machine) -> None:
    machine.plug_in(0, "HDMI")
    machine.occupy(machine.plug_in(1, "DAC"))
    told = refusal()
    assert '"DAC of the test" is busy' in told
    assert told.endswith('or choose one of "HDMI of the test: Audio (hw:0,0)".')
    assert "no sound device" in refusal("radio")
    assert make("").open(Reader()).card == "hw:0", "the default is another"


@pytest.mark.usefixtures("library")
def test_a_card_that_does_not_open_for_another_reason_is_not_said_to_be_in_use(
    machine: Machine,
) -> None:
    card = machine.plug_in(1, "DAC")
    card.own_rate = 44100  # as a monitor that is off, or a user who may not
    assert refusal() == (
        'The sound device "DAC of the test" is there, but does not open; check that something is '
        "connected to it, and that this user is in the group audio."
    )
    assert "There is no default sound device" in refusal("")
