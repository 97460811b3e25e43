"""A session with a queue: what follows what, and what is skipped."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.model import reports as r
from receiver.model.state import Entry, Tags
from receiver.protocol import commands as c
from receiver.session import effects as e
from tests.session.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


def queued(stage: Stage, count: int = 3) -> list[str]:
    """A queue of several items, the first of which sounds; their ids."""
    stage.play()
    add, _ = stage.ask(c.QueueAdd, items=[{"url": f"http://x/{n}"} for n in range(1, count)])
    first = stage.state.session.item
    answer = stage.answer(add)
    assert first is not None
    assert isinstance(answer, dict)
    return [first.id, *answer["items"]]


def sounds(stage: Stage, position_ms: float = 0.0) -> str:
    """Let the newest track sound; the id of its item."""
    stage.say(r.Sounding(stage.session.track, position_ms, stage.now, stage.now))
    item = stage.state.session.item
    assert item is not None
    return item.id


def test_what_strangers_write_is_made_harmless(stage: Stage) -> None:
    tags = {"title": "\x1b[2JBlue\u2028", "artist": "\u202eJoni\n", "album": "\0"}
    stage.ask(c.Play, items=[{"url": "http://x/1", "tags": tags}], by="An\x07na")
    item = stage.state.session.item
    assert item is not None
    assert (item.tags, item.added_by) == (Tags("[2JBlue", "Joni"), "Anna")


def test_when_an_item_ends_the_next_one_plays(stage: Stage) -> None:
    ids = queued(stage)
    for expected in ids[1:]:
        (effect,) = stage.say(r.Ended(stage.session.track))
        assert isinstance(effect, e.OpenItem)
        assert effect.item.id == expected == sounds(stage)
    stage.say(r.Ended(stage.session.track))
    assert stage.playback == "idle"
    assert (stage.state.session.queue.length, stage.state.session.queue.index) == (3, None)


def test_next_and_previous_are_answered_as_a_play_is(stage: Stage) -> None:
    ids = queued(stage)
    skip, _ = stage.ask(c.Next)
    assert skip not in stage.answers
    assert sounds(stage) == ids[1]
    assert stage.answer(skip) == {"receipt": {}}
    stage.ask(c.Previous)
    assert sounds(stage) == ids[0]
    stage.ask(c.Next)
    sounds(stage)
    stage.now += 3.5
    stage.ask(c.Previous)
    assert sounds(stage) == ids[1], "after three seconds it is the start of the same"
    stage.ask(c.QueueJump, item=ids[2], position_ms=500.0)
    assert sounds(stage) == ids[2]
    last, _ = stage.ask(c.Next)
    assert stage.playback == "idle"
    assert stage.answer(last) != {"receipt": {}}


def test_a_stopped_queue_goes_on_where_it_was(stage: Stage) -> None:
    ids = queued(stage)
    stage.ask(c.Next)
    sounds(stage)
    stage.ask(c.Stop)
    resume, _ = stage.ask(c.Resume)
    assert sounds(stage) == ids[1]
    assert stage.answer(resume) == {"receipt": {}}
    stage.ask(c.QueueClear)
    assert stage.answer(stage.ask(c.Toggle)[0]) == "nothing_playing"
    stage.ask(c.QueueAdd, items=[{"url": "http://x/new"}])
    stage.ask(c.Toggle)
    assert stage.state.session.item is not None
    assert stage.state.session.item.url == "http://x/new"


def test_with_an_empty_queue_there_is_no_next(stage: Stage) -> None:
    assert stage.answer(stage.ask(c.Next)[0]) == "nothing_playing"
    assert stage.answer(stage.ask(c.Previous)[0]) == "nothing_playing"
    assert stage.answer(stage.ask(c.QueueJump, item="x")[0]) == "no_such_item"


def test_taking_out_what_plays_plays_what_follows(stage: Stage) -> None:
    ids = queued(stage)
    stage.ask(c.Pause)
    _, (effect,) = stage.ask(c.QueueRemove, items=[ids[0]])
    assert isinstance(effect, e.OpenItem)
    assert (effect.item.id, effect.paused) == (ids[1], True), "paused stays paused"
    stage.ask(c.QueueClear)
    assert stage.playback == "idle"


def test_a_place_in_a_list_that_changed_is_no_place(stage: Stage) -> None:
    ids = queued(stage)
    seen = stage.state.session.queue.revision
    stage.ask(c.QueueAdd, items=[{"url": "http://x/new"}], at=0)
    assert stage.answer(stage.ask(c.QueueMove, item=ids[0], at=1, revision=seen)[0]) == "conflict"
    assert stage.answer(stage.ask(c.QueueMove, item=ids[0], at="end", revision=seen)[0])
    listed = stage.answer(stage.ask(c.QueueList, offset=1, count=2)[0])
    assert isinstance(listed, dict)
    assert [item.id for item in listed["items"]] == ids[1:3]


def near_its_end(stage: Stage, count: int = 3) -> tuple[list[str], int]:
    """A queue whose first item is about to end; the ids, and the track made ready to follow."""
    ids = queued(stage, count)
    stage.now += 45
    (effect,) = stage.say(r.Health(1.0))
    assert isinstance(effect, e.PrepareItem)
    assert effect.item.id == ids[1]
    return ids, effect.track


def test_the_next_item_is_opened_ahead_once(stage: Stage) -> None:
    queued(stage)
    stage.now += 39
    assert stage.say(r.Health(1.0)) == [], "a minute long: there is time"
    stage.now += 2
    assert len(stage.say(r.Health(1.0))) == 1
    assert stage.say(r.Health(1.0)) == []


def test_where_no_length_is_known_the_last_byte_tells_the_end(stage: Stage) -> None:
    stage.ask(c.Play, items=[{"url": f"http://x/{name}"} for name in "abc"])
    assert stage.say(r.Fetched(1)) == [], "before it is heard there is no hurry"
    (effect,) = stage.say(r.Sounding(1, 0.0, stage.now, stage.now))
    assert isinstance(effect, e.PrepareItem)
    assert effect.item.url == "http://x/b"
    stage.say(r.Joined(effect.track, heard_at=stage.now))
    assert stage.say(r.Health(1.0)) == []
    (following,) = stage.say(r.Fetched(effect.track))
    assert isinstance(following, e.PrepareItem)
    assert following.item.url == "http://x/c"


def test_what_follows_without_a_gap_becomes_the_current_item(stage: Stage) -> None:
    ids, track = near_its_end(stage)
    stage.say(r.Opened(track, seekable=True, live=False))
    stage.say(r.Described(track, Tags("Second"), 5e4))
    assert stage.state.session.item is not None
    assert stage.state.session.item.id == ids[0], "what is told of it does not make it sound"
    stage.now += 15
    assert stage.say(r.Joined(track, heard_at=stage.now - 0.1)) == []
    session = stage.state.session
    assert session.item is not None
    assert (session.item.id, session.item.tags.title) == (ids[1], "Second")
    assert (session.playback, session.queue.index) == ("playing", 1)
    assert stage.anchor.position_at(round(stage.now * 1e6)) == pytest.approx(100)
    stage.now += 50
    (effect,) = stage.say(r.Health(1.0))
    assert isinstance(effect, e.PrepareItem)
    assert effect.item.id == ids[2]


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (c.SetRepeat, {"repeat": "one"}, 0),
        (c.QueueAdd, {"items": [{"url": "http://x/new"}], "at": "next"}, -1),
        (c.QueueMove, {"item": "", "at": "end"}, 2),
    ],
)
def test_an_edit_that_changes_what_follows_changes_what_is_made_ready(
    stage: Stage, kind: type[c.Command], fields: dict[str, Any], expected: int
) -> None:
    ids, track = near_its_end(stage)
    fields = {name: ids[1] if value == "" else value for name, value in fields.items()}
    command, effects = stage.ask(kind, **fields)
    answer = stage.answer(command)
    assert isinstance(answer, dict)
    ids += answer.get("items", [])
    forget, prepare = effects
    assert forget == e.ForgetItem(track)
    assert isinstance(prepare, e.PrepareItem)
    assert prepare.item.id == ids[expected]


def test_with_a_crossfade_the_follower_is_opened_that_much_sooner(stage: Stage) -> None:
    ids = queued(stage)
    answer = stage.answer(stage.ask(c.SetCrossfade, seconds=4.5)[0])
    assert isinstance(answer, dict)
    assert answer["queue"].crossfade_ms == 4500 == stage.state.session.queue.crossfade_ms
    stage.now += 35
    assert stage.say(r.Health(1.0)) == []
    stage.now += 1
    (effect,) = stage.say(r.Health(1.0))
    assert isinstance(effect, e.PrepareItem)
    assert (effect.item.id, effect.crossfade_s) == (ids[1], 4.5)


def test_a_new_crossfade_is_told_to_what_is_made_ready(stage: Stage) -> None:
    ids, track = near_its_end(stage)
    forget, prepare = stage.ask(c.SetCrossfade, seconds=2)[1]
    assert forget == e.ForgetItem(track)
    assert isinstance(prepare, e.PrepareItem)
    assert (prepare.item.id, prepare.crossfade_s) == (ids[1], 2.0)
    revision = stage.state.session.queue.revision
    assert stage.ask(c.SetCrossfade, seconds=2)[1] == []
    assert stage.state.session.queue.revision == revision


def test_with_repeat_one_an_item_overlaps_itself(stage: Stage) -> None:
    ids = queued(stage)
    stage.ask(c.SetRepeat, repeat="one")
    stage.ask(c.SetCrossfade, seconds=5)
    stage.now += 45
    (effect,) = stage.say(r.Health(1.0))
    assert isinstance(effect, e.PrepareItem)
    before = stage.session.track
    stage.say(r.Joined(effect.track, heard_at=stage.now, overlaps=True))
    assert stage.state.session.item is not None
    assert stage.state.session.item.id == ids[0]
    assert stage.anchor.position_ms == 0.0
    assert stage.say(r.Ended(before)) == [], "the one that was overlapped"
    assert stage.playback == "playing"


def test_a_skip_while_two_items_overlap_goes_on_from_the_one_that_rises(stage: Stage) -> None:
    ids, track = near_its_end(stage)
    stage.say(r.Joined(track, heard_at=stage.now, overlaps=True))
    (effect,) = stage.ask(c.Next)[1]
    assert isinstance(effect, e.OpenItem)
    assert effect.item.id == ids[2]
    (effect,) = stage.ask(c.Previous)[1]
    assert isinstance(effect, e.OpenItem)
    assert effect.item.id == ids[1]


def test_an_item_may_be_removed_while_it_falls(stage: Stage) -> None:
    ids, track = near_its_end(stage)
    stage.say(r.Joined(track, heard_at=stage.now, overlaps=True))
    assert stage.ask(c.QueueRemove, items=[ids[0]])[1] == []
    assert stage.playback == "playing"


def test_a_seek_back_lets_the_follower_be(stage: Stage) -> None:
    _, track = near_its_end(stage)
    _, effects = stage.ask(c.Seek, position_ms=1000.0)
    assert e.ForgetItem(track) in effects


def test_a_follower_that_cannot_be_played_is_not_tried_again_before_its_turn(stage: Stage) -> None:
    ids, track = near_its_end(stage)
    assert stage.say(r.Failed(track, "unplayable", "Damaged.")) == []
    assert stage.say(r.Health(1.0)) == []
    assert stage.playback == "playing"
    (effect,) = stage.say(r.Ended(stage.session.track))
    assert isinstance(effect, e.OpenItem)
    assert effect.item.id == ids[1], "now it is told"
    stage.say(r.Failed(stage.session.track, "unplayable", "Damaged."))
    assert sounds(stage) == ids[2]


def test_a_joint_that_came_too_late_is_no_joint(stage: Stage) -> None:
    ids, track = near_its_end(stage)
    stage.ask(c.QueueRemove, items=[ids[1]])
    (effect,) = stage.say(r.Joined(track, heard_at=stage.now))
    assert isinstance(effect, e.OpenItem)
    assert effect.item.id == ids[2]
    stage.ask(c.Stop)
    assert stage.say(r.Joined(track, heard_at=stage.now)) == []


def test_a_joint_from_before_a_play_is_over(stage: Stage) -> None:
    _, track = near_its_end(stage)
    play, _ = stage.ask(c.Play, url="http://x/new")
    assert stage.say(r.Joined(track, heard_at=stage.now)) == []
    assert play not in stage.answers
    stage.say(r.Sounding(stage.session.track, 0.0, stage.now, stage.now))
    item = stage.state.session.item
    assert item is not None
    assert (item.url, stage.playback) == ("http://x/new", "playing")


def listed(*names: str) -> list[Entry]:
    return [Entry(f"http://x/{name}", Tags(name)) for name in names]


def urls(stage: Stage) -> list[str]:
    answer = stage.answer(stage.ask(c.QueueList)[0])
    assert isinstance(answer, dict)
    return [item.url.removeprefix("http://x/") for item in answer["items"]]


def test_a_playlist_is_replaced_by_what_it_names(stage: Stage) -> None:
    play, _ = stage.ask(c.Play, url="http://x/list.m3u", by="anna")
    stage.ask(c.QueueAdd, items=[{"url": "http://x/z"}])
    (effect,) = stage.say(r.Listed(1, listed("a", "b")))
    assert isinstance(effect, e.OpenItem)
    assert (effect.item.url, effect.item.tags.title) == ("http://x/a", "a")
    assert effect.item.added_by == "anna"
    assert urls(stage) == ["a", "b", "z"]
    assert play not in stage.answers
    sounds(stage)
    assert stage.answer(play) == {"receipt": {}}


def test_a_length_that_a_list_claims_means_nothing_of_what_is_live(stage: Stage) -> None:
    items = [{"url": "http://x/radio", "duration_ms": 1000.0}]
    stage.ask(c.Play, items=items)
    item = stage.state.session.item
    assert item is not None
    assert item.duration_ms == 1000.0
    stage.say(r.Opened(1, seekable=False, live=True))
    item = stage.state.session.item
    assert item is not None
    assert item.duration_ms is None


def test_several_are_played_at_once(stage: Stage) -> None:
    stage.ask(c.QueueAdd, items=[{"url": "http://x/before"}])
    items = [{"url": f"http://x/{name}", "tags": {"title": name}} for name in "ab"]
    play, (effect,) = stage.ask(c.Play, items=items, by="anna", position_ms=500.0)
    assert isinstance(effect, e.OpenItem)
    assert (effect.item.tags.title, effect.item.added_by, effect.start_ms) == ("a", "anna", 500.0)
    assert urls(stage) == ["a", "b"]
    sounds(stage)
    assert stage.answer(play) == {"receipt": {}}
    stage.say(r.Ended(1))
    assert stage.state.session.queue.index == 1


def test_of_several_the_first_is_answered_for_and_the_others_go_on(stage: Stage) -> None:
    play, _ = stage.ask(c.Play, items=[{"url": "http://x/a"}, {"url": "http://x/b"}])
    stage.say(r.Failed(1, "unreachable", "It is gone.", {}))
    assert stage.answer(play) == "unreachable"
    assert (stage.playback, stage.state.session.queue.index) == ("loading", 1)


def test_a_playlist_that_is_next_is_opened_ahead_too(stage: Stage) -> None:
    _, track = near_its_end(stage)
    forget, prepare = stage.say(r.Listed(track, listed("a", "b")))
    assert forget == e.ForgetItem(track)
    assert isinstance(prepare, e.PrepareItem)
    assert prepare.item.url == "http://x/a"
    assert urls(stage) == ["a.ogg", "a", "b", "2"]


def test_playlists_that_name_each_other_come_to_an_end(stage: Stage) -> None:
    play, _ = stage.ask(c.Play, url="http://x/list.m3u")
    for _ in range(4):
        assert stage.playback == "loading"
        stage.say(r.Listed(stage.session.track, listed("list.m3u")))
    assert stage.answer(play) == "unplayable"
    assert stage.playback == "idle"


def test_a_playlist_that_does_not_fit_is_refused(stage: Stage) -> None:
    play, _ = stage.ask(c.Play, url="http://x/list.m3u")
    stage.ask(c.QueueAdd, items=[{"url": "http://x/b.ogg"}])
    stage.say(r.Listed(1, listed("a") * 10_000))
    assert stage.answer(play) == "bad_request"


def test_a_playlist_in_a_shuffled_queue_is_shuffled_in_its_place(stage: Stage) -> None:
    stage.ask(c.Play, url="http://x/list.m3u")
    stage.ask(c.SetShuffle, shuffle=True)
    names = [f"{n}" for n in range(20)]
    stage.say(r.Listed(1, listed(*names)))
    assert urls(stage) == names
    heard = []
    for _ in names:
        sounds(stage)
        item = stage.state.session.item
        assert item is not None
        heard.append(item.tags.title)
        stage.say(r.Ended(stage.session.track))
    assert heard != names
    assert sorted(heard) == sorted(names)
