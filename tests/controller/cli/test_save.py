"""`tonearm queue save`, and casting what was saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller import lent
from controller.cli.save import write_new
from receiver.errors import BadRequest
from receiver.model.state import Item, Tags
from receiver.protocol.limits import MAX_ITEMS
from tests.controller.cli.conftest import Call
from tests.controller.cli.process import Tonearm
from tests.controller.fake_receiver import FakeReceiver


def fill(receiver: FakeReceiver, count: int) -> list[Item]:
    items = [
        Item(f"i-{n}", f"http://x/{n}.ogg", Tags(f"Track {n}", "Miles"), 1000.0 * (n + 1))
        for n in range(count)
    ]
    receiver.queue.add(items)
    return items


def facts(items: list[Item]) -> list[tuple[str, Tags, float | None]]:
    return [(item.url, item.tags, item.duration_ms) for item in items]


@pytest.mark.parametrize("name", ["a.m3u8", "a.m3u", "a.pls", "a.xspf", "a.jspf", "a"])
async def test_what_was_saved_can_be_cast_again(
    receiver: FakeReceiver, call: Call, tmp_path: Path, name: str
) -> None:
    items = fill(receiver, MAX_ITEMS + 20)
    path = str(tmp_path / name)
    saved = path if "." in name else f"{path}.m3u8"
    shown = f"Saved {MAX_ITEMS + 20} items to {saved}\n"
    assert await call("queue", "save", path) == (0, shown, "")
    await call("queue", "clear")
    assert (await call("cast", saved)).code == 0
    assert facts(receiver.queue.page(0, 999)) == facts(items)
    assert receiver.queue.state.index == 0
    await call("queue", "clear")
    assert (await call("queue", "add", saved)).code == 0
    assert facts(receiver.queue.page(0, 999)) == facts(items)


async def test_to_the_standard_output(receiver: FakeReceiver, call: Call) -> None:
    fill(receiver, 1)
    outcome = await call("queue", "save", "-")
    assert outcome == (0, "#EXTM3U\n#EXTINF:1,Miles - Track 0\nhttp://x/0.ogg\n", "")


async def test_a_file_that_is_there_stays(
    receiver: FakeReceiver, call: Call, tmp_path: Path
) -> None:
    fill(receiver, 1)
    path = tmp_path / "a.m3u8"
    path.write_text("mine")
    outcome = await call("queue", "save", str(path))
    assert (outcome.code, path.read_text()) == (2, "mine")
    assert "is there already; --force writes over it." in outcome.err
    told = json.loads((await call("queue", "save", "--force", "--json", str(path))).out)
    assert told == {"file": str(path), "items": 1, "passing": []}
    assert path.read_text().startswith("#EXTM3U")
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["a.m3u8"]


@pytest.mark.parametrize("force", [False, True])
def test_where_nothing_can_be_written_nothing_is_left(tmp_path: Path, force: bool) -> None:
    with pytest.raises(BadRequest, match="cannot be written: No such file"):
        write_new(str(tmp_path / "none" / "a.m3u8"), b"", force)
    (tmp_path / "a.m3u8").mkdir()
    with pytest.raises(BadRequest, match="is no file" if force else "is there already"):
        write_new(str(tmp_path / "a.m3u8"), b"", force)
    assert [p.name for p in tmp_path.iterdir()] == ["a.m3u8"]


async def test_nothing_is_not_saved(call: Call, tmp_path: Path) -> None:
    outcome = await call("queue", "save", str(tmp_path / "a.m3u8"))
    assert outcome == (2, "", "tonearm: The queue is empty; there is nothing to save.\n")


async def test_a_file_that_is_cast_from_here_is_named_by_its_path(
    receiver: FakeReceiver, call: Call, tmp_path: Path
) -> None:
    track = tmp_path / "blue #1.ogg"
    track.write_bytes(b"OggS")
    async with Tonearm("cast", "http://x/a.ogg", str(track), "-d", receiver.address) as process:
        await process.shows("playing, a.ogg")
        outcome = await call("queue", "save", "-")
    assert outcome == (0, f"#EXTM3U\nhttp://x/a.ogg\n{track}\n", "")


async def test_what_another_computer_lends_is_warned_of(receiver: FakeReceiver, call: Call) -> None:
    url = "http://192.0.2.9:4711/abcdefghijklmnopqrst-_/blue.ogg"
    receiver.queue.add([Item("i-1", url)])
    outcome = await call("queue", "save", "-")
    assert (outcome.code, outcome.out) == (0, f"#EXTM3U\n{url}\n")
    assert outcome.err.startswith("tonearm: 1 item of it can be had only while")
    assert url in outcome.err


def test_lent_files_are_remembered_and_a_broken_memory_is_none(state_home: Path) -> None:
    lent.remember({"http://a/1": "/one"})
    lent.remember({"http://a/2": "/two"})
    assert lent.recall() == {"http://a/1": "/one", "http://a/2": "/two"}
    for broken in ("", "[]", '{"a": 1}', "{"):
        (state_home / "tonearm" / "lent.json").write_text(broken)
        assert lent.recall() == {}
