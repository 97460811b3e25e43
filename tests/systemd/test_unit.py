"""What the unit promises, line by line: who takes one out finds here what it is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from receiver.errors import BadRequest, ConfigError
from receiver.sink.portaudio import PRIORITY

UNIT = Path(__file__).parents[2] / "systemd" / "tonearm.service"
FOLDERS = ("StateDirectory", "CacheDirectory", "ConfigurationDirectory", "RuntimeDirectory")
DEVICES = {"char-alsa rw", "char-gpiochip rw"}


@pytest.fixture(scope="module")
def unit() -> Mapping[str, Mapping[str, list[str]]]:
    """What stands in each section: the values of each key, in order."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), defaultdict(list))
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section[key].append(value)
    return found


@pytest.fixture
def service(unit: Mapping[str, Mapping[str, list[str]]]) -> Mapping[str, list[str]]:
    return unit["Service"]


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("Type", "notify", "it is up when it takes commands, and says what it plays"),
        ("ExecStart", "/usr/bin/tonearm-receiver", "where the package puts it"),
        ("TimeoutStartSec", "3min", "a small Pi takes its time"),
        ("WatchdogSec", "30", "what hangs is started again"),
        ("Restart", "always", "what crashes is started again"),
        ("RestartSec", "2", "not at once, so that StartLimit* is not used up in a moment"),
        ("KillMode", "mixed", "the audio process is let fade out"),
        ("TimeoutStopSec", "5", "and is not waited for for ever"),
        ("LimitRTPRIO", "10", "the audio thread may have real-time priority"),
        ("LimitRTTIME", "500ms", "and may not take the machine with it"),
        ("LimitNICE", "-11", "without it, it goes before the rest at least"),
        ("DynamicUser", "yes", "a user of its own"),
        ("SupplementaryGroups", "audio gpio", "who may use the devices"),
        ("DevicePolicy", "closed", "and no other ones"),
        ("ProtectSystem", "strict", "it writes to its own folders alone"),
        ("WorkingDirectory", "%t/tonearm", "where lgpio may leave its pipe"),
    ],
)
def test_a_line_is_there(service: Mapping[str, list[str]], key: str, value: str, why: str) -> None:
    assert service[key] == [value], why


@pytest.mark.parametrize("key", FOLDERS)
def test_it_has_its_folders(service: Mapping[str, list[str]], key: str) -> None:
    assert service[key] == ["tonearm"]


def test_it_may_use_sound_cards_and_pins_and_no_other_device(
    service: Mapping[str, list[str]],
) -> None:
    assert set(service["DeviceAllow"]) == DEVICES


def test_a_receiver_that_never_comes_up_is_given_up(
    unit: Mapping[str, Mapping[str, list[str]]],
) -> None:
    assert unit["Unit"]["StartLimitIntervalSec"] == ["5min"]
    assert unit["Unit"]["StartLimitBurst"] == ["10"]


def test_a_mistake_in_the_configuration_is_not_tried_again(
    service: Mapping[str, list[str]],
) -> None:
    (codes,) = service["RestartPreventExitStatus"]
    assert codes.split() == [str(BadRequest.exit_code), str(ConfigError.exit_code)]


def test_the_audio_thread_may_have_the_priority_that_it_asks_for(
    service: Mapping[str, list[str]],
) -> None:
    (most,) = service["LimitRTPRIO"]
    assert int(most) >= PRIORITY


def test_it_is_started_with_the_machine(unit: Mapping[str, Mapping[str, list[str]]]) -> None:
    assert unit["Install"]["WantedBy"] == ["multi-user.target"]
