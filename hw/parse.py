"""The tables [buttons], [encoder], [led] and [amplifier] of receiver.toml, and the profiles.

Raises `ConfigError`; each message names the place, what was wrong, and what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hw.encoder import EdgesPerDetent
from hw.led import PATTERNS, Light, Pattern
from hw.pins.base import Pull
from hw.profiles import PROFILES
from hw.section import Claims, Section, Source, guess
from hw.settings import (
    AmplifierSettings,
    Bound,
    ButtonSettings,
    EncoderSettings,
    Hardware,
    LedSettings,
)
from receiver.errors import ConfigError

TABLES = ("buttons", "encoder", "led", "amplifier")

_BOUND: tuple[Bound, ...] = ("press", "double", "hold")
_ACTIVE: tuple[Literal["low", "high"], ...] = ("low", "high")
_PULLS: tuple[Pull, ...] = ("up", "down", "none")
_EDGES: tuple[EdgesPerDetent, ...] = (1, 2, 4)
_TURNS: tuple[Literal["volume", "seek"], ...] = ("volume", "seek")
_MOST_PARTS = 16
_SECONDS = (0.02, 60.0)


@dataclass(frozen=True, slots=True)
class _FromProfile:
    """See `Source`."""

    values: Mapping[str, object]
    profile: str

    def place(self, *_keys: str) -> str:
        return f"profile {self.profile}"


def parse(tables: Mapping[str, Source], profile: str, origin: str) -> Hardware:
    """What the tables say, and, where there is none, the profile of that name ("" is none), which
    was asked for at `origin`.
    """
    for name, table in tables.items():
        if name not in TABLES:
            raise ConfigError(
                f"{table.place()}: there is no table [{name}]. {guess(name, TABLES)}", key=name
            )
    if profile and profile not in PROFILES:
        raise ConfigError(
            f"{origin}: there is no profile {profile}. {guess(profile, PROFILES)}", key="profile"
        )
    ready = {
        name: _FromProfile(values, profile) for name, values in PROFILES.get(profile, {}).items()
    }
    sources: dict[str, Source] = {**ready, **tables}
    # A table that is empty takes the profile's away.
    return _Reader({name: source for name, source in sources.items() if source.values}).read()


class _Reader:
    """Reads the tables of one configuration."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._claims = Claims()
        self._rows: list[tuple[str, str, str]] = []

    def read(self) -> Hardware:
        buttons = self._open("buttons")
        encoder = self._open("encoder")
        led = self._open("led")
        amplifier = self._open("amplifier")
        return Hardware(
            buttons=() if buttons is None else self._buttons(buttons),
            encoder=None if encoder is None else self._encoder(encoder),
            led=None if led is None else self._led(led),
            amplifier=None if amplifier is None else self._amplifier(amplifier),
            rows=tuple(self._rows),
        )

    def _open(self, name: str) -> Section | None:
        source = self._sources.get(name)
        return None if source is None else Section(source, self._claims, name)

    def _row(self, section: Section, what: str) -> None:
        self._rows.append((section.name, what, section.place))

    def _buttons(self, section: Section) -> tuple[ButtonSettings, ...]:
        return tuple(self._button(section.within(name), name) for name in section.keys)

    def _button(self, section: Section, name: str) -> ButtonSettings:
        pin = section.pin("pin")
        low = section.choice("active", _ACTIVE, "low") == "low"
        opposite: Pull = "up" if low else "down"
        pull = section.choice("pull", _PULLS, opposite)
        found = {gesture: section.action(gesture) for gesture in _BOUND}
        actions = {gesture: done for gesture, done in found.items() if done is not None}
        hold_ms = section.whole("hold_ms", 200, 5000, 600)
        double_ms = section.whole("double_ms", 100, 1000, 350)
        section.done()
        if not actions:
            raise section.error(f'{section.name} does nothing: give it a press, as in "toggle".')
        does = ", ".join(f"{gesture} {done.words}" for gesture, done in actions.items())
        self._row(section, f"GPIO {pin}: {does}")
        return ButtonSettings(name, pin, actions, low, pull, hold_ms / 1e3, double_ms / 1e3)

    def _encoder(self, section: Section) -> EncoderSettings:
        a, b = section.pin("a"), section.pin("b")
        command = section.choice("turn", _TURNS, "volume")
        step = section.whole("step", 1, 60, 2 if command == "volume" else 5)
        edges = section.choice("edges", _EDGES, 4)
        pull = section.choice("pull", _PULLS, "up")
        acceleration = section.switch("acceleration", default=True)
        unit = "%" if command == "volume" else " s"
        self._row(section, f"GPIO {a} and {b}: {command}, {step}{unit} a detent")
        push = None
        if "push" in section.keys:
            push = self._button(section.within("push"), "push")
        section.done()
        size = step if command == "volume" else 1000 * step
        return EncoderSettings(a, b, command, size, edges, pull, acceleration, push)

    def _led(self, section: Section) -> LedSettings:
        pin = section.pin("pin")
        low = section.choice("active", _ACTIVE, "high") == "low"
        patterns = {light: _pattern(section, light) for light in PATTERNS}
        section.done()
        own = [light for light in PATTERNS if patterns[light] != PATTERNS[light]]
        told = f", its own {', '.join(own)}" if own else ""
        self._row(section, f"GPIO {pin}, lit when {'low' if low else 'high'}{told}")
        return LedSettings(pin, patterns, low)

    def _amplifier(self, section: Section) -> AmplifierSettings:
        pin = section.pin("pin")
        low = section.choice("active", _ACTIVE, "high") == "low"
        off_after_s = section.whole("off_after_s", 10, 86400, 300)
        section.done()
        level = "low" if low else "high"
        self._row(section, f"GPIO {pin}, on when {level}, off after {off_after_s} s of silence")
        return AmplifierSettings(pin, low, off_after_s)


def _pattern(section: Section, light: Light) -> Pattern:
    low, high = _SECONDS

    def read(value: object) -> Pattern:
        if not isinstance(value, list) or len(value) > _MOST_PARTS:
            raise ValueError
        for part in value:
            if not isinstance(part, int | float) or isinstance(part, bool):
                raise ValueError  # noqa: TRY004 - one error for every wrong value
            if not low <= part <= high:
                raise ValueError
        if len(value) > 1 and len(value) % 2:
            raise ValueError
        return tuple(map(float, value))

    allowed = (
        "seconds on, off, on, off ... as in [0.1, 0.9]"
        f" (each from {low} to {high:g}, {_MOST_PARTS} at most); [1] is on, [] is off"
    )
    return section.take(light, read, allowed, PATTERNS[light])
