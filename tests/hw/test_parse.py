"""The tables of the configuration: what they mean, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.header import FREE, TAKEN
from hw.led import PATTERNS
from hw.parse import parse
from hw.profiles import PROFILES
from hw.settings import Hardware
from receiver.config.load import load, table
from receiver.errors import ConfigError


class File:
    """A receiver.toml."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, text: str, *flags: str) -> Hardware:
        """What it says of hardware."""
        self.path.write_text(text)
        loaded = load(["--config", str(self.path), *flags], {"HOME": "/"})
        return parse(loaded.tables, loaded.config.profile, loaded.origins["profile"])

    def refusal(self, text: str, *flags: str) -> str:
        """What it says is wrong."""
        with pytest.raises(ConfigError) as caught:
            self.read(text, *flags)
        return caught.value.message.replace(str(self.path), "FILE")


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "receiver.toml")


def test_nothing_is_nothing(file: File) -> None:
    assert file.read("") == Hardware()


def test_a_button_as_short_as_can_be(file: File) -> None:
    (button,) = file.read('[buttons]\nplay = {pin = 5, press = "toggle"}').buttons
    assert (button.name, button.pin, button.active_low, button.pull) == ("play", 5, True, "up")
    assert {gesture: action.words for gesture, action in button.actions.items()} == {
        "press": "toggle"
    }
    manners = button.manners
    assert (manners.hold, manners.double, manners.repeat) == (False, False, False)


def test_a_button_with_all_it_can_have(file: File) -> None:
    text = """
        [buttons.loud]
        pin = 5
        active = "high"
        pull = "none"
        press = "volume_up 3"
        double = "next"
        hold = "stop"
        hold_ms = 1000
        double_ms = 200
    """
    (button,) = file.read(text).buttons
    assert (button.active_low, button.pull) == (False, "none")
    assert list(button.actions) == ["press", "double", "hold"]
    manners = button.manners
    assert (manners.hold, manners.double, manners.repeat) == (True, True, True)
    assert (manners.hold_s, manners.double_s) == (1.0, 0.2)


def test_a_button_to_3_3_volts_is_pulled_down(file: File) -> None:
    (button,) = file.read('buttons.play = {pin = 5, active = "high", press = "stop"}').buttons
    assert button.pull == "down"


def test_a_knob(file: File) -> None:
    text = '[encoder]\na = 17\nb = 27\nturn = "seek"\n[encoder.push]\npin = 22\npress = "mute"'
    encoder = file.read(text).encoder
    assert encoder is not None
    assert (encoder.a, encoder.b, encoder.edges, encoder.pull) == (17, 27, 4, "up")
    assert (encoder.command, encoder.step, encoder.acceleration) == ("seek", 5000, True)
    assert encoder.push is not None
    assert encoder.push.pin == 22
    plain = file.read(
        "[encoder]\na = 17\nb = 27\nedges = 2\nstep = 1\nacceleration = false"
    ).encoder
    assert plain is not None
    assert (plain.command, plain.step, plain.edges, plain.push) == ("volume", 1, 2, None)
    assert not plain.acceleration


def test_a_light_and_an_amplifier(file: File) -> None:
    text = """
        led = {pin = 23, active = "low", ready = [], error = [0.5, 1]}
        amplifier = {pin = 24, active = "low", off_after_s = 60}
    """
    hardware = file.read(text)
    led, amplifier = hardware.led, hardware.amplifier
    assert led is not None
    assert led.active_low
    assert led.patterns == {**PATTERNS, "ready": (), "error": (0.5, 1.0)}
    assert amplifier is not None
    assert (amplifier.pin, amplifier.active_low, amplifier.off_after_s) == (24, True, 60)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_valid_and_named_as_its_origin(file: File, profile: str) -> None:
    hardware = file.read("", "--profile", profile)
    assert {key.partition(".")[0] for key, _, _ in hardware.rows} == set(PROFILES[profile])
    assert {origin for _, _, origin in hardware.rows} == {f"profile {profile}"}


def test_a_table_of_ones_own_takes_the_place_of_the_profiles(file: File) -> None:
    own = 'profile = "pirate-audio"\n[buttons]\nstop = {pin = 5, press = "stop"}'
    hardware = file.read(own)
    assert [button.name for button in hardware.buttons] == ["stop"]
    assert hardware.amplifier is not None
    assert file.read('profile = "pirate-audio"\n[amplifier]\n').amplifier is None


def test_the_table_of_a_later_file_wins(tmp_path: Path) -> None:
    system, own = tmp_path / "system.toml", tmp_path / "config" / "tonearm" / "receiver.toml"
    own.parent.mkdir(parents=True)
    system.write_text('[led]\npin = 5\n[buttons]\nplay = {pin = 6, press = "toggle"}')
    own.write_text("[led]\npin = 7")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("receiver.config.sources.SYSTEM_FILE", system)
        loaded = load([], {"HOME": "/", "XDG_CONFIG_HOME": str(tmp_path / "config")})
    hardware = parse(loaded.tables, "", "default")
    assert hardware.led is not None
    assert hardware.led.pin == 7
    assert len(hardware.buttons) == 1
    assert [origin for _, _, origin in hardware.rows] == [f"{system}:4", f"{own}:1"]


@pytest.mark.parametrize("pin", sorted(TAKEN))
def test_a_pin_that_carries_sound_is_refused_with_the_reason(file: File, pin: int) -> None:
    said = file.refusal(f"[led]\npin = {pin}")
    assert said == (
        f"FILE:2: led.pin: GPIO {pin} belongs to {TAKEN[pin]}. There are: 4, 5, 6, 7, 8, 9, 10, 11,"
        " 12, 13, 14, 15, 16, 17, 22, 23, 24, 25, 26, 27."
    )
    assert pin not in FREE


def test_all_pins_of_the_header_are_known() -> None:
    assert sorted([*FREE, *TAKEN]) == list(range(28))


@pytest.mark.parametrize("pin", FREE)
def test_every_other_pin_can_be_used(file: File, pin: int) -> None:
    led = file.read(f"[led]\npin = {pin}").led
    assert led is not None
    assert led.pin == pin


PLAY = '[buttons]\nplay = {pin = 5, press = "toggle"}\n'
ACTIONS = "there is no action 'toggel'; there are: toggle, pause, resume, stop, next, previous"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[button]\nx = 1", "1: there is no table [button]. Did you mean buttons?"),
        ("[screen]", "1: there is no table [screen]. There are: buttons, encoder, led, amplifier."),
        ("[buttons]\nplay = 5", "2: buttons.play must be a table, such as {pin = 5}, not 5."),
        ('[buttons.play]\npress = "toggle"', "1: buttons.play has no pin: it must have the number"),
        (f"{PLAY}x = {{pin = 5}}", "3: buttons.x.pin: GPIO 5 is used by buttons.play already."),
        (f"{PLAY}[led]\npin = 5", "4: led.pin: GPIO 5 is used by buttons.play already. There are:"),
        ("[encoder]\na = 5\nb = 5", "3: encoder.b: GPIO 5 is used by encoder (a) already."),
        ("[encoder]\na = 5", "1: encoder has no b: it must have the number of a GPIO"),
        ("[led]\npin = 28", "2: led.pin must be the number of a GPIO, such as 5"),
        ('[led]\npin = "5"', "2: led.pin must be the number of a GPIO, such as 5"),
        ("[led]\npin = true", "2: led.pin must be the number of a GPIO, such as 5"),
        ("[led]\npin = 5\nactiv = 1", "3: led has no key activ. Did you mean active?"),
        ("[led]\npin = 5\nactive = 1", "3: led.active must be one of low, high, not 1."),
        ("[led]\npin = 5\nready = 1", "3: led.ready must be seconds on, off, on, off ... as in"),
        ("[led]\npin = 5\nready = [1, 2, 3]", "3: led.ready must be seconds on, off"),
        ("[led]\npin = 5\nready = [0.01, 1]", "3: led.ready must be seconds on, off"),
        ("[led]\npin = 5\nready = [nan, 1]", "3: led.ready must be seconds on, off"),
        ('[led]\npin = 5\nready = ["a", 1]', "3: led.ready must be seconds on, off"),
        (f"[led]\npin = 5\nready = {[1] * 18}", "3: led.ready must be seconds on, off"),
        (
            "[amplifier]\npin = 5\noff_after_s = 5",
            "3: amplifier.off_after_s must be a whole number",
        ),
        ("[amplifier]\npin = 5\nkey = 5", "3: amplifier has no key key. There are: pin, active"),
        ("[encoder]\na = 5\nb = 6\nedges = 3", "4: encoder.edges must be one of 1, 2, 4, not 3."),
        ("[encoder]\na = 5\nb = 6\nedges = true", "4: encoder.edges must be one of 1, 2, 4"),
        ("[encoder]\na = 5\nb = 6\nacceleration = 1", "4: encoder.acceleration must be true"),
        ("[encoder]\na = 5\nb = 6\npush = 1", "4: encoder.push must be a table, such as {pin = 5}"),
        ("[buttons.x]\npin = 5", '1: buttons.x does nothing: give it a press, as in "toggle".'),
        (
            '[buttons]\nx = {pin = 5, press = "toggel"}',
            f"2: buttons.x.press is 'toggel', but {ACTIONS}",
        ),
        ("[buttons.x]\npin = 5\nhold = 1", "3: buttons.x.hold is 1, but it is a text, such as"),
        ('[buttons.x]\npin = 5\npress = "volume 200"', "3: buttons.x.press is 'volume 200'"),
        (
            '[buttons.x]\npin = 5\npress = "stop"\nlong = "stop"',
            "4: buttons.x has no key long. There",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(file: File, text: str, said: str) -> None:
    assert file.refusal(text).startswith(f"FILE:{said}")


def test_a_profile_that_does_not_exist_is_named_with_its_origin(file: File) -> None:
    assert file.refusal("", "--profile", "pirate") == (
        "--profile: there is no profile pirate. Did you mean pirate-audio?"
    )
    assert file.refusal('\nprofile = "x"') == (
        "FILE:2: there is no profile x. There are: pirate-audio, five-buttons, encoder-led."
    )


def test_a_pin_that_the_profile_has_is_refused(file: File) -> None:
    said = file.refusal('profile = "five-buttons"\n[led]\npin = 17')
    assert said.startswith("FILE:3: led.pin: GPIO 17 is used by buttons.play already.")


def test_an_option_that_is_written_as_a_table_is_told_so(file: File) -> None:
    assert file.refusal("[name]\nx = 1").startswith("FILE:1: name must be text")


def test_what_the_check_shows(file: File) -> None:
    hardware = file.read(f'{PLAY}[encoder]\na = 6\nb = 7\npush = {{pin = 8, hold = "pair"}}\n'
                         "[led]\npin = 9\nready = []\n[amplifier]\npin = 10")  # fmt: skip
    shown = table(load([], {"HOME": "/"}), hardware.rows).replace(str(file.path), "FILE")
    assert [" ".join(line.split()) for line in shown.splitlines()[-5:]] == [
        "buttons.play GPIO 5: press toggle FILE:2",
        "encoder GPIO 6 and 7: volume, 2% a detent FILE:3",
        "encoder.push GPIO 8: hold pair FILE:6",
        "led GPIO 9, lit when high, its own ready FILE:7",
        "amplifier GPIO 10, on when high, off after 300 s of silence FILE:10",
    ]
