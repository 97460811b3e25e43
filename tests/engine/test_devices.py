"""Which sound devices there are to choose from, and what all that name them promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.clock.mock import MockClock
from receiver.config.config import AudioBackend
from receiver.engine import devices as machine_devices
from receiver.engine.choosing import Devices
from receiver.engine.devices import MOCK_RATE, SoundDevices, Understudy
from receiver.engine.settings import EngineSettings
from receiver.errors import NoDevice
from receiver.model.state import SoundDevice
from receiver.sink import cards, portaudio
from receiver.sink.devices import Device
from receiver.sink.mock import MockSink
from receiver.sink.portaudio import PortAudioSink
from tests.sink.plugged import Cards, Plugged
from tests.sink.readers import Reader
from tests.sink.soundcards import Machine

USB = Device(0, "USB DAC: Audio (hw:1,0)", "DAC", 2, 48000)
HDMI = Device(1, "HDMI: 0 (hw:0,3)", "HDMI", 2, 48000)
DEFAULT = Device(2, "default", None, 2, 44100)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """With a DAC and a monitor, which PortAudio has seen."""
    made = Machine(tmp_path)
    monkeypatch.setattr(cards, "CARDS", made.files)
    monkeypatch.setattr(cards, "DEVICES", made.nodes)
    made.plug_in(1, "DAC")
    made.plug_in(0, "HDMI")
    seen = portaudio._Seen()
    seen.cards, seen.devices = cards.cards_stamp(), [USB, HDMI, DEFAULT]
    monkeypatch.setattr(portaudio, "_seen", seen)
    return made


@pytest.fixture(params=["portaudio", "mock", "cards"])
def devices(request: pytest.FixtureRequest, machine: Machine) -> Devices:
    if request.param == "cards":
        return Cards(Plugged(MockClock(), 48000))
    return SoundDevices(EngineSettings(request.param), MockClock())


def test_what_is_named_can_be_chosen_and_nothing_else(devices: Devices) -> None:
    known = devices.known()
    assert known
    for device in known:
        assert callable(devices.choose(device.name))
    with pytest.raises(NoDevice, match='no sound device "radio"'):
        devices.choose("radio")


def real() -> SoundDevices:
    return SoundDevices(EngineSettings("portaudio"), MockClock())


def test_devices_have_the_ids_of_their_cards(machine: Machine) -> None:
    assert real().known() == [
        SoundDevice(USB.name, "DAC"),
        SoundDevice(HDMI.name, "HDMI"),
        SoundDevice("default"),
    ]
    assert callable(real().choose("DAC"))
    assert callable(real().choose("")), "the default"


def test_a_card_that_came_since_is_named_and_one_that_went_is_not(machine: Machine) -> None:
    machine.unplug(0)
    machine.plug_in(2, "Speaker")
    machine.plug_in(3, "Webcam", plays=False)
    assert real().known() == [
        SoundDevice(USB.name, "DAC"),
        SoundDevice("default"),
        SoundDevice("Speaker", "Speaker"),
    ]
    assert callable(real().choose("radio")), "nobody knows before it was looked for"


def test_a_card_that_was_in_use_when_it_was_looked_for_is_tried(machine: Machine) -> None:
    machine.plug_in(2, "Speaker")
    portaudio._seen.cards = cards.cards_stamp()
    assert len(real().known()) == 3
    for name in ("speaker", "hw:2", "hw:CARD=Speaker", "Speaker of the test: Audio (hw:3,0)"):
        assert callable(real().choose(name))
    with pytest.raises(NoDevice, match='no sound device "radio"; choose one of "USB DAC'):
        real().choose("radio")


def test_where_no_device_was_seen_yet_any_is_tried(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portaudio._seen, "devices", [])
    devices = SoundDevices(EngineSettings("auto"), MockClock())
    assert devices.known() == []
    assert callable(devices.choose("DAC"))


class Looked:
    """What PortAudio finds when it is asked, and how often it was."""

    def __init__(self, *found: Device) -> None:
        self.found = list(found)
        self.times = 0

    def __call__(self) -> list[Device]:
        self.times += 1
        return self.found


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """Nothing, until a test says else."""
    made = Looked()
    monkeypatch.setattr(machine_devices, "list_devices", made)
    return made


def sink(devices: SoundDevices, device: str = "") -> type:
    """Of which kind the sink is that stands for a device."""
    return type(devices._make(device, 0.01))


def test_auto_without_a_device_is_the_mock_and_says_so_once(
    looked: Looked, machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    devices = SoundDevices(EngineSettings("auto"), MockClock())
    assert sink(devices) is Understudy
    looked.found.append(DEFAULT)
    assert sink(devices) is Understudy, "no card has come: nobody looks again"
    assert looked.times == 1
    (said,) = [record.message for record in caplog.records]
    assert "no sound device" in said


def test_the_mock_of_auto_steps_aside_when_a_card_has_come(
    looked: Looked, machine: Machine
) -> None:
    """One beside the monitor, say, that does not open as long as it is off."""
    machine.unplug(1)
    devices = SoundDevices(EngineSettings("auto"), MockClock())
    understudy = devices._make("", 0.01)
    understudy.open(Reader())
    understudy.start()
    machine.plug_in(3, "Webcam", plays=False)
    assert understudy.started, "that is none that can play"
    assert sink(devices) is Understudy
    machine.plug_in(2, "Speaker")
    assert not understudy.started
    understudy.drop()
    with pytest.raises(NoDevice, match="has come"):
        understudy.start()
    understudy.close()
    assert sink(devices) is PortAudioSink
    machine.unplug(2)
    assert sink(devices) is PortAudioSink, "it is waited for"


def test_auto_waits_for_a_card_that_is_in_use(looked: Looked, machine: Machine) -> None:
    """PortAudio lists none that does not open."""
    machine.occupy(machine.cards[1])
    assert sink(SoundDevices(EngineSettings("auto"), MockClock())) is PortAudioSink


def test_auto_with_a_device_waits_for_it_when_it_is_gone(
    looked: Looked, caplog: pytest.LogCaptureFixture
) -> None:
    looked.found.append(DEFAULT)
    devices = SoundDevices(EngineSettings("auto"), MockClock())
    assert sink(devices) is PortAudioSink
    looked.found.clear()
    assert sink(devices) is PortAudioSink
    assert not caplog.records


def test_auto_with_a_device_that_was_named_looks_for_no_other(looked: Looked) -> None:
    devices = SoundDevices(EngineSettings("auto", device="DAC"), MockClock())
    assert sink(devices, "DAC") is PortAudioSink
    assert looked.times == 0


@pytest.mark.parametrize(("backend", "kind"), [("mock", MockSink), ("portaudio", PortAudioSink)])
@pytest.mark.parametrize("found", [[], [DEFAULT]])
def test_a_backend_that_was_named_is_taken_whatever_there_is(
    looked: Looked, backend: AudioBackend, kind: type, found: list[Device]
) -> None:
    looked.found = found
    assert sink(SoundDevices(EngineSettings(backend), MockClock())) is kind
    assert looked.times == 0


@pytest.mark.parametrize(("rate", "taken"), [(0, MOCK_RATE), (48_000, 48_000)])
def test_the_mock_has_the_rate_of_the_settings(rate: int, taken: int) -> None:
    made = SoundDevices(EngineSettings("mock", rate=rate), MockClock())._make("", 0.01)
    assert made.open(Reader()).format.rate == taken
    made.close()
