"""The session as a screenplay: who says what, and what follows."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.state import Output, Problem, Tags
from receiver.protocol import commands as c
from receiver.session import effects as e
from tests.session.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_play_loads_and_is_answered_when_it_sounds(stage: Stage) -> None:
    play, effects = stage.ask(c.Play, url="http://x/a.ogg", position_ms=1500.0)
    item = stage.state.session.item
    assert item is not None
    assert effects == [e.OpenItem(1, item, 1500.0, paused=False, accepted=stage.now)]
    assert stage.playback == "loading"
    assert play not in stage.answers
    stage.say(r.Sounding(1, 1500.0, heard_at=100.02, taken_at=100.01))
    assert stage.answer(play) == {"receipt": {}}
    assert stage.playback == "playing"
    assert stage.anchor.position_at(101_020_000) == pytest.approx(2500.0)


def test_a_play_that_begins_paused_is_answered_when_it_is_ready(stage: Stage) -> None:
    play, _ = stage.ask(c.Play, url="http://x/a.ogg", paused=True)
    stage.say(r.Ready(1, 0.0))
    assert stage.answer(play) == {"receipt": {}}
    assert stage.playback == "paused"
    assert stage.anchor.rate == 0


def test_tags_and_length_reach_the_item(stage: Stage) -> None:
    stage.ask(c.Play, url="http://x/a.ogg")
    stage.say(r.Opened(1, seekable=True, live=False))
    stage.say(r.Described(1, Tags("Title", "Artist", "Album"), 1234.5))
    item = stage.state.session.item
    assert item is not None
    assert item.tags == Tags("Title", "Artist", "Album")
    assert (item.duration_ms, item.seekable) == (1234.5, True)


def test_pause_and_resume_keep_the_position(stage: Stage) -> None:
    stage.play()
    stage.now += 2
    pause, effects = stage.ask(c.Pause)
    assert effects == [e.Tell(o.Pause())]
    result = stage.answer(pause)
    assert isinstance(result, dict)
    assert result["position_ms"] == pytest.approx(2000.0)
    stage.say(r.Paused(1, 2004.5))
    assert (stage.playback, stage.anchor.position_ms) == ("paused", 2004.5)
    stage.now += 60
    _, effects = stage.ask(c.Resume)
    assert effects == [e.Tell(o.Resume())]
    stage.say(r.Sounding(1, 2004.5, stage.now, stage.now))
    assert stage.anchor.position_at(round(stage.now * 1e6)) == pytest.approx(2004.5)


def test_a_second_pause_changes_nothing_and_is_done(stage: Stage) -> None:
    stage.play()
    stage.ask(c.Pause)
    again, effects = stage.ask(c.Pause)
    assert effects == []
    assert isinstance(stage.answer(again), dict)


@pytest.mark.parametrize("kind", [c.Pause, c.Resume, c.Toggle])
def test_what_needs_something_playing_is_refused_when_idle(
    stage: Stage, kind: type[c.Command]
) -> None:
    command, effects = stage.ask(kind)
    assert (stage.answer(command), effects) == ("nothing_playing", [])


def test_stop_when_idle_is_done(stage: Stage) -> None:
    stop, effects = stage.ask(c.Stop)
    assert effects == []
    assert isinstance(stage.answer(stop), dict)


def test_stop_lets_go(stage: Stage) -> None:
    stage.play()
    _, effects = stage.ask(c.Stop)
    assert effects == [e.CloseItem(), e.Tell(o.Stop())]
    assert (stage.playback, stage.state.session.item) == ("idle", None)


def test_a_play_takes_the_place_of_one_that_has_not_sounded(stage: Stage) -> None:
    first, _ = stage.ask(c.Play, url="http://x/a.ogg")
    second, _ = stage.ask(c.Play, url="http://x/b.ogg")
    assert stage.answer(first) == "superseded"
    stage.say(r.Sounding(1, 0.0, stage.now, stage.now))  # too late: stale
    assert second not in stage.answers
    stage.say(r.Sounding(2, 0.0, stage.now, stage.now))
    assert second in stage.answers


def test_a_seek_is_answered_when_it_has_landed(stage: Stage) -> None:
    stage.play()
    seek, effects = stage.ask(c.Seek, position_ms=30_000.0)
    assert effects == [e.Tell(o.Seek(1, 1, 30_000.0))]
    stage.say(r.Position(1, 100.0, stage.now))
    assert seek not in stage.answers
    stage.say(r.Sounding(1, 30_000.0, stage.now, stage.now, seek=1))
    result = stage.answer(seek)
    assert isinstance(result, dict)
    assert result["position_ms"] == pytest.approx(30_000.0)


@pytest.mark.parametrize(("by_ms", "target"), [(10_000.0, 15_000.0), (-10_000.0, 0.0), (9e6, 6e4)])
def test_a_seek_by_goes_from_what_is_heard_and_stays_inside(
    stage: Stage, by_ms: float, target: float
) -> None:
    stage.play()
    stage.now += 5
    _, effects = stage.ask(c.Seek, by_ms=by_ms)
    assert effects == [e.Tell(o.Seek(1, 1, pytest.approx(target)))]


def test_a_newer_seek_takes_the_place_of_an_older_one(stage: Stage) -> None:
    stage.play()
    first, _ = stage.ask(c.Seek, position_ms=1000.0)
    second, _ = stage.ask(c.Seek, position_ms=2000.0)
    stage.say(r.Sounding(1, 1000.0, stage.now, stage.now, seek=1))
    assert stage.answer(first) == "superseded"
    assert second not in stage.answers
    stage.say(r.Sounding(1, 2000.0, stage.now, stage.now, seek=2))
    assert second in stage.answers


@pytest.mark.parametrize(
    ("live", "why"), [(True, "it is live, "), (False, "its server gives no ranges. Fetch it")]
)
def test_a_stream_that_cannot_seek_says_why(stage: Stage, live: bool, why: str) -> None:
    stage.play()
    stage.say(r.Opened(1, seekable=False, live=live))
    seek, effects = stage.ask(c.Seek, by_ms=1.0)
    assert (stage.answer(seek), effects) == ("not_seekable", [])
    assert why in str(stage.answers[seek])


def test_a_seek_the_engine_refuses_is_answered_and_the_music_plays_on(stage: Stage) -> None:
    stage.play()
    seek, _ = stage.ask(c.Seek, position_ms=1.0)
    stage.say(r.SeekRefused(1, 1, "not_seekable", "A chain."))
    assert stage.answer(seek) == "not_seekable"
    assert stage.playback == "playing"


def test_seeking_while_paused_stays_paused(stage: Stage) -> None:
    stage.play()
    stage.ask(c.Pause)
    seek, _ = stage.ask(c.Seek, position_ms=9000.0)
    stage.say(r.Paused(1, 10.0))  # of the pause before: the seek is what counts
    stage.say(r.Ready(1, 9000.0, seek=1))
    assert seek in stage.answers
    assert (stage.playback, stage.anchor.position_ms) == ("paused", 9000.0)


def test_running_dry_shows_and_passes(stage: Stage) -> None:
    stage.play()
    stage.say(r.Buffering(1, 5000.0, ran_dry=True))
    assert (stage.playback, stage.anchor.rate) == ("buffering", 0)
    stage.say(r.Sounding(1, 5000.0, stage.now, stage.now))
    assert stage.playback == "playing"


def test_small_drift_is_no_news_and_large_drift_is(stage: Stage) -> None:
    stage.play()
    before = stage.anchor
    stage.say(r.Position(1, 1010.0, stage.now + 1))
    assert stage.anchor == before
    stage.say(r.Position(1, 900.0, stage.now + 1))
    assert stage.anchor.position_ms == 900.0


@pytest.mark.parametrize(
    ("fields", "percent"),
    [({"percent": 30}, 30), ({"by": 5}, 55), ({"by": -60}, 0), ({"by": 100}, 100)],
)
def test_volume(stage: Stage, fields: dict[str, Any], percent: int) -> None:
    _, effects = stage.ask(c.SetVolume, **fields)
    assert effects == [e.Tell(o.SetGain(percent / 100))]
    assert stage.state.volume.percent == percent


def test_mute_keeps_the_volume(stage: Stage) -> None:
    _, effects = stage.ask(c.Mute)
    assert effects == [e.Tell(o.SetGain(0.5, muted=True))]
    assert (stage.state.volume.percent, stage.state.volume.db) == (50, None)
    _, effects = stage.ask(c.Mute, muted=False)
    assert effects == [e.Tell(o.SetGain(0.5))]


def test_a_failure_answers_whoever_waits_and_stays_to_be_seen(stage: Stage) -> None:
    play, _ = stage.ask(c.Play, url="http://x/a.mp3")
    effects = stage.say(r.Failed(1, "unsupported_format", "This is MP3.", {"found": "mp3"}))
    assert effects == [e.CloseItem(), e.Tell(o.Stop())]
    assert stage.answer(play) == "unsupported_format"
    problem = stage.state.problem
    assert problem is not None
    assert (problem.code, problem.message) == ("unsupported_format", "This is MP3.")
    stage.ask(c.Play, url="http://x/a.ogg")
    assert stage.state.problem is None


def test_the_track_that_killed_the_engine_is_not_tried_again(stage: Stage) -> None:
    stage.play()
    seek, _ = stage.ask(c.Seek, position_ms=1.0)
    effects = stage.say(r.Died("ended by SIGSEGV"))
    assert e.Tell(o.SetGain(0.5)) in effects, "a fresh engine is told the volume"
    assert not any(isinstance(effect, e.OpenItem) for effect in effects)
    assert stage.answer(seek) == "unplayable"
    assert stage.playback == "idle"


def test_an_engine_that_dies_idle_is_no_problem(stage: Stage) -> None:
    assert stage.say(r.Died("x")) == [e.Tell(o.SetGain(0.5))]
    assert stage.state.problem is None


def test_a_lost_device_is_a_problem_until_it_is_back(stage: Stage) -> None:
    stage.say(r.Device(Output("portaudio", "dac"), problem="It is gone."))
    assert stage.state.problem is not None
    stage.say(r.Device(Output("portaudio", "dac")))
    assert stage.state.problem is None


GONE = "It is gone."


def test_without_a_device_the_item_waits_where_it_stood(stage: Stage) -> None:
    stage.play()
    stage.now += 7.0
    stage.say(r.Device(Output("portaudio", "dac"), problem=GONE))
    assert stage.say(r.Unheard(1, 7000.0, GONE)) == []
    assert (stage.playback, stage.anchor.position_ms, stage.anchor.rate) == ("buffering", 7000.0, 0)
    assert stage.state.problem == Problem("no_device", GONE)
    stage.now += 3600.0
    stage.say(r.Device(Output("portaudio", "dac")))
    stage.say(r.Sounding(1, 7000.0, stage.now, stage.now))
    assert (stage.playback, stage.anchor.position_ms, stage.anchor.rate) == ("playing", 7000.0, 1)
    assert stage.state.problem is None


@pytest.mark.parametrize("kind", [c.Play, c.Seek, c.Next])
def test_who_asks_for_sound_without_a_device_is_told_and_the_item_waits(
    stage: Stage, kind: type[c.Command]
) -> None:
    stage.play()
    stage.ask(c.QueueAdd, items=[{"url": "http://x/b.ogg"}])
    stage.say(r.Device(Output("portaudio", "dac"), problem=GONE))
    stage.say(r.Unheard(1, 0.0, GONE))
    fields = {c.Play: {"url": "http://x/c.ogg"}, c.Seek: {"position_ms": 9000.0}}
    asked, _ = stage.ask(kind, **fields.get(kind, {}))
    place = 9000.0 if kind is c.Seek else 0.0
    assert stage.say(r.Unheard(stage.session.track, place, GONE)) == []
    assert stage.answer(asked) == "no_device"
    assert (stage.playback, stage.anchor.position_ms) == ("buffering", place)
    assert stage.state.problem == Problem("no_device", GONE)
    stage.say(r.Device(Output("portaudio", "dac")))
    stage.say(r.Sounding(stage.session.track, place, stage.now, stage.now, 1))
    assert stage.playback == "playing"


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("paused", [False, True])
def test_an_engine_that_the_device_took_along_goes_on_where_it_was(
    stage: Stage, live: bool, paused: bool
) -> None:
    stage.play()
    if live:
        stage.say(r.Opened(1, seekable=False, live=True))
    if paused:
        stage.ask(c.Pause)
        stage.say(r.Paused(1, 7000.0))
    stage.say(r.Device(Output("portaudio", "dac"), problem=GONE))
    stage.say(r.Unheard(1, 7000.0, GONE))
    volume, opened = stage.say(r.Died("ended by SIGKILL", device=True))
    assert volume == e.Tell(o.SetGain(0.5))
    assert isinstance(opened, e.OpenItem)
    expected = (0.0, paused, False) if live else (7000.0, paused, True)
    assert (opened.start_ms, opened.paused, opened.through) == expected
    assert stage.state.problem == Problem("no_device", GONE), "until the next one has a device"


@pytest.mark.parametrize("plays", [True, False])
def test_a_device_that_takes_the_engine_along_is_missed_at_once(stage: Stage, plays: bool) -> None:
    if plays:
        stage.play()
    effects = stage.say(r.Died("ended by SIGXCPU", device=True))
    assert any(isinstance(effect, e.OpenItem) for effect in effects) == plays
    problem = stage.state.problem
    assert problem is not None
    assert (problem.code, "opened anew" in problem.message) == ("no_device", True)
    stage.say(r.Device(Output("portaudio", "dac")))
    assert stage.state.problem is None, "the next one has it"


def test_an_engine_that_dies_while_there_is_no_device_died_of_that(stage: Stage) -> None:
    stage.play()
    stage.say(r.Device(Output("portaudio", "dac"), problem=GONE))
    assert any(isinstance(x, e.OpenItem) for x in stage.say(r.Died("ended by SIGSEGV")))
    assert stage.playback == "loading"


def test_a_volume_that_somebody_else_moved_is_followed(stage: Stage) -> None:
    assert stage.say(r.VolumeMoved(0.304, muted=False)) == []
    assert (stage.state.volume.percent, stage.state.volume.muted) == (30, False)
    assert stage.say(r.VolumeMoved(0.304, muted=True)) == []
    assert stage.state.volume.muted


def test_the_end_lets_go(stage: Stage) -> None:
    stage.play()
    assert stage.say(r.Ended(1)) == [e.CloseItem(), e.Tell(o.Stop())]
    assert stage.playback == "idle"
