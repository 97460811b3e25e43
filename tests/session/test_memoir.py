"""A session that ends and comes back: what stands where, and what it takes to be heard again."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import asdict

from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.moment import Moment
from receiver.model.state import Problem
from receiver.protocol import commands as c
from receiver.protocol.peers import Row
from receiver.session import effects as e
from receiver.session.memoir import Memoir
from tests.session.stage import Stage
from tests.session.test_queueing import queued, sounds


@pytest.fixture
def stage() -> Stage:
    return Stage()


def reborn(stage: Stage, after_s: float = 0.0, *, plays: bool = False) -> Stage:
    """The session as it is after a restart, some seconds later."""
    memoir = Memoir(stage.session)
    moment, (session, rows) = memoir.moment(stage.now + after_s), memoir.packed()
    again = Stage()
    again.now = 5.0
    memoir = Memoir(again.session)
    memoir.restore(session, rows, moment, again.now)
    if plays:
        memoir.come_back(again.now)
    return again


def ticked(stage: Stage) -> list[e.Effect]:
    """What is done when it is time to."""
    stage.now = stage.session.wake_at
    return stage.session.tick(stage.now)


def opened(effects: list[e.Effect]) -> e.OpenItem:
    """The item that is opened."""
    (effect,) = (effect for effect in effects if isinstance(effect, e.OpenItem))
    return effect


# --- what is kept ---------------------------------------------------------------------------


def test_the_moment_tells_what_it_does_and_where(stage: Stage) -> None:
    memoir = Memoir(stage.session)
    assert memoir.moment(stage.now) == Moment(50, muted=False, doing="idle")
    first, second = queued(stage, 2)
    assert memoir.moment(stage.now + 2) == Moment(50, False, "playing", first, 2000)
    stage.now += 3
    stage.ask(c.Pause)
    assert memoir.moment(stage.now + 2) == Moment(50, False, "paused", first, 3000)
    stage.ask(c.SetVolume, percent=20)
    stage.ask(c.Mute)
    stage.ask(c.QueueJump, item=second, position_ms=1500.0)
    assert memoir.moment(stage.now) == Moment(20, True, "playing", second, 1500)
    stage.ask(c.Stop)
    assert memoir.moment(stage.now) == Moment(20, True, "idle", second, 0)


def test_a_moment_behind_the_end_is_in_what_follows(stage: Stage) -> None:
    memoir = Memoir(stage.session)
    first, second = queued(stage, 2)
    assert memoir.moment(stage.now + 59.5) == Moment(50, False, "playing", first, 59_500)
    assert memoir.moment(stage.now + 60.5) == Moment(50, False, "playing", second, 500)
    stage.say(r.Ended(stage.session.track))
    stage.say(r.Described(stage.session.track, duration_ms=1000.0))
    sounds(stage)
    assert memoir.moment(stage.now + 9) == Moment(50, False, "playing", second, 1000)


def test_a_live_stream_has_no_place(stage: Stage) -> None:
    stage.ask(c.Play, url="http://x/radio")
    stage.say(r.Opened(1, seekable=False, live=True))
    stage.say(r.Sounding(1, 0.0, stage.now, stage.now))
    assert Memoir(stage.session).moment(stage.now + 60).position_ms == 0


def test_playing_makes_no_new_edition_and_an_edit_does(stage: Stage) -> None:
    memoir = Memoir(stage.session)
    queued(stage, 3)
    edition = memoir.edition
    for _ in range(2):
        stage.say(r.Ended(stage.session.track))
        stage.say(r.Described(stage.session.track, duration_ms=1000.0))
        sounds(stage)
    assert memoir.edition == edition
    for kind, fields in (
        (c.SetRepeat, {"repeat": "all"}),
        (c.SetShuffle, {"shuffle": True}),
        (c.SetCrossfade, {"seconds": 3}),
        (c.QueueAdd, {"items": [{"url": "http://x/new"}]}),
        (c.QueueClear, {}),
    ):
        stage.ask(kind, **fields)
        assert memoir.edition != edition
        edition = memoir.edition


def test_the_queue_comes_back_as_it_was(stage: Stage) -> None:
    ids = queued(stage, 20)
    for kind, fields in (
        (c.SetRepeat, {"repeat": "all"}),
        (c.SetShuffle, {"shuffle": True}),
        (c.SetCrossfade, {"seconds": 3}),
        (c.SetVolume, {"percent": 11}),
        (c.Mute, {}),
        (c.Next, {}),
    ):
        stage.ask(kind, **fields)
    sounds(stage)
    again = reborn(stage)
    was, now = stage.state.session, again.state.session
    assert (now.id, now.epoch) == (was.id, was.epoch)
    assert again.state.volume == stage.state.volume
    assert (now.queue.index, now.queue.repeat, now.queue.crossfade_ms) == (
        was.queue.index,
        "all",
        3000,
    )
    assert [item.id for item in again.session.queue.page(0, 99)] == ids
    for _ in range(30):  # all around, in the same order
        for one in (stage, again):
            one.ask(c.Next)
        assert sounds(stage) == sounds(again)


# --- what stands ----------------------------------------------------------------------------


def test_what_was_paused_stands_and_nothing_is_opened(stage: Stage) -> None:
    stage.play()
    stage.now += 4
    stage.ask(c.Pause)
    again = reborn(stage)
    assert again.playback == "paused"
    assert again.anchor.position_ms == 4000.0
    assert again.session.wake_at == math.inf
    assert again.session.look_ahead(again.now) == []
    assert again.say(r.Died("ended by SIGKILL")) == [e.Tell(o.SetGain(0.5))]
    assert again.playback == "paused", "it was not played, so it is not to blame"


def test_what_was_stopped_is_idle_and_goes_on_where_it_was(stage: Stage) -> None:
    ids = queued(stage)
    stage.ask(c.Next)
    sounds(stage)
    stage.ask(c.Stop)
    again = reborn(stage)
    assert again.playback == "idle"
    assert again.state.session.queue.index == 1
    again.ask(c.Resume)
    assert sounds(again) == ids[1]


def test_what_stands_is_opened_when_it_is_to_go_on(stage: Stage) -> None:
    stage.play(position_ms=7000.0)
    stage.ask(c.Pause)
    again = reborn(stage)
    command, effects = again.ask(c.Resume)
    effect = opened(effects)
    assert (effect.start_ms, effect.through) == (7000.0, True)
    assert again.answer(command) == {
        "playback": "loading",
        "volume": asdict(again.state.volume),
    }


def test_what_stands_can_be_sought_in_without_being_opened(stage: Stage) -> None:
    stage.play()
    stage.ask(c.Pause)
    again = reborn(stage)
    for fields, place in (({"position_ms": 9000.0}, 9000.0), ({"by_ms": -500.0}, 8500.0)):
        command, effects = again.ask(c.Seek, **fields)
        assert effects == []
        assert again.answer(command)["position_ms"] == place
    _, effects = again.ask(c.Toggle)
    assert opened(effects).start_ms == 8500.0


def test_what_stands_makes_way_for_whatever_is_played(stage: Stage) -> None:
    ids = queued(stage)
    stage.ask(c.Pause)
    for kind, item in ((c.Next, ids[1]), (c.Previous, ids[0])):
        again = reborn(stage)
        _, effects = again.ask(kind)
        assert opened(effects).item.id == item
        assert not opened(effects).paused
        assert again.session.wake_at == math.inf


# --- what comes back ------------------------------------------------------------------------


def test_what_played_is_heard_again_softly(stage: Stage) -> None:
    stage.play()
    again = reborn(stage, after_s=4.0, plays=True)
    assert again.playback == "buffering"
    assert again.anchor.position_ms == 4000.0
    effect = opened(ticked(again))
    assert (effect.start_ms, effect.paused, effect.through) == (4000.0, True, True)
    track = again.session.track
    (tell,) = again.say(r.Ready(track, 4000.0))
    assert isinstance(tell, e.Tell)
    assert isinstance(tell.order, o.FadeIn)
    assert (tell.order.track, tell.order.position_ms, tell.order.over_s) == (track, None, 1.0)
    again.say(r.Sounding(track, 4000.0, again.now, again.now))
    assert again.playback == "playing"
    assert again.session.wake_at == math.inf


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("unreachable", {}),
        ("refused_address", {}),
        ("stalled", {}),
        ("no_device", {}),
        ("http_refused", {"status": 503}),
    ],
)
def test_what_cannot_be_had_yet_is_waited_for(
    stage: Stage, code: str, detail: dict[str, int]
) -> None:
    first, *_ = queued(stage, 9)
    again = reborn(stage, after_s=4.0, plays=True)
    pauses = []
    for _ in range(9):
        assert opened(ticked(again)).item.id == first
        effects = again.say(r.Failed(again.session.track, code, "Not yet.", detail))
        assert effects == [e.CloseItem()]
        assert (again.playback, again.anchor.position_ms) == ("buffering", 4000.0)
        problem = again.state.problem
        assert problem is not None
        assert (problem.code, problem.message) == (
            code,
            "Not yet. It is tried again until it plays.",
        )
        pauses.append(again.session.wake_at - again.now)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    ticked(again)
    assert sounds(again) == first
    assert again.state.problem is None


@pytest.mark.parametrize(
    ("code", "detail"), [("http_refused", {"status": 404}), ("unplayable", {})]
)
def test_what_will_never_play_is_skipped_as_ever(
    stage: Stage, code: str, detail: dict[str, int]
) -> None:
    ids = queued(stage)
    again = reborn(stage, plays=True)
    ticked(again)
    effects = again.say(r.Failed(again.session.track, code, "Never.", detail))
    assert opened(effects).item.id == ids[1]
    assert again.session.wake_at == math.inf
    again.say(r.Failed(again.session.track, "unreachable", "It came and went."))
    assert sounds(again) == ids[2], "patience is for what played when it ended"


def test_once_heard_it_is_an_item_like_any(stage: Stage) -> None:
    ids = queued(stage)
    again = reborn(stage, plays=True)
    ticked(again)
    sounds(again)
    effects = again.say(r.Failed(again.session.track, "unreachable", "It went."))
    assert opened(effects).item.id == ids[1]


@pytest.mark.parametrize("kind", [c.Stop, c.Next, c.Previous, c.QueueClear])
def test_any_other_command_ends_the_waiting(stage: Stage, kind: type[c.Command]) -> None:
    queued(stage)
    again = reborn(stage, plays=True)
    ticked(again)
    again.say(r.Failed(again.session.track, "unreachable", "Not yet."))
    again.ask(kind)
    assert again.session.wake_at == math.inf
    assert again.state.problem is None


def test_a_pause_ends_the_waiting_and_play_begins_it_anew(stage: Stage) -> None:
    stage.play()
    again = reborn(stage, after_s=4.0, plays=True)
    ticked(again)
    again.say(r.Failed(again.session.track, "unreachable", "Not yet."))
    again.ask(c.Pause)
    assert (again.playback, again.session.wake_at) == ("paused", math.inf)
    assert again.state.problem is None
    _, effects = again.ask(c.Toggle)
    assert opened(effects).start_ms == 4000.0
    again.say(r.Failed(again.session.track, "unreachable", "Not yet."))
    assert again.playback == "buffering"
    assert again.session.wake_at == again.now + 1


def test_a_pause_while_it_is_opened_keeps_it_silent(stage: Stage) -> None:
    stage.play()
    again = reborn(stage, plays=True)
    ticked(again)
    _, effects = again.ask(c.Pause)
    assert effects == [e.Tell(o.Pause())]
    assert again.say(r.Ready(again.session.track, 0.0)) == []
    assert again.playback == "paused"
    _, effects = again.ask(c.Resume)
    assert effects == [e.Tell(o.Resume())]


def test_a_pause_while_it_cannot_be_opened_stands(stage: Stage) -> None:
    stage.play()
    again = reborn(stage, plays=True)
    ticked(again)
    again.ask(c.Pause)
    again.say(r.Failed(again.session.track, "unreachable", "Not yet."))
    assert (again.playback, again.session.wake_at) == ("paused", math.inf)
    assert again.state.problem is not None
    assert again.state.problem.message == "Not yet."


def test_what_was_lost_is_said_until_something_else_is_played(stage: Stage) -> None:
    queued(stage)
    again = reborn(stage, plays=True)
    lost = Problem("state_lost", "It is from the backup.")
    Memoir(again.session).tell(lost)
    ticked(again)
    sounds(again)
    assert again.state.problem == lost
    again.ask(c.Next)
    assert again.state.problem is None


def test_a_cover_stays_where_it_was_opened(stage: Stage) -> None:
    stage.play()
    path = "/v1/covers/" + "0" * 32
    stage.say(r.Covered(stage.session.track, path))
    item = stage.state.session.item
    assert item is not None
    assert item.cover == path
    assert all(row.item.cover is None for row in stage.session.queue.rows())
    assert stage.session.queue.rows()[0].item.url == item.url
    again = reborn(stage)
    assert again.state.session.item is not None
    assert again.state.session.item.cover is None


def test_a_cover_that_another_receiver_tells_is_not_taken(stage: Stage) -> None:
    stage.play()
    stage.say(r.Covered(stage.session.track, "/v1/covers/" + "0" * 32))
    item = stage.session.queue.current
    assert item is not None
    moving, _ = Memoir(stage.session).packed()
    stage.session.queue.adopt([Row(item)], moving)
    assert stage.session.queue.current is not None
    assert stage.session.queue.current.cover is None


def test_what_is_opened_again_has_no_cover_until_it_is_told(stage: Stage) -> None:
    stage.play()
    stage.say(r.Covered(stage.session.track, "/v1/covers/" + "0" * 32))
    stage.ask(c.Previous)
    assert stage.state.session.item is not None
    assert stage.state.session.item.cover is None
