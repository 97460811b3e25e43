"""What counts as played."""

from __future__ import annotations

import pytest

from receiver.model import reports as r
from receiver.model.state import HistoryState, Item, Tags
from receiver.protocol import commands as c
from receiver.protocol.limits import MAX_HISTORY
from receiver.session.history import MAX_TEXT, History
from receiver.session.memoir import Memoir
from tests.session.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


def names(stage: Stage) -> str:
    """The letters of what was played, in its order."""
    return "".join(played.url[-5] for played in stage.session.history.played)


def queued(stage: Stage, letters: str) -> None:
    stage.ask(c.Play, items=[{"url": f"http://x/{letter}.ogg"} for letter in letters])


def sounds(stage: Stage, position_ms: float = 0.0) -> None:
    stage.say(r.Sounding(stage.session.track, position_ms, stage.now, stage.now))


def _item(url: str, tags: Tags | None = None, by: str | None = None) -> Item:
    return Item("i-1", url, tags or Tags(), added_by=by)


def test_it_counts_when_the_first_frame_is_heard(stage: Stage) -> None:
    queued(stage, "a")
    track = stage.session.track
    stage.say(r.Opened(track, seekable=True, live=False))
    stage.say(r.Decoded(track, stage.now))
    assert names(stage) == ""
    assert stage.state.history == HistoryState(0, 0)
    sounds(stage)
    assert names(stage) == "a"
    assert stage.state.history == HistoryState(1, 1)


def test_it_tells_what_is_known(stage: Stage) -> None:
    stage.wall.set(20, 15)
    stage.play(by="Anna")
    (told,) = stage.session.history.page(0, 100)["items"]
    assert (told.number, told.url, told.added_by) == (1, "http://x/a.ogg", "Anna")
    item = stage.state.session.item
    assert item is not None
    assert told.item == item.id
    assert told.played_at == stage.wall.unix_time()
    assert (told.duration_ms, told.live) == (60_000.0, False)


def test_what_becomes_known_later_is_added(stage: Stage) -> None:
    queued(stage, "a")
    sounds(stage)
    track = stage.session.track
    stage.say(r.Described(track, Tags("Blue"), 1000.0))
    (told,) = stage.session.history.played
    assert (told.tags.title, told.duration_ms) == ("Blue", 1000.0)
    stage.say(r.Described(track, Tags("Green"), 1000.0))
    assert stage.session.history.played == [told], "a stream goes on to something else"


def test_what_never_sounds_does_not_count(stage: Stage) -> None:
    queued(stage, "ab")
    stage.say(r.Failed(stage.session.track, "unplayable", "Damaged."))
    sounds(stage)
    assert names(stage) == "b"


def test_a_pause_and_a_seek_do_not_count_again(stage: Stage) -> None:
    stage.play()
    stage.ask(c.Pause)
    stage.ask(c.Resume)
    sounds(stage, 10.0)
    stage.ask(c.Seek, position_ms=0)
    sounds(stage)
    assert names(stage) == "a"


def test_a_death_of_the_engine_does_not_either(stage: Stage) -> None:
    stage.play()
    stage.say(r.Died("ended by SIGKILL", device=True))
    sounds(stage, 20.0)
    assert names(stage) == "a"
    queued(stage, "b")
    stage.say(r.Died("ended by SIGKILL", device=True))
    sounds(stage)
    assert names(stage) == "ab", "unless it was not heard before"


def test_what_is_played_again_counts_again(stage: Stage) -> None:
    queued(stage, "ab")
    sounds(stage)
    stage.ask(c.Previous)
    sounds(stage)
    stage.ask(c.Next)
    sounds(stage)
    stage.ask(c.SetRepeat, repeat="one")
    stage.say(r.Ended(stage.session.track))
    sounds(stage)
    assert names(stage) == "aabb"


def test_what_follows_without_a_gap_counts_from_the_joint(stage: Stage) -> None:
    queued(stage, "ab")
    track = stage.session.track
    stage.say(r.Opened(track, seekable=True, live=False))
    stage.say(r.Described(track, duration_ms=60_000.0))
    sounds(stage)
    stage.now += 50.0
    stage.say(r.Health(2.0))
    stage.say(r.Described(track + 1, Tags("Next")))
    assert names(stage) == "a"
    stage.say(r.Joined(track + 1, stage.now))
    sounds(stage)
    assert names(stage) == "ab"
    assert stage.session.history.played[1].tags.title == "Next"


def test_a_restart_that_goes_on_does_not_count_again(stage: Stage) -> None:
    stage.play()
    memoir, again = Memoir(stage.session), Stage()
    again.session.history.restore(stage.session.history.played)
    moving, rows = memoir.packed()
    after = Memoir(again.session)
    after.restore(moving, rows, memoir.moment(stage.now), again.now)
    after.come_back(again.now)
    again._sorted(again.session.tick(again.now))
    sounds(again, 30.0)
    assert names(again) == "a"
    queued(again, "b")
    sounds(again)
    assert [played.number for played in again.session.history.played] == [1, 2]


def test_the_newest_hundred_are_kept() -> None:
    history = History(lambda: 0.0)
    for number in range(MAX_HISTORY + 7):
        history.heard(_item(f"http://x/{number}"), anew=True)
    page = history.page(0, 3)
    assert [played.url for played in page["items"]] == [f"http://x/{n}" for n in (106, 105, 104)]
    assert page["history"] == HistoryState(MAX_HISTORY + 7, MAX_HISTORY)
    assert [played.number for played in history.page(98, 9)["items"]] == [9, 8]
    assert history.page(100, 9)["items"] == []


def test_a_page_is_no_longer_than_a_message() -> None:
    history = History(lambda: 0.0)
    for _ in range(MAX_HISTORY):
        history.heard(_item("http://x/" + "y" * 2000), anew=True)
    assert 10 < len(history.page(0, MAX_HISTORY)["items"]) < MAX_HISTORY


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://anna:secret@nas/a.ogg", "http://nas/a.ogg"),
        ("http://a:b@c@nas/a.ogg", "http://nas/a.ogg"),
        ("http://nas/a@b.ogg?u=http://x:y@z", "http://nas/a@b.ogg?u=http://x:y@z"),
        ("http://nas", "http://nas"),
        (" http://:x@nas", " http://nas"),
        ("anna:secret", "anna:secret"),
    ],
)
def test_no_password_is_kept(url: str, kept: str) -> None:
    history = History(lambda: 0.0)
    history.heard(_item(url), anew=True)
    assert history.played[0].url == kept


def test_long_texts_are_cut() -> None:
    history = History(lambda: -1.0)
    tags = Tags("t" * 1024, "a" * 1024)
    history.heard(_item("http://x/", tags, "b" * 1024), anew=True)
    (played,) = history.played
    assert played.tags == Tags("t" * MAX_TEXT, "a" * MAX_TEXT)
    assert played.added_by == "b" * MAX_TEXT
    assert played.played_at == 0, "by a clock that is not set"


def test_it_is_asked_for_by_a_command(stage: Stage) -> None:
    stage.play()
    number, effects = stage.ask(c.HistoryList, count=1)
    assert not effects
    told = stage.answer(number)
    assert isinstance(told, dict)
    assert [played.url for played in told["items"]] == ["http://x/a.ogg"]
