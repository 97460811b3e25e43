"""What hw/README.md and its pictures say of pins and lights, and what is so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from hw.header import FREE, TAKEN
from hw.led import PATTERNS
from hw.profiles import PROFILES

HW = Path(__file__).parents[2] / "hw"
README = (HW / "README.md").read_text("utf-8")
SVG = "{http://www.w3.org/2000/svg}"
HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9,
    22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16,
    37: 26, 38: 20, 40: 21,
}  # fmt: skip
"""The GPIO at each pin of the header."""
GROUNDS = {6, 9, 14, 20, 25, 30, 34, 39}
WIRE, GROUND = "#0b7285", "#343a40"
"""The colours of the pins that are used."""
LED_LEFT, LED_SECOND, LED_SECONDS = 130, 120, 3
"""Where the picture of the lights has its start, and the width of a second."""
SAID = {"toggle": "pause, go on", "volume_down": "softer", "volume_up": "louder"}
"""Actions in the words of the tables; others are called so."""


def rows(heading: str) -> list[list[str]]:
    """The first table below a heading, without its head."""
    below = README.split(f"# {heading}\n", 1)[1]
    table = re.search(r"(?m)(^\|.*\|\n)+", below)
    assert table is not None
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def numbers(cell: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", cell)]


def used(profile: Mapping[str, Mapping[str, Any]]) -> Iterator[int]:
    """Every pin that a profile names."""
    for table in profile.values():
        for key, value in table.items():
            if isinstance(value, Mapping):
                yield value["pin"]
            elif key in ("pin", "a", "b"):
                yield value


@pytest.mark.parametrize(
    ("profile", "heading"),
    [
        ("pirate-audio", "Pirate Audio"),
        ("five-buttons", "Five buttons"),
        ("encoder-led", "Encoder and LED"),
    ],
)
def test_the_table_of_a_profile_has_its_pins(profile: str, heading: str) -> None:
    told = rows(heading)
    gpios = [gpio for row in told for gpio in numbers(row[1])]
    assert sorted(gpios) == sorted(used(PROFILES[profile]))
    for row in told:
        if row[1]:
            assert [HEADER[pin] for pin in numbers(row[2])] == numbers(row[1])
        else:
            assert set(numbers(row[2])) <= GROUNDS


@pytest.mark.parametrize(
    ("profile", "heading"), [("pirate-audio", "Pirate Audio"), ("five-buttons", "Five buttons")]
)
def test_the_table_of_a_profile_says_what_its_buttons_do(profile: str, heading: str) -> None:
    told = {numbers(row[1])[0]: row for row in rows(heading) if len(numbers(row[1])) == 1}
    for name, button in PROFILES[profile]["buttons"].items():
        called, _, _, pressed, held = told[button["pin"]]
        assert called in (name, "A", "B", "X", "Y")
        assert pressed.startswith(SAID.get(button["press"], button["press"]))
        repeats = button["press"].startswith("volume_") and "hold" not in button
        goes_on = "goes on" in held or "while held" in pressed
        assert (goes_on, "" if goes_on else held) == (repeats, button.get("hold", ""))


def texts(picture: str) -> list[str]:
    drawn = ET.parse(HW / "images" / f"{picture}.svg")
    return [text.text or "" for text in drawn.iter(f"{SVG}text")]


def wired(picture: str) -> tuple[dict[int, int], set[int]]:
    """Which GPIO a picture wires, by the pins of the header, and which pins for ground."""
    drawn = list(ET.parse(HW / "images" / f"{picture}.svg").getroot())
    gpios, grounds = {}, set()
    for circle, number, name in zip(drawn, drawn[1:], drawn[2:], strict=False):
        if circle.tag != f"{SVG}circle" or number.get("class") != "number":
            continue
        pin, colour, called = int(number.text or ""), circle.get("fill"), name.text or ""
        assert called in ((f"GPIO {HEADER[pin]}",) if pin in HEADER else ("ground", "3.3 V", "5 V"))
        assert (called == "ground") == (pin in GROUNDS)
        assert ("unused" in (name.get("class") or "")) == (colour not in (WIRE, GROUND))
        if colour == WIRE:
            gpios[pin] = int(called.removeprefix("GPIO "))
        elif colour == GROUND:
            grounds.add(pin)
    return gpios, grounds


@pytest.mark.parametrize(
    ("profile", "heading"), [("five-buttons", "Five buttons"), ("encoder-led", "Encoder and LED")]
)
def test_the_picture_of_a_profile_wires_its_pins(profile: str, heading: str) -> None:
    gpios, grounds = wired(profile)
    assert sorted(gpios.values()) == sorted(used(PROFILES[profile]))
    (ground,) = (row for row in rows(heading) if row[0] == "ground")
    assert grounds == set(numbers(ground[2]))


def test_the_other_pictures_name_the_right_pins() -> None:
    told = [gpio for text in texts("pirate-audio") for gpio in re.findall(r"GPIO (\d+)", text)]
    assert sorted(map(int, told)) == sorted(used(PROFILES["pirate-audio"]))
    assert set(texts("five-buttons")) >= set(PROFILES["five-buttons"]["buttons"])
    (example,) = re.findall(r"(?m)^\[amplifier\]\npin = (\d+)$", README)
    assert list(wired("amplifier")[0].values()) == [int(example)]


def test_the_table_of_lights_has_every_light() -> None:
    assert [row[0].strip("`") for row in rows("LED")] == list(PATTERNS)


def test_the_picture_of_the_lights_is_how_they_are() -> None:
    drawn = list(ET.parse(HW / "images" / "led.svg").getroot())
    lit: dict[str, list[tuple[float, float]]] = {}
    name = ""
    for shape in drawn:
        if "name" in (shape.get("class") or ""):
            name = shape.text or ""
            lit[name] = []
        elif shape.tag == f"{SVG}rect" and shape.get("fill") == "#e8590c":
            left, width = float(shape.get("x", "")), float(shape.get("width", ""))
            start = (left - LED_LEFT) / LED_SECOND
            lit[name].append((start, start + width / LED_SECOND))
    assert lit == {light: flashes(pattern) for light, pattern in PATTERNS.items()}


def flashes(pattern: tuple[float, ...]) -> list[tuple[Any, Any]]:
    """When a light is lit within the time of the picture."""
    if len(pattern) == 1:
        return [(0.0, LED_SECONDS)]
    found: list[tuple[Any, Any]] = []
    at = 0.0
    while at < LED_SECONDS:
        for part, length in enumerate(pattern):
            if part % 2 == 0 and at < LED_SECONDS - 1e-9:
                found.append((pytest.approx(at), pytest.approx(at + length)))
            at += length
    return found


def test_the_pins_that_are_free_and_those_that_are_not() -> None:
    assert "Free: GPIO 4 to 17 and 22 to 27." in README
    assert set(FREE) == {*range(4, 18), *range(22, 28)}
    told = rows("Which pins")
    assert [gpio for row in told for gpio in numbers(row[0])] == sorted(TAKEN)
    for gpio, pins, _ in told:
        assert [HEADER[pin] for pin in numbers(pins)] == numbers(gpio)
