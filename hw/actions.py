"""The words for what a button does, and the commands that they stand for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from receiver.errors import BadRequest
from receiver.protocol import codec

Message = Mapping[str, object]
"""A command as it goes over the wire, without its id."""

NUDGES = {"volume": "by", "seek": "by_ms"}
"""Commands that change a number by some; two of them can be added up to one."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does: the words as they were written, and the command."""

    words: str
    message: Message

    @property
    def nudge(self) -> int | None:
        """By how much it changes a number; None if it does something else. Such an action is
        repeated while its button is held.
        """
        amount = self.message.get(NUDGES.get(str(self.message["type"]), ""))
        return amount if isinstance(amount, int) else None


@dataclass(frozen=True, slots=True)
class Word:
    """One action by its name. `argument` is what follows the name, in brackets if it may be left
    out; `make` gets that, or an empty text, and raises `ValueError`.
    """

    does: str
    make: Callable[[str], Message]
    argument: str = ""


def _plain(command: str) -> Callable[[str], Message]:
    return lambda _text: {"type": command}


def _volume_by(sign: int) -> Callable[[str], Message]:
    return lambda text: {"type": "volume", "by": sign * _amount(text or "2")}


def _seek_by(sign: int, usual: str) -> Callable[[str], Message]:
    return lambda text: {"type": "seek", "by_ms": sign * 1000 * _amount(text or usual)}


def _amount(text: str) -> int:
    """A whole number from 1 on; raises `ValueError`."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


WORDS: Mapping[str, Word] = {
    "toggle": Word("pauses, or goes on", _plain("toggle")),
    "pause": Word("pauses", _plain("pause")),
    "resume": Word("goes on", _plain("resume")),
    "stop": Word("stops", _plain("stop")),
    "next": Word("plays the next item", _plain("next")),
    "previous": Word("plays the item from its start, or the one before", _plain("previous")),
    "mute": Word("mutes, or no longer", _plain("mute")),
    "volume_up": Word("louder by so many percent, 2 unless said", _volume_by(1), "[PERCENT]"),
    "volume_down": Word("softer by so many percent, 2 unless said", _volume_by(-1), "[PERCENT]"),
    "volume": Word(
        "sets the volume", lambda text: {"type": "volume", "percent": int(text)}, "PERCENT"
    ),
    "seek_forward": Word("goes on by so many seconds, 30 unless said", _seek_by(1, "30"), "[S]"),
    "seek_back": Word("goes back by so many seconds, 10 unless said", _seek_by(-1, "10"), "[S]"),
    "shuffle": Word(
        "plays in random order, or that of the list",
        lambda text: {"type": "shuffle", "shuffle": {"on": True, "off": False}.get(text, text)},
        "on|off",
    ),
    "repeat": Word(
        "repeats nothing, the item, the queue",
        lambda text: {"type": "repeat", "repeat": text},
        "off|one|all",
    ),
    "play": Word("plays a stream", lambda text: {"type": "play", "url": text}, "URL"),
    "transfer": Word(
        "hands the music over to another speaker",
        lambda text: {"type": "transfer", "to": text},
        "NAME",
    ),
    "pair": Word(
        "lets a new controller in",
        lambda _text: {"type": "pairings.open", "role": "owner"},
    ),
}
"""Every action there is; `hw/README.md` lists them."""


def action(words: str) -> Action:
    """What the words mean, as in "volume_up 5". Raises `ValueError` with what is wrong."""
    name, _, argument = words.strip().partition(" ")
    argument = argument.strip()
    word = WORDS.get(name)
    if word is None:
        raise ValueError(f"there is no action {name!r}; there are: {', '.join(WORDS)}")
    usage = f"{name} {word.argument}".strip()
    optional = not word.argument or word.argument.startswith("[")
    if (argument and not word.argument) or not (argument or optional):
        raise ValueError(f"it is written {usage!r}")
    try:
        message = word.make(argument)
        if message is not None:
            codec.decode_command(compose(message, "1"))
    except (ValueError, OverflowError, BadRequest):
        raise ValueError(f"it is written {usage!r}, with what makes sense there") from None
    return Action(words, message)


def compose(message: Message, command_id: str) -> str:
    """A command as it comes in at the door."""
    return json.dumps({**message, "id": command_id})
