"""`tonearm queue`: the queue by numbers."""

from __future__ import annotations

import json

import pytest

from controller.cli import main, myself
from receiver.errors import Conflict
from receiver.protocol import commands as c
from receiver.protocol.limits import MAX_ITEMS
from tests.controller.cli.conftest import Call
from tests.controller.fake_receiver import FakeReceiver


@pytest.fixture
async def four(receiver: FakeReceiver, call: Call) -> None:
    """Four items, the first of which plays."""
    await call("cast", *(f"http://x/{letter}.ogg" for letter in "abcd"))
    receiver.commands.clear()


def held(receiver: FakeReceiver) -> str:
    return "".join(item.url[-5] for item in receiver.queue.page(0, 99))


def sent(receiver: FakeReceiver) -> list[type[c.Command]]:
    return [type(command) for command in receiver.commands]


@pytest.mark.usefixtures("four")
async def test_it_is_listed_with_numbers_and_what_is_known(
    receiver: FakeReceiver, call: Call
) -> None:
    await call("next")
    await receiver.says("Blue\x1b[2J", "Miles")
    listed = await call("queue")
    assert listed == await call("queue", "ls")
    assert (listed.code, listed.err) == (0, "")
    assert listed.out.splitlines() == [
        "  1        a.ogg",
        "* 2  4:56  Miles - Blue [2J",
        "  3        c.ogg",
        "  4        d.ogg",
        "2 of 4",
    ]


@pytest.mark.usefixtures("four")
async def test_for_programs_it_is_a_line_for_each(receiver: FakeReceiver, call: Call) -> None:
    await receiver.says("Blue", "Miles")
    rows = [json.loads(row) for row in (await call("queue", "--json")).out.splitlines()]
    assert len(rows) == 4
    assert rows[0] == {
        "index": 0,
        "number": 1,
        "id": receiver.queue.page(0, 1)[0].id,
        "url": "http://x/a.ogg",
        "tags": {"title": "Blue", "artist": "Miles", "album": None},
        "duration_ms": 296_000.0,
        "added_by": myself.myself(),
        "current": True,
    }
    assert [row["current"] for row in rows[1:]] == [False] * 3


async def test_an_empty_one_says_so(call: Call) -> None:
    assert (await call("queue")).out == "The queue is empty\n"
    assert (await call("queue", "ls", "--json")).out == ""


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("words", "result", "shown"),
    [
        (["add", "http://x/e.ogg"], "abcde", "Added 1 item"),
        (["add", "http://x/e.ogg", "http://x/f.ogg", "--next"], "aefbcd", "Added 2 items"),
        (["add", "--at", "1", "http://x/e.ogg"], "eabcd", "Added 1 item"),
        (["add", "--at", "9", "http://x/e.ogg"], "abcde", "Added 1 item"),
        (["rm", "2"], "acd", "Removed 1 item"),
        (["rm", "4", "1-2", "2"], "c", "Removed 3 items"),
        (["rm", "1-4"], "", "Removed 4 items"),
        (["mv", "4", "1"], "dabc", "1  d.ogg"),
        (["mv", "1", "4"], "bcda", "4  a.ogg"),
        (["mv", "2", "3"], "acbd", "3  b.ogg"),
        (["clear"], "", "The queue is empty"),
        (["jump", "3"], "abcd", "Playing c.ogg"),
    ],
)
async def test_it_is_edited_by_numbers(
    receiver: FakeReceiver, call: Call, words: list[str], result: str, shown: str
) -> None:
    assert await call("queue", *words) == (0, f"{shown}\n", "")
    assert held(receiver) == result


@pytest.mark.usefixtures("four")
async def test_an_edit_as_json_is_its_result(receiver: FakeReceiver, call: Call) -> None:
    told = json.loads((await call("queue", "add", "http://x/e.ogg", "--json")).out)
    assert told == {"items": [receiver.queue.page(4, 1)[0].id]}
    told = json.loads((await call("--json", "queue", "jump", "2")).out)
    assert told["receipt"]["first_frame"] == 18.4


@pytest.mark.usefixtures("four")
async def test_what_is_added_is_signed(receiver: FakeReceiver, call: Call) -> None:
    await call("queue", "add", "http://x/e.ogg")
    assert receiver.queue.page(4, 1)[0].added_by == myself.myself()


@pytest.mark.parametrize(
    ("environ", "host", "signature"),
    [
        ({"USER": "anna"}, "laptop.local", "anna@laptop"),
        ({"LOGNAME": "anna"}, "laptop", "anna@laptop"),
        ({"USER": "a\udcffn\x1b"}, "laptop", "an@laptop"),
        ({}, "laptop", None),
        ({"USER": "anna"}, "", None),
    ],
)
def test_who_somebody_is(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], host: str, signature: str | None
) -> None:
    for name in ("USER", "LOGNAME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("socket.gethostname", lambda: host)
    assert myself.myself() == signature
    assert myself.signed() == ({"by": signature} if signature else {})


@pytest.mark.usefixtures("four")
async def test_a_move_is_refused_when_the_queue_has_changed_since(
    receiver: FakeReceiver, call: Call
) -> None:
    revision = receiver.queue.revision
    await call("queue", "mv", "2", "3")
    assert [x.revision for x in receiver.commands if isinstance(x, c.QueueMove)] == [revision]
    receiver.refuses[c.QueueMove] = Conflict("The queue was changed meanwhile.")
    outcome = await call("queue", "mv", "2", "3")
    assert outcome == (3, "", "tonearm: The queue was changed meanwhile.\n")


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rm", "5"], "There is no 5 in the queue: it holds 1 to 4."),
        (["rm", "1", "3-5"], "There is no 3-5 in the queue: it holds 1 to 4."),
        (["rm", "3-2"], "There is no 3-2 in the queue"),
        (["rm", "0"], "There is no 0 in the queue"),
        (["rm", "-1"], "'-1' is no number: write 3"),
        (["rm", "two"], "'two' is no number"),
        (["jump", "9"], "There is no 9 in the queue"),
        (["jump", "1-2"], "'1-2' are several: name one."),
        (["mv", "1", "5"], "There is no 5 in the queue"),
        (["add", "--at", "0", "http://x/"], "There is no 0"),
        (["add", "song.ogg"], "song.ogg is no file"),
    ],
)
async def test_what_is_wrong_is_one_line_and_changes_nothing(
    receiver: FakeReceiver, call: Call, words: list[str], told: str
) -> None:
    outcome = await call("queue", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert outcome.err.count("\n") == 1
    assert set(sent(receiver)) <= {c.QueueList}


async def test_what_is_added_to_silence_is_told_how_to_be_heard(
    receiver: FakeReceiver, call: Call
) -> None:
    outcome = await call("queue", "add", "http://x/a.ogg")
    assert outcome.out == "Added 1 item; nothing plays now: `tonearm resume` plays the queue\n"
    assert receiver.state.session.playback == "idle"


@pytest.mark.usefixtures("four")
async def test_what_is_added_may_be_played_at_once(receiver: FakeReceiver, call: Call) -> None:
    words = ("--play", "--next", "http://x/e.ogg", "http://x/f.ogg")
    assert (await call("queue", "add", *words)).out == "Added 2 items\n"
    item = receiver.state.session.item
    assert item is not None
    assert (item.url, held(receiver)) == ("http://x/e.ogg", "aefbcd")


@pytest.mark.usefixtures("four")
async def test_how_it_goes_on_is_told(call: Call) -> None:
    await call("repeat", "all")
    await call("shuffle", "on")
    words = "1 of 4, repeat all, shuffled"
    assert (await call("queue")).out.splitlines()[-1] == words
    assert f"\nqueue  {words}\n" in (await call("status")).out


async def test_a_local_file_is_told_where_it_belongs(call: Call) -> None:
    assert "`tonearm cast`" in (await call("queue", "add", __file__)).err


async def test_nothing_is_there_to_be_named(call: Call) -> None:
    assert "it holds nothing" in (await call("queue", "rm", "1")).err


async def test_a_long_one_is_read_and_edited_in_parts(receiver: FakeReceiver, call: Call) -> None:
    names = [f"http://x/{number}.ogg" for number in range(MAX_ITEMS + 20)]
    await call("cast", *names)
    assert [item.url for item in receiver.queue.page(0, 999)] == names
    assert (await call("queue")).out.count("\n") == MAX_ITEMS + 21
    receiver.commands.clear()
    await call("queue", "rm", f"1-{MAX_ITEMS + 19}")
    assert [item.url for item in receiver.queue.page(0, 999)] == names[-1:]
    assert sent(receiver) == [c.QueueList, c.QueueList, c.QueueRemove, c.QueueRemove]
    item = receiver.state.session.item
    assert item is not None
    assert item.url == names[-1]


async def test_tags_that_came_with_the_item_are_shown(receiver: FakeReceiver, call: Call) -> None:
    entry = c.Entry("http://x/a.ogg", c.KnownTags("Blue"))
    await receiver._edit(c.QueueAdd(id="c", items=[entry]))
    assert (await call("queue")).out == "  1    Blue\n"


@pytest.mark.parametrize(
    "words",
    [["shift"], ["add"], ["rm"], ["mv", "1"], ["jump"], ["add", "--next", "--at", "1", "x://"]],
)
def test_a_wrong_command_line_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["queue", *words])
    err = capsys.readouterr().err
    assert caught.value.code == 2
    assert err.startswith("tonearm queue")
    assert err.count("\n") == 1
