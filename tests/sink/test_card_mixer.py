"""What every volume of a card promises: the mock's, ALSA's over the stand-in, and ALSA's over one
that tells its gain in dB.
"""

from __future__ import annotations

import math
import select
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from receiver.errors import NoDevice
from receiver.sink import alsa_mixer
from receiver.sink.alsa_mixer import AlsaMixer, AlsaScale
from receiver.sink.card_mixer import CardMixer, Level, why_unusable
from receiver.sink.mock_mixer import MockMixer
from tests.rig.card import Card
from tests.sink.asound import MUTE, Element, MockAsound, usual

FULL = 65_536
"""PulseAudio's raw value of full volume."""


class CubicScale:
    """What PulseAudio's raw values mean, which its plugin for ALSA does not tell."""

    def __init__(self, element: int) -> None:
        pass

    def db_of(self, raw: int) -> float | None:
        return 60 * math.log10(raw / FULL) if raw > 0 else None

    def raw_for(self, db: float) -> int:
        return min(math.ceil(FULL * 10 ** (db / 60) - 1e-6), FULL)


class Hand(Protocol):
    """Somebody else's, on the same volume."""

    def turn(self, db: float) -> None: ...

    def switch(self, *, on: bool) -> None: ...

    def vanish(self) -> None: ...


class CardHand:
    """On the stand-in."""

    def __init__(self, card: Card) -> None:
        self._card = card

    def turn(self, db: float) -> None:
        self._pactl("set-sink-volume", str(CubicScale(0).raw_for(db)))

    def switch(self, *, on: bool) -> None:
        self._pactl("set-sink-mute", "0" if on else "1")

    def vanish(self) -> None:
        self._card.kill()

    def _pactl(self, what: str, value: str) -> None:
        self._card.pactl(what, self._card.sinks[0], value)


class ElementHand:
    """On a control of a card that tells its gain."""

    def __init__(self, library: MockAsound) -> None:
        self._library = library
        (self._element,) = library.elements

    def turn(self, db: float) -> None:
        assert self._element.table is not None
        raw = self._element.table.index(round(100 * db))
        self._library.stir(lambda: setattr(self._element, "raw", [raw, 0]))

    def switch(self, *, on: bool) -> None:
        self._library.stir(lambda: setattr(self._element, "on", on))

    def vanish(self) -> None:
        self._library.vanish()


Library = Callable[..., MockAsound]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Makes libasound, with a card of these controls."""
    made: list[MockAsound] = []

    def make(*elements: Element) -> MockAsound:
        made.append(MockAsound(*elements))
        monkeypatch.setattr(alsa_mixer, "_asound", lambda: made[-1])
        return made[-1]

    yield make
    for each in made:
        assert each.open == 0, "every mixer is closed"
        each.end()


@pytest.fixture(params=["mock", "in dB", pytest.param("alsa", marks=pytest.mark.device)])
def both(request: pytest.FixtureRequest, library: Library) -> Iterator[tuple[CardMixer, Hand]]:
    mixer: CardMixer
    if request.param == "mock":
        mixer = mock = MockMixer()
        yield mixer, mock
        mixer.close()
        return
    if request.param == "in dB":
        made = library(usual("PCM"))
        mixer = AlsaMixer("hw:1")
        yield mixer, ElementHand(made)
        mixer.close()
        return
    card = request.getfixturevalue("card")
    with card.in_this_process():
        mixer = AlsaMixer("default", CubicScale)
        yield mixer, CardHand(card)
        mixer.close()


@pytest.fixture
def mixer(both: tuple[CardMixer, Hand]) -> CardMixer:
    return both[0]


@pytest.fixture
def hand(both: tuple[CardMixer, Hand]) -> Hand:
    return both[1]


def await_news(mixer: CardMixer) -> None:
    poller = select.poll()
    for descriptor in mixer.descriptors:
        poller.register(descriptor, select.POLLIN)
    assert poller.poll(5000)


def until(mixer: CardMixer, condition: Callable[[Level], bool]) -> Level:
    """Read whenever there is news, until it is so."""
    while not condition(level := mixer.read()):
        await_news(mixer)
    return level


def test_it_goes_to_the_step_that_is_not_below(mixer: CardMixer) -> None:
    assert why_unusable(mixer.range_db) is None
    assert mixer.name
    for db in (-30.2, -7.7, -0.1, 0.0, -59.0):
        level = mixer.move(db)
        assert level.on
        assert mixer.step_for(db) == pytest.approx(level.db)
        assert db - 0.01 <= level.db < db + 0.51
        assert mixer.read() == level


def test_beyond_its_range_it_goes_to_the_end(mixer: CardMixer) -> None:
    assert mixer.move(40.0).db == pytest.approx(mixer.range_db[1])
    assert mixer.move(-500.0).db == pytest.approx(mixer.range_db[0])


def test_it_says_when_somebody_else_moved_it(mixer: CardMixer, hand: Hand) -> None:
    mixer.move(-10.0)
    hand.turn(-20.0)
    assert until(mixer, lambda level: level.db < -15).db == pytest.approx(-20.0, abs=0.1)
    hand.switch(on=False)
    assert not until(mixer, lambda level: not level.on).on
    hand.switch(on=True)
    assert until(mixer, lambda level: level.on).db == pytest.approx(-20.0, abs=0.1)


def test_to_move_it_switches_it_on(mixer: CardMixer, hand: Hand) -> None:
    hand.switch(on=False)
    until(mixer, lambda level: not level.on)
    assert mixer.move(-10.0).on


def test_once_read_there_is_no_news(mixer: CardMixer) -> None:
    mixer.move(-10.0)
    poller = select.poll()
    for descriptor in mixer.descriptors:
        poller.register(descriptor, select.POLLIN)
    mixer.read()
    while poller.poll(50):
        mixer.read()


def test_of_a_card_that_is_gone_it_says_so(mixer: CardMixer, hand: Hand) -> None:
    mixer.move(-10.0)
    hand.vanish()
    with pytest.raises(NoDevice):
        until(mixer, lambda _: False)
    mixer.close()
    mixer.close()
    assert mixer.descriptors == ()


@pytest.mark.device
def test_what_does_not_tell_its_gain_will_not_do(card: Card) -> None:
    with card.in_this_process():
        with pytest.raises(NoDevice, match="Master"):
            AlsaMixer("default")
        with pytest.raises(NoDevice):
            AlsaMixer("hw:99")


@pytest.mark.parametrize(
    ("range_db", "usable"),
    [((-60.0, 0.0), True), ((-102.0, 4.0), True), ((-39.0, 0.0), False), ((-90.0, -6.0), False)],
)
def test_which_ranges_will_do(range_db: tuple[float, float], usable: bool) -> None:
    assert (why_unusable(range_db) is None) == usable


def test_the_gain_of_a_control_is_what_the_driver_says(library: Library) -> None:
    library(Element("PCM", [MUTE, -6050, -3025, -100, 0, 400], low=-3))
    mixer = AlsaMixer("hw:1")
    mixer.close()
    assert mixer.range_db == (-60.5, 4.0)
    scale = AlsaScale(1)
    assert [scale.db_of(raw) for raw in range(-3, 3)] == [None, -60.5, -30.25, -1.0, 0.0, 4.0]
    raws = [scale.raw_for(db) for db in (-99.0, -60.5, -30.26, -30.25, -30.24, -0.5, 0.0, 9.0)]
    assert raws == [-2, -2, -1, -1, 0, 1, 1, 2], "the lowest that is not below"


def test_the_control_of_all_that_is_heard_is_chosen(library: Library) -> None:
    library(usual("Side Tone"), Element("Master", None), usual("PCM"), usual("Headphone"))
    mixer = AlsaMixer("hw:1")
    mixer.close()
    assert mixer.name == "hw:1 PCM"


@pytest.mark.parametrize(
    ("elements", "why"),
    [
        ([], "The card hw:1 has no volume."),
        ([Element("PCM", None)], 'Its control "PCM" does not tell its gain in dB.'),
        ([Element("PCM", [MUTE, -2000, 0])], 'Its control "PCM" '),
    ],
)
def test_why_a_card_will_not_do_is_said(
    library: Library, elements: list[Element], why: str
) -> None:
    made = library(*elements)
    with pytest.raises(NoDevice) as refused:
        AlsaMixer("hw:1")
    assert refused.value.message.startswith(why)
    with pytest.raises(NoDevice, match="cannot be reached: No such file"):
        AlsaMixer("hw:2")
    assert made.open == 0
