"""Patience: pauses, their cap, and the end of it."""

from __future__ import annotations

import contextlib

import pytest

from receiver.clock.mock import MockClock
from receiver.errors import Unreachable
from receiver.source.retry import Limits, Mishap, Patience
from tests.source.driving import without_pauses


async def pauses(patience: Patience, clock: MockClock, mishap: Mishap, count: int) -> list[float]:
    """How long it waits, up to `count` times; fewer when patience is out."""
    found: list[float] = []

    async def wait() -> None:
        with contextlib.suppress(Unreachable):
            while len(found) < count:
                began = clock.now()
                await patience.wait(mishap)
                found.append(round(clock.now() - began, 6))

    await without_pauses(clock, wait())
    return found


LOST = Mishap(Unreachable("lost"))


async def test_pauses_double_up_to_a_cap_until_patience_is_out(clock: MockClock) -> None:
    patience = Patience(clock, Limits(), 30.0, jitter=lambda: 1.0)
    found = await pauses(patience, clock, LOST, 100)
    assert found == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0]
    with pytest.raises(Unreachable) as raised:
        await patience.wait(LOST)
    assert raised.value is LOST.final


async def test_jitter_spreads_the_upper_half(clock: MockClock) -> None:
    for jitter, share in ((0.0, 0.5), (0.5, 0.75), (1.0, 1.0)):
        patience = Patience(clock, Limits(), 30.0, jitter=lambda jitter=jitter: jitter)
        found = await pauses(patience, clock, LOST, 3)
        assert found == pytest.approx([0.2 * share, 0.4 * share, 0.8 * share])


async def test_progress_renews_patience(clock: MockClock) -> None:
    patience = Patience(clock, Limits(), 1.0, jitter=lambda: 1.0)
    assert await pauses(patience, clock, LOST, 100) == [0.2, 0.4]
    patience.renew(2.0)
    clock.step(100)
    assert await pauses(patience, clock, LOST, 100) == [0.2, 0.4, 0.8]


async def test_a_server_may_ask_for_more_but_not_for_less(clock: MockClock) -> None:
    patience = Patience(clock, Limits(), 60.0, jitter=lambda: 1.0)
    wanted = [Mishap(LOST.final, seconds) for seconds in (0.0, 3.0, 100.0)]
    found = [(await pauses(patience, clock, mishap, 1))[0] for mishap in wanted]
    assert found == [0.2, 3.0, 5.0]
