"""What every volume of a card promises: the mock's, and ALSA's over the stand-in."""

from __future__ import annotations

import math
import select
from collections.abc import Callable, Iterator

import pytest

from receiver.errors import NoDevice
from receiver.sink.alsa_mixer import AlsaMixer
from receiver.sink.card_mixer import CardMixer, Level, why_unusable
from receiver.sink.mock_mixer import MockMixer
from tests.rig.card import Card

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


class Hand:
    """Somebody else's, on the same volume."""

    def __init__(self, mixer: CardMixer, card: Card | None) -> None:
        self._mixer, self._card = mixer, card

    def turn(self, db: float) -> None:
        if isinstance(self._mixer, MockMixer):
            self._mixer.turn(db)
        else:
            self._pactl("set-sink-volume", str(CubicScale(0).raw_for(db)))

    def switch(self, *, on: bool) -> None:
        if isinstance(self._mixer, MockMixer):
            self._mixer.switch(on=on)
        else:
            self._pactl("set-sink-mute", "0" if on else "1")

    def vanish(self) -> None:
        if isinstance(self._mixer, MockMixer):
            self._mixer.vanish()
        else:
            assert self._card is not None
            self._card.kill()

    def _pactl(self, what: str, value: str) -> None:
        assert self._card is not None
        self._card.pactl(what, self._card.sinks[0], value)


@pytest.fixture(params=["mock", pytest.param("alsa", marks=pytest.mark.device)])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[CardMixer, Hand]]:
    if request.param == "mock":
        mock = MockMixer()
        yield mock, Hand(mock, None)
        mock.close()
        return
    card = request.getfixturevalue("card")
    with card.in_this_process():
        mixer = AlsaMixer("default", CubicScale)
        yield mixer, Hand(mixer, card)
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
