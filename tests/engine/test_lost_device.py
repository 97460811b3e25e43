"""The device vanishes, hangs, is busy, comes back, comes back as another one: in virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from receiver.decoder.mock import encode
from receiver.engine.absence import ASK_S, LOAD_S, RETRY_AT_REST_S, RETRY_S, STUCK_S
from receiver.engine.wire import Tail
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.pcm.format import Block, Format
from receiver.sink.base import HANG_SECONDS
from tests.engine.stage import RATE, Stage, frames
from tests.engine.test_engine import SECOND, constant, steady

FAULTS = ["vanish", "hang"]
PROMISE_MS = 12.0
"""The music goes on so near to where it stopped: what the device held, of which nobody can tell
whether it was heard, is lost.
"""


@pytest.fixture
def stage() -> Stage:
    return Stage()


def all_heard(stage: Stage) -> np.ndarray:
    """What all devices played, one after the other."""
    return np.concatenate([sink.heard for sink in stage.sinks])


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_noticed_within_a_second_and_the_music_stands(playing: Stage, fault: str) -> None:
    stood = steady(playing.heard)[-1] * 1000 / RATE
    playing.device.break_(fault)
    playing.run(HANG_SECONDS + 0.05)
    assert playing.last(r.Device).problem is not None
    unheard = playing.last(r.Unheard)
    assert unheard.track == 1
    assert 0 <= unheard.position_ms - stood <= PROMISE_MS
    assert "mock" in unheard.message
    playing.run(60.0)
    assert len(playing.all(r.Unheard)) == 1, "told once"
    assert not playing.all(r.Failed)


def test_a_device_that_is_slow_to_load_is_waited_for_and_nothing_is_wrong() -> None:
    stage = Stage(fault="hang")
    stage.load(1, frames(4 * SECOND))
    stage.run(LOAD_S - 0.5)
    stage.device.mend()
    stage.run(1.0)
    assert stage.heard.any()
    assert not [told for told in stage.all(r.Device) if told.problem]
    assert not stage.all(r.Unheard)


def test_one_that_does_not_load_at_all_is_told_of() -> None:
    stage = Stage(fault="hang")
    stage.load(1, frames(4 * SECOND))
    stage.run(LOAD_S + 2 * ASK_S)
    assert stage.last(r.Device).problem is not None
    assert stage.last(r.Unheard).track == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("away", [0.3, 2.0, 30.0])
def test_back_it_goes_on_where_it_stood(playing: Stage, fault: str, away: float) -> None:
    playing.device.break_(fault)
    playing.run(away)
    before = len(playing.all(r.Sounding))
    stopped = steady(all_heard(playing))[-1]
    playing.device.mend()
    playing.run(max(RETRY_S, HANG_SECONDS) + 0.1)
    assert playing.last(r.Device).problem is None
    found = steady(all_heard(playing))
    assert found == sorted(set(found)), "nothing twice, nothing out of order"
    after = found[found.index(stopped) + 1]
    assert (after - stopped) * 1000 / RATE <= PROMISE_MS + 5, "but the fade"
    sounding = playing.all(r.Sounding)
    if playing.all(r.Unheard):
        assert len(sounding) == before + 1
        stood = playing.last(r.Unheard).position_ms
        assert sounding[-1].position_ms == pytest.approx(stood, abs=PROMISE_MS)
    playing.run(4.0)
    assert playing.last(r.Ended).track == 1


def test_what_stopped_in_the_middle_goes_on_with_a_fade(stage: Stage) -> None:
    stage.load(1, constant(4 * SECOND))
    stage.run(0.5)
    stage.device.break_("vanish")
    stage.run(0.5)
    stage.device.mend()
    stage.run(1.5)
    assert stage.heard[-1, 0] == 1.0
    assert stage.heard[0, 0] <= 1 / 64
    assert np.abs(np.diff(stage.heard[:, 0])).max() <= 1 / 64


def test_a_lost_device_is_looked_for_once_a_second(playing: Stage) -> None:
    playing.device.break_("vanish")
    playing.run(0.1)
    tried = len(playing.sinks)
    playing.run(10.0)
    assert len(playing.sinks) - tried == pytest.approx(10.0 / RETRY_S, abs=1)


def test_nobody_listening_it_is_looked_for_less_often(stage: Stage) -> None:
    stage.run(1.0)
    stage.give(o.Warm())
    stage.run(0.1)
    stage.device.break_("vanish")
    stage.run(0.1)
    assert stage.last(r.Device).problem is not None
    assert not stage.all(r.Unheard)
    tried = len(stage.sinks)
    stage.run(10 * RETRY_AT_REST_S)
    assert len(stage.sinks) - tried == pytest.approx(10, abs=1)
    stage.device.mend()
    stage.run(RETRY_AT_REST_S)
    assert stage.last(r.Device).problem is None


def test_a_busy_device_is_named_and_taken_when_it_is_free() -> None:
    stage = Stage()
    stage.run(61.0)
    stage.device.break_("occupy")
    stage.load(1, frames(SECOND))
    stage.run(5.0)
    assert "busy" in stage.last(r.Unheard).message
    assert stage.last(r.Unheard).position_ms == 0.0
    stage.device.mend()
    stage.run(RETRY_S + 1.1)
    assert steady(stage.heard)[-1] >= SECOND - 1
    assert stage.last(r.Ended).track == 1


def test_each_order_to_sound_is_told_that_it_cannot() -> None:
    stage = Stage(fault="vanish")
    assert stage.last(r.Device).problem is not None
    stage.load(1, frames(4 * SECOND))
    stage.run(0.2)
    assert [x.position_ms for x in stage.all(r.Unheard)] == [0.0]
    stage.give(o.Seek(1, 1, 2000.0))
    stage.run(0.2)
    assert [x.position_ms for x in stage.all(r.Unheard)] == [0.0, 2000.0]
    stage.give(o.Pause())
    stage.run(0.2)
    stage.give(o.Resume())
    stage.run(0.2)
    assert [x.position_ms for x in stage.all(r.Unheard)] == [0.0, 2000.0, 2000.0]
    stage.load(2, frames(4 * SECOND), paused=True)
    stage.run(0.2)
    assert stage.last(r.Unheard).track == 2
    assert stage.last(r.Ready).track == 2
    stage.give(o.Resume())
    stage.device.mend()
    stage.run(1.2)
    assert stage.last(r.Sounding).track == 2
    assert steady(stage.heard)[0] < 400


def test_a_play_does_not_wait_until_a_lost_device_is_tried_again(playing: Stage) -> None:
    playing.device.break_("vanish")
    playing.run(0.8)
    assert playing.last(r.Device).problem is not None
    playing.device.mend()
    playing.load(2, frames(4 * SECOND))
    playing.run(0.05)
    assert playing.last(r.Sounding).track == 2


def test_a_device_that_stumbled_is_started_again_at_once(playing: Stage) -> None:
    playing.sink.vanish()
    playing.run(HANG_SECONDS + 0.05)
    assert len(playing.sinks) == 2
    assert playing.last(r.Device).problem is None
    assert len(playing.all(r.Sounding)) == 2


def test_a_device_that_hangs_is_asked_how_it_stands_and_another_process_asked_for(
    playing: Stage,
) -> None:
    playing.device.break_("hang")
    playing.run(HANG_SECONDS + 0.2)
    tried = len(playing.sinks)
    playing.run(STUCK_S - 1.0)
    assert len(playing.sinks) == tried, "the same is waited for"
    assert not playing.all(r.Stuck)
    playing.run(1.5)
    assert playing.all(r.Stuck)
    playing.device.mend()
    playing.run(ASK_S + 0.1)
    assert playing.last(r.Device).problem is None


@pytest.mark.parametrize("paused", [False, True])
def test_back_at_another_rate_it_goes_on_where_it_was(stage: Stage, paused: bool) -> None:
    stage.load(1, constant(6 * SECOND))
    stage.prepare(2, constant(SECOND), 1.0)
    stage.run(2.5)
    if paused:
        stage.give(o.Pause())
        stage.run(0.1)
    stage.device.rate = 44100
    stage.sink.vanish()
    stage.run(1.5)
    stage.give(o.Resume())
    stage.run(1.3)
    began = stage.last(r.Sounding)
    assert began.position_ms == pytest.approx(2500, abs=20)
    assert stage.heard[-1000:] == pytest.approx(1.0, abs=1e-6)
    stage.run(3.5)
    assert stage.last(r.Ended).track == 1


@pytest.mark.parametrize("seconds", [1.0, 7.0])
def test_what_cannot_seek_loses_nothing_at_another_rate(stage: Stage, seconds: float) -> None:
    """What was decoded for one rate is converted to the other: nobody is asked for it again."""
    ramp = np.linspace(0.0, 0.9, 8 * SECOND, dtype=np.float32)
    stage.streams[1] = frames_of(ramp)
    stage.give(o.Load(1))
    stage.send(1, 0, 0)
    stage.give(Tail(1, 0, 0, b""))
    stage.run(seconds)
    level = stage.heard[-1, 0]
    stage.device.rate = 44100
    stage.sink.vanish()
    stage.run(HANG_SECONDS + 0.2)
    went_on = stage.heard[400, 0]
    assert (went_on - level) / 0.9 * 8000 == pytest.approx(400 / 44.1, abs=PROMISE_MS + 1)
    stage.run(8.5 - seconds)
    assert stage.last(r.Ended).track == 1
    rising = stage.heard[400 : stage.heard.argmax() // 2 - 100, 0]
    assert np.diff(rising) == pytest.approx(0.9 / 8 / 44100, abs=1e-5), "without a seam"
    played = np.count_nonzero(stage.heard[:, 0])
    assert played / 44100 == pytest.approx(8.0 - seconds, abs=0.03)


def frames_of(left: np.ndarray) -> bytes:
    """A stream of these levels."""
    return encode(Block(np.stack([left, left], axis=1), Format(RATE, 2)))


def test_paused_before_the_device_was_found_to_hang_it_says_so(playing: Stage) -> None:
    """So that whoever waits for it has an answer."""
    playing.device.break_("hang")
    playing.load(2, frames(4 * SECOND))
    playing.run(0.3)
    playing.give(o.Pause())
    playing.run(HANG_SECONDS)
    assert playing.last(r.Paused).track == 2
    assert [x for x in playing.all(r.Sounding) if x.track == 2] == []
