"""The words of the configuration, and what they come to at the door."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hw.actions import WORDS, action, compose
from hw.hand import NUDGE_EVERY_S, Hand
from receiver.clock.mock import MockClock
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.protocol.events import Answer, Done, Error

README = Path(__file__).parents[2] / "hw" / "README.md"


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("toggle", c.Toggle(id="1")),
        ("pause", c.Pause(id="1")),
        ("resume", c.Resume(id="1")),
        ("stop", c.Stop(id="1")),
        ("next", c.Next(id="1")),
        ("previous", c.Previous(id="1")),
        ("mute", c.Mute(id="1")),
        ("volume_up", c.SetVolume(id="1", by=2)),
        ("volume_up 5", c.SetVolume(id="1", by=5)),
        ("volume_down  10 ", c.SetVolume(id="1", by=-10)),
        ("volume 40", c.SetVolume(id="1", percent=40)),
        ("seek_forward", c.Seek(id="1", by_ms=30_000)),
        ("seek_back", c.Seek(id="1", by_ms=-10_000)),
        ("seek_back 15", c.Seek(id="1", by_ms=-15_000)),
        ("shuffle on", c.SetShuffle(id="1", shuffle=True)),
        ("repeat one", c.SetRepeat(id="1", repeat="one")),
        ("play http://radio/a b.ogg", c.Play(id="1", url="http://radio/a b.ogg")),
        ("transfer Bed room", c.Transfer(id="1", to="Bed room")),
    ],
)
def test_every_word_is_a_command(words: str, command: c.Command) -> None:
    assert codec.decode_command(compose(action(words).message, "1")) == command


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "there is no action ''; there are: toggle, pause,"),
        ("toggel", "there is no action 'toggel'; there are: toggle, pause,"),
        ("toggle it", "it is written 'toggle'"),
        ("play", "it is written 'play URL'"),
        ("volume", "it is written 'volume PERCENT'"),
        ("volume 101", "it is written 'volume PERCENT', with what makes sense there"),
        ("volume loud", "it is written 'volume PERCENT', with"),
        ("volume_up -5", "it is written 'volume_up [PERCENT]', with"),
        ("volume_up 101", "it is written 'volume_up [PERCENT]', with"),
        ("volume_up 1e400", "it is written 'volume_up [PERCENT]', with"),
        ("seek_forward nan", "it is written 'seek_forward [S]', with"),
        ("shuffle maybe", "it is written 'shuffle on|off', with"),
        ("repeat 2", "it is written 'repeat off|one|all', with"),
        ("play \x07", "it is written 'play URL', with"),
    ],
)
def test_what_is_wrong_with_the_words_is_told(words: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        action(words)


def test_numbers_that_are_changed_by_some_are_repeated() -> None:
    words = {
        "volume_up 3": 3,
        "volume_down": -2,
        "seek_back": -10_000,
        "next": None,
        "volume 4": None,
    }
    assert {text: action(text).nudge for text in words} == words


def test_every_word_is_in_the_readme() -> None:
    text = README.read_text("utf-8")
    for name, word in WORDS.items():
        shown = f"{name} {word.argument}".strip().replace("|", "\\|")
        assert f"| `{shown}` | {word.does} |" in text


class Door:
    """A door that answers when it is told to."""

    def __init__(self) -> None:
        self.commands: list[c.Command] = []
        self.open: list[Callable[[Answer], None]] = []
        self.at_once = True

    def take(self, message: str, reply: Callable[[Answer], None]) -> None:
        command = codec.decode_command(message)
        self.commands.append(command)
        if self.at_once:
            reply(Done(command.id))
        else:
            self.open.append(reply)

    def answer(self, code: str | None = None) -> None:
        """Answer the oldest."""
        reply = self.open.pop(0)
        reply(Done("1") if code is None else Error("1", code, "It cannot be done."))


class Stage:
    """A hand, a door, and what the hand says of the answers."""

    def __init__(self) -> None:
        self.clock = MockClock()
        self.door = Door()
        self.refused: list[bool] = []
        self.hand = Hand(self.door.take, self.clock, self.refused.append)

    def wait(self, seconds: float) -> None:
        end = self.clock.now() + seconds
        while self.hand.wake_at <= end:
            self.clock.step(max(self.hand.wake_at - self.clock.now(), 0.0))
            self.hand.tick(self.clock.now())
        self.clock.step(end - self.clock.now())

    @property
    def changes(self) -> list[int]:
        """By how much the volume was changed, each time."""
        return [
            command.by or 0 for command in self.door.commands if isinstance(command, c.SetVolume)
        ]


def test_each_command_has_an_id_of_its_own_and_a_play_says_who() -> None:
    stage = Stage()
    for _ in range(2):
        stage.hand.do(action("play http://a"), "Button one")
    one, two = stage.door.commands
    assert isinstance(one, c.Play)
    assert one.id != two.id
    assert one.by == "Button one"
    assert stage.refused == [False, False]


def test_what_is_refused_is_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    stage.door.at_once = False
    for code in ("nothing_playing", "superseded", None):
        stage.hand.do(action("next"), "Button next")
        stage.door.answer(code)
    assert stage.refused == [True, False, False]
    assert caplog.messages == ["Button next: It cannot be done."]


def test_one_step_goes_at_once_and_a_quick_turn_is_added_up() -> None:
    stage = Stage()
    stage.hand.nudge("volume", 2, "Knob")
    assert stage.changes == [2]
    for _ in range(9):
        stage.hand.nudge("volume", 2, "Knob")
    assert stage.changes == [2]
    stage.wait(NUDGE_EVERY_S)
    assert stage.changes == [2, 18]
    assert stage.hand.wake_at == float("inf")


def test_while_one_is_not_answered_the_next_one_waits_and_grows() -> None:
    stage = Stage()
    stage.door.at_once = False
    for _ in range(5):
        stage.hand.nudge("volume", -2, "Knob")
        stage.wait(1.0)
    assert stage.changes == [-2]
    stage.door.answer()
    stage.wait(0.0)
    assert stage.changes == [-2, -8]


def test_no_change_is_more_than_the_protocol_takes() -> None:
    stage = Stage()
    stage.hand.nudge("volume", 1, "Knob")
    for _ in range(60):
        stage.hand.nudge("volume", 8, "Knob")
    stage.wait(1.0)
    assert stage.changes == [1, 100]


def test_there_and_back_again_is_nothing() -> None:
    stage = Stage()
    stage.hand.nudge("volume", 1, "Knob")
    stage.hand.nudge("volume", 4, "Knob")
    stage.hand.nudge("volume", -4, "Knob")
    stage.wait(1.0)
    assert stage.changes == [1]


def test_volume_and_seek_do_not_wait_for_each_other() -> None:
    stage = Stage()
    stage.door.at_once = False
    stage.hand.nudge("seek", 5000, "Knob")
    stage.hand.nudge("volume", 2, "Knob")
    assert [type(command) for command in stage.door.commands] == [c.Seek, c.SetVolume]
    assert json.loads(codec.encode(stage.door.commands[0]))["by_ms"] == 5000
