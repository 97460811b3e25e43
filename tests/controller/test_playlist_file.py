"""Playlist files of this computer: what they name, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.cli.named import wanted
from controller.playlist_file import read
from controller.wanted import Wanted
from receiver.errors import BadRequest, TonearmError, Unplayable, UnsupportedFormat
from receiver.protocol.limits import MAX_QUEUE


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder with two sides of a record."""
    folder = tmp_path / "music"
    (folder / "Side A").mkdir(parents=True)
    for name in ("Side A/1 é.ogg", "2.ogg"):
        (folder / name).touch()
    return folder


def put(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def named(found: list[Wanted], folder: Path) -> list[str]:
    return [one.what.replace(f"{folder}/", "") for one in found]


def test_paths_are_seen_from_the_list_and_urls_are_as_they_are(music: Path) -> None:
    lines = ["#EXTM3U", "#EXTINF:5,Miles - Blue", "Side A/1 é.ogg", f"{music}/2.ogg"]
    lines += [(music / "Side A" / "1 é.ogg").as_uri(), "http://x/a b.ogg", "rtsp://x/"]
    found = read(put(music / "list.m3u", "\r\n".join(lines)))
    first = "Side A/1 é.ogg"
    assert named(found, music) == [first, "2.ogg", first, "http://x/a b.ogg", "rtsp://x/"]
    assert [one.is_file for one in found] == [True, True, True, False, False]
    assert found[0].entry("http://y/") == {
        "url": "http://y/",
        "tags": {"title": "Blue", "artist": "Miles"},
        "duration_ms": 5000.0,
    }
    assert found[1].entry("http://y/") == {"url": "http://y/"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.pls", "[playlist]\nFile1=Side A/1 é.ogg\n"),
        (
            "a.xspf",
            """<playlist xmlns="http://xspf.org/ns/0/"><trackList><track>
            <location>Side%20A/1%20%C3%A9.ogg</location></track></trackList></playlist>""",
        ),
        ("a.JSPF", '{"playlist": {"track": [{"location": ["Side%20A/1%20%C3%A9.ogg"]}]}}'),
        ("a.m3u8", "\ufeffSide A/1 é.ogg"),
        ("a.m3u", "Side A/1 é.ogg".encode("latin-1")),
    ],
)
def test_each_kind_names_files_in_its_own_way(music: Path, name: str, text: str | bytes) -> None:
    assert named(read(put(music / name, text)), music) == ["Side A/1 é.ogg"]


def test_words_files_and_lists_stand_in_order(music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(music / "list.m3u", "Side A/1 é.ogg\nhttp://x/b.m3u")
    monkeypatch.chdir(music)
    words = ["http://x/a", "list.m3u", "2.ogg", (music / "2.ogg").as_uri()]
    assert [one.what for one in wanted(words)] == [
        "http://x/a", "Side A/1 é.ogg", "http://x/b.m3u", "2.ogg", f"{music}/2.ogg",
    ]  # fmt: skip


def test_lists_in_lists_are_three_deep_and_have_an_end(music: Path) -> None:
    for number in range(1, 5):
        put(music / f"{number}.m3u", f"2.ogg\n{number + 1}.m3u")
    put(music / "4.m3u", "2.ogg")
    assert named(read(str(music / "2.m3u")), music) == ["2.ogg"] * 3
    with pytest.raises(BadRequest, match=r"entry 2: .*4\.m3u: .*more than 3 deep"):
        read(str(music / "1.m3u"))
    put(music / "3.m3u", "./2.m3u")
    with pytest.raises(BadRequest, match="comes back to itself"):
        read(str(music / "2.m3u"))


@pytest.mark.parametrize(
    ("name", "text", "error", "told"),
    [
        ("a.m3u", "2.ogg\nSide A/3.ogg", BadRequest, r"a\.m3u, entry 2: .*A/3\.ogg is no file"),
        ("a.m3u", "Side A", BadRequest, r"entry 1: .*Side A is a folder"),
        ("a.m3u", "file://[nas/1.ogg", BadRequest, r"entry 1: .*no valid URL"),
        ("a.m3u", "file://nas/1.ogg", BadRequest, r"entry 1: .*another computer, nas"),
        ("a.m3u", "", BadRequest, r"a\.m3u names nothing"),
        ("a.m3u", "#EXTM3U\n# nothing\n", BadRequest, "names nothing"),
        ("a.m3u", "2.ogg".encode("utf-16"), BadRequest, r"a\.m3u is no playlist.*UTF-8"),
        ("a.pls", "2.ogg", BadRequest, r"a\.pls is no playlist"),
        ("a.xspf", '<playlist xmlns="http://xspf.org/ns/0/">', Unplayable, r"a\.xspf: .*damaged"),
        ("a.m3u", "#EXTM3U\n#EXT-X-TARGETDURATION:1\na.ts", UnsupportedFormat, r"a\.m3u: .*HLS"),
        ("a.m3u", b"http://x/\n" * (MAX_QUEUE + 1), Unplayable, "more than 10000"),
        ("a.m3u", b"#" * (5 << 20), BadRequest, "more than 4 MiB"),
        ("a.m3u", "a.m3u\n" * 3, BadRequest, "comes back to itself"),
    ],
)
def test_what_is_wrong_is_named(
    music: Path, name: str, text: str | bytes, error: type[TonearmError], told: str
) -> None:
    with pytest.raises(error, match=told):
        read(put(music / name, text))


def test_all_together_they_fit_into_a_queue(music: Path) -> None:
    path = put(music / "a.m3u", b"http://x/\n" * 6000)
    with pytest.raises(BadRequest, match="12000; the queue holds 10000"):
        wanted([path, path])
    put(music / "b.m3u", "a.m3u\na.m3u")
    with pytest.raises(BadRequest, match="names more than 10000"):
        read(str(music / "b.m3u"))
