"""Pauses that come before what they stop has been heard."""

from __future__ import annotations

import pytest

from receiver.model import reports as r
from receiver.protocol import commands as c
from tests.session.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_pause_before_anything_sounds_is_the_end_of_what_was_waited_for(stage: Stage) -> None:
    play, _ = stage.ask(c.Play, url="http://x/a")
    stage.ask(c.Pause)
    stage.say(r.Paused(1, 0.0))
    assert play in stage.answers
    assert stage.playback == "paused"
    seek, _ = stage.ask(c.Seek, position_ms=9000.0)
    stage.ask(c.Resume)
    stage.ask(c.Pause)
    stage.say(r.Paused(1, 9000.0, seek=1))
    assert seek in stage.answers
    assert (stage.playback, stage.anchor.position_ms) == ("paused", 9000.0)
