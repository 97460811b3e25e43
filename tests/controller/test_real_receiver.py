"""Every command of the command line against a receiver process, with its audio process."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.client import Client
from controller.file_server import FileServer
from controller.known import Memory
from tests.controller.cli.process import Outcome, Tonearm, tonearm
from tests.rig.receiver_process import ReceiverProcess

TUNE = Path(__file__).parents[2] / "controller" / "demo" / "tune.ogg"
TITLE = "Tonearm - Needle Drop"


@pytest.fixture
def speaker(tmp_path: Path) -> Iterator[ReceiverProcess]:
    with ReceiverProcess(tmp_path, "--audio", "mock", "--name", "Kitchen") as process:
        yield process


@pytest.fixture
async def client(speaker: ReceiverProcess) -> AsyncIterator[Client]:
    async with Client("127.0.0.1", speaker.port) as client:
        yield client


@pytest.fixture
async def url(client: Client) -> AsyncIterator[str]:
    """The tune, over HTTP."""
    async with FileServer([str(TUNE)], client.address) as server:
        yield server.files[0].url


async def call(speaker: ReceiverProcess, *words: str) -> str:
    """Run one command, which works, and return what it prints."""
    outcome = await tonearm("-d", f"127.0.0.1:{speaker.port}", *words)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out


async def status(speaker: ReceiverProcess) -> Any:
    return json.loads(await call(speaker, "status", "--json"))


async def test_a_session_command_by_command(speaker: ReceiverProcess, url: str) -> None:
    assert "\nidle\n" in await call(speaker, "status")
    assert await call(speaker, "volume", "40") == "Volume 40 %\n"
    assert await call(speaker, "volume", "+5") == "Volume 45 %\n"
    assert await call(speaker, "volume", "-10") == "Volume 35 %\n"
    assert await call(speaker, "volume") == "Volume 35 %\n"
    assert await call(speaker, "mute") == "Muted\n"
    assert await call(speaker, "mute", "off") == "Not muted\n"

    assert "first frame" in await call(speaker, "cast", "-v", url)
    assert (await call(speaker, "toggle")).startswith("Paused at 0:0")
    assert (await call(speaker, "seek", "0:20")).startswith("Paused at 0:20")
    assert (await call(speaker, "seek", "-5")).startswith("Paused at 0:15")
    assert f"\npaused  {TITLE}\nposition  0:15 of 0:40\n" in await call(speaker, "status")
    assert (await call(speaker, "resume")).startswith("Playing at 0:15")
    assert (await call(speaker, "pause")).startswith("Paused at 0:1")
    assert await call(speaker, "stop") == "Idle\n"
    assert (await status(speaker))["state"]["session"]["item"] is None


async def test_a_cast_begins_where_it_is_told(speaker: ReceiverProcess, url: str) -> None:
    told = json.loads(await call(speaker, "cast", "--json", "--start", "0:25", "--paused", url))
    assert told["receipt"]["first_block"] > 0
    now = await status(speaker)
    assert now["state"]["session"]["playback"] == "paused"
    assert now["position_ms"] == pytest.approx(25_000, abs=1)


async def test_the_position_shown_runs_with_the_music(
    speaker: ReceiverProcess, client: Client, url: str
) -> None:
    await call(speaker, "cast", url)
    async with Tonearm("watch", "-d", f"127.0.0.1:{speaker.port}", terminal=True) as process:
        await process.shows_match(rf"▶ {TITLE}  0:(\d\d) .*  0:(?!\1)\d\d ")
        await process.shows("dBFS")
        process.interrupt()
        assert (await process.ends()).code == 0


async def test_a_list_of_files_is_played_to_its_end(speaker: ReceiverProcess) -> None:
    words = ("cast", "--start", "0:39", str(TUNE), str(TUNE), "-d", f"127.0.0.1:{speaker.port}")
    async with Tonearm(*words) as process:
        await process.shows(f"playing, {TITLE}, 0:39 of 0:40")
        await process.shows(f"playing, {TITLE}, 0:00 of 0:40")
        await call(speaker, "seek", "0:39")
        outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")
    assert (await status(speaker))["state"]["session"]["playback"] == "idle"


async def test_a_playlist_file_is_played_to_its_end(
    speaker: ReceiverProcess, tmp_path: Path
) -> None:
    album = tmp_path / "album.m3u"
    album.write_text(f"#EXTM3U\n#EXTINF:40,First\n{TUNE}\n#EXTINF:40,Second\n{TUNE}\n")
    words = ("cast", "--start", "0:39", str(album), "-d", f"127.0.0.1:{speaker.port}")
    async with Tonearm(*words) as process:
        await process.shows("0:39 of 0:40, 1 of 2, volume")
        saved = (await call(speaker, "queue", "save", "-")).splitlines()
        assert [line for line in saved if not line.startswith("#")] == [str(TUNE)] * 2
        await process.shows(f"playing, {TITLE}, 0:00 of 0:40, 2 of 2")
        await call(speaker, "seek", "0:39")
        outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")
    assert await call(speaker, "queue") == "The queue is empty\n"


async def test_what_ends_at_once_is_followed(
    speaker: ReceiverProcess, client: Client, url: str
) -> None:
    """The first of several may be over before its cast is answered."""
    await call(speaker, "cast", "--start", "0:39.99", url, url)
    async for state in client.changes():
        if state.session.queue.index == 1 and state.session.playback == "playing":
            return


async def queued(speaker: ReceiverProcess) -> list[Any]:
    rows = (await call(speaker, "queue", "--json")).splitlines()
    return [json.loads(row) for row in rows]


async def test_a_queue_command_by_command(
    speaker: ReceiverProcess, client: Client, url: str
) -> None:
    assert await call(speaker, "cast", url, url) == ""
    one, two = (row["id"] for row in await queued(speaker))
    assert await call(speaker, "next") == f"Playing {TITLE}\n"
    assert [row["current"] for row in await queued(speaker)] == [False, True]
    assert await call(speaker, "queue") == (f"  1  0:40  {TITLE}\n* 2  0:40  {TITLE}\n2 of 2\n")
    assert await call(speaker, "previous") == f"Playing {TITLE}\n"
    assert [row["current"] for row in await queued(speaker)] == [True, False]

    assert await call(speaker, "queue", "add", url) == "Added 1 item\n"
    three = (await queued(speaker))[2]["id"]
    assert (await call(speaker, "queue", "mv", "3", "1")).startswith("1  ")
    assert [row["id"] for row in await queued(speaker)] == [three, one, two]
    assert await call(speaker, "repeat", "all") == "Repeat all\n"
    assert await call(speaker, "shuffle", "on") == "Shuffle on\n"
    assert await call(speaker, "shuffle", "off") == "Shuffle off\n"
    assert (await call(speaker, "queue", "jump", "3")).startswith("Playing ")
    assert await call(speaker, "next") == f"Playing {TITLE}\n"
    assert [row["current"] for row in await queued(speaker)] == [True, False, False]

    assert await call(speaker, "queue", "rm", "1-2") == "Removed 2 items\n"
    assert [item.id for item in await client.queue.items()] == [two]
    assert (await client.status()).session.queue.repeat == "all"
    assert await call(speaker, "queue", "clear") == "The queue is empty\n"
    assert (await tonearm("next")).code == 3


async def test_a_queue_from_a_program(client: Client, url: str) -> None:
    await client.play(url, paused=True)
    two, three = await client.queue.add([url, url])
    receipt = await client.next()
    assert receipt is not None
    assert receipt.first_frame is not None
    assert client.state.session.item is not None
    assert client.state.session.item.id == two
    await client.queue.jump(three, 39_000.0)
    assert await client.next() is None
    assert (await client.status()).session.playback == "idle"
    assert [item.id for item in await client.queue.items()][1:] == [two, three]


async def test_a_queue_is_watched_to_its_end(speaker: ReceiverProcess, url: str) -> None:
    device = ("-d", f"127.0.0.1:{speaker.port}")
    words = ("cast", "--start", "0:38", url, url, *device)
    async with Tonearm(*words, terminal=True) as process:
        await process.shows_match(rf"▶ {TITLE}  0:3[89] .*▶ {TITLE}  0:00 ")
        await call(speaker, "seek", "0:39")
        outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")
    assert (await status(speaker))["state"]["session"]["playback"] == "idle"


async def test_a_file_plays_on_when_it_has_been_fetched(speaker: ReceiverProcess) -> None:
    """The tune is small enough for the receiver to hold all of it."""
    words = ("cast", str(TUNE), "-d", f"127.0.0.1:{speaker.port}")
    async with Tonearm(*words) as process:
        await process.shows("playing, ")
        process.interrupt()
        outcome = await process.ends()
    assert (outcome.code, outcome.err) == (0, "")
    assert "The speaker has the whole file" in outcome.out
    assert (await status(speaker))["state"]["session"]["playback"] == "playing"


@pytest.mark.parametrize(
    ("what", "code", "told"),
    [
        ("http://127.0.0.1:9/a.ogg", 4, "127.0.0.1"),
        ("ftp://127.0.0.1/a.ogg", 2, "http"),
        (__file__, 5, "Vorbis"),
    ],
)
async def test_what_does_not_work_says_so(
    speaker: ReceiverProcess, what: str, code: int, told: str
) -> None:
    outcome = await tonearm("cast", what, "-d", f"127.0.0.1:{speaker.port}")
    assert outcome.code == code
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


async def test_nothing_plays(speaker: ReceiverProcess) -> None:
    await call(speaker, "status")
    for words in (["pause"], ["resume"], ["toggle"], ["seek", "5"]):
        assert (await tonearm(*words)).code == 3


async def test_it_is_found_by_its_name_and_remembered(tmp_path: Path) -> None:
    name = f"Test {uuid.uuid4().hex[:8]}"
    with ReceiverProcess(tmp_path, "--audio", "mock", "--name", name, mdns=True) as process:
        outcome = await tonearm("-d", name, "volume", "30")
        assert outcome == Outcome(0, "Volume 30 %\n", "")
        known = Memory().default()
        assert known is not None
        assert (known.name, known.address.port) == (name, process.port)
        assert name in (await tonearm("discover")).out
    outcome = await tonearm("--json", "discover", "-d", name)
    assert outcome.code == 7
