"""What was uploaded: bounded, safe, and there as long as somebody wants it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiver.errors import NoRoom, TooLarge
from receiver.store.uploads import SYNC_EVERY, Bounds, Uploads, id_in

PLENTY = 10**12


def make(folder: Path, each: int = 100, together: int = 250, free: int = PLENTY) -> Uploads:
    """Of a disk with so many free bytes at first, of which 1000 are for others."""

    def free_now(_: Path) -> int:
        return free - sum(on_disk(uploads).values())

    uploads = Uploads(folder / "uploads", Bounds(each, together, 1000), free_now)
    uploads.base = lambda: "http://10.0.0.7:7766/"
    uploads.load()
    return uploads


async def put(uploads: Uploads, data: bytes, size: int | None = None) -> str:
    """Its id."""
    async with uploads.receive(size) as draft:
        for start in range(0, len(data), 40):
            await draft.write(data[start : start + 40])
    return draft.id


def on_disk(uploads: Uploads) -> dict[str, int]:
    """The files that are really there."""
    folder = uploads._folder
    return {file.name: file.stat().st_size for file in folder.iterdir()} if folder.exists() else {}


async def test_what_comes_in_is_there_and_stays_over_a_restart(tmp_path: Path) -> None:
    uploads = make(tmp_path)
    file_id = await put(uploads, b"x" * 90, 90)
    for found in (uploads, make(tmp_path)):
        path = found.path(file_id)
        assert path is not None
        assert path.read_bytes() == b"x" * 90
        assert path.stat().st_mode & 0o777 == 0o600
    assert uploads.path("0" * 32) is None
    assert uploads.coming == 0


async def test_it_is_known_by_its_address_whatever_the_receiver_is_called(tmp_path: Path) -> None:
    uploads = make(tmp_path)
    file_id = await put(uploads, b"x")
    url = uploads.address(file_id, "a%20b.ogg")
    assert url == f"http://10.0.0.7:7766/v1/uploads/{file_id}/a%20b.ogg"
    for known in (url, url.replace("10.0.0.7:7766", "[fe80::1]"), url + "?x#y"):
        assert uploads.file_of(known) == uploads.path(file_id)
    for other in (
        "http://10.0.0.7:7766/a.ogg",
        url.replace("uploads", "downloads"),
        url.replace("a%20b.ogg", "x/y"),
        url.replace(file_id, file_id[1:]),
        url.replace(file_id, ".."),
        "http://[/v1/uploads/",
        f"http://10.0.0.8/v1/uploads/{'0' * 32}/a.ogg",
    ):
        assert uploads.file_of(other) is None
    gone = uploads.file_of(url.replace(file_id, "0" * 32))
    assert gone is not None
    assert not gone.exists()


async def test_what_is_too_large_is_refused_as_early_as_it_is_known(tmp_path: Path) -> None:
    uploads = make(tmp_path)
    with pytest.raises(TooLarge, match="upload_mb"):
        await put(uploads, b"", 101)
    assert not (tmp_path / "uploads").exists()
    with pytest.raises(TooLarge):
        await put(uploads, b"x" * 101)
    assert on_disk(uploads) == {}
    await put(uploads, b"x" * 100)


async def test_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    uploads = make(tmp_path)

    async def lose() -> None:
        async with uploads.receive(None) as draft:
            await draft.write(b"x" * 40)
            assert list(on_disk(uploads).values()) == [40]
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await lose()
    assert on_disk(uploads) == {}
    assert uploads.coming == 0


async def test_what_was_never_whole_is_gone_after_a_power_cut(tmp_path: Path) -> None:
    uploads = make(tmp_path)
    file_id = await put(uploads, b"x" * 40)
    (tmp_path / "uploads" / f"{'1' * 32}.part").write_bytes(b"y")
    (tmp_path / "uploads" / "notes").write_bytes(b"somebody else's")
    make(tmp_path)
    assert on_disk(uploads).keys() == {file_id, "notes"}


async def test_the_oldest_that_nobody_wants_makes_room(tmp_path: Path) -> None:
    uploads = make(tmp_path)
    first, second = [await put(uploads, b"x" * 100) for _ in range(2)]
    uploads.path(first)
    third = await put(uploads, b"x" * 100, 100)
    assert on_disk(uploads).keys() == {first, third}, "the second was used longest ago"
    uploads.wanted = lambda: ["http://radio.example/", uploads.address(first, "a.ogg")]
    fourth = await put(uploads, b"x" * 100)
    assert on_disk(uploads).keys() == {first, fourth}
    uploads.wanted = lambda: [uploads.address(held, "a.ogg") for held in (first, fourth)]
    with pytest.raises(NoRoom, match="queue"):
        await put(uploads, b"x" * 51, 51)
    assert on_disk(uploads).keys() == {first, fourth}
    await put(uploads, b"x" * 50)
    assert second not in on_disk(uploads)


async def test_the_age_is_known_after_a_restart(tmp_path: Path) -> None:
    uploads = make(tmp_path)
    names = [await put(uploads, b"x" * 100) for _ in range(2)]
    for age, name in enumerate(names):
        os.utime(tmp_path / "uploads" / name, (1000 - age, 1000 - age))
    again = make(tmp_path)
    await put(again, b"x" * 100)
    assert names[0] in on_disk(again)
    assert names[1] not in on_disk(again)


async def test_those_on_their_way_count(tmp_path: Path) -> None:
    uploads = make(tmp_path, together=150)
    async with uploads.receive(100):
        with pytest.raises(NoRoom):
            await put(uploads, b"x" * 60)
        await put(uploads, b"x" * 50)


@pytest.mark.parametrize("told", [True, False])
async def test_the_disk_is_never_filled(tmp_path: Path, told: bool) -> None:
    uploads = make(tmp_path, free=1080)
    with pytest.raises(NoRoom):
        await put(uploads, b"x" * 100, 100 if told else None)
    assert on_disk(uploads) == {}


async def test_a_disk_that_is_full_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uploads = make(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    uploads._disk.write_at = full  # type: ignore[method-assign]
    with pytest.raises(NoRoom, match="No space left"):
        await put(uploads, b"x")
    assert on_disk(uploads) == {}
    assert "cannot be kept" in caplog.text


@pytest.mark.parametrize("error", [errno.EIO, errno.ELOOP, errno.ENOTDIR, errno.EACCES])
async def test_a_folder_that_cannot_be_read_keeps_no_receiver_from_starting(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    error: int,
) -> None:
    await put(make(tmp_path), b"x" * 40)

    def broken(_: Path) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr("receiver.store.uploads.os.scandir", broken)
    assert make(tmp_path)._held == {}
    assert f"uploads cannot be read: {os.strerror(error)}" in caplog.text


async def test_a_file_in_the_place_of_the_folder_is_told_of_and_takes_no_uploads(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "uploads").write_bytes(b"")
    uploads = Uploads(tmp_path / "uploads", Bounds(100, 250, 0))
    uploads.load()
    assert "Not a directory" in caplog.text
    with pytest.raises(NoRoom, match="File exists"):
        await put(uploads, b"x")


async def test_a_file_that_cannot_be_read_leaves_the_others_known(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uploads = make(tmp_path)
    first, second = [await put(uploads, b"x" * 40) for _ in range(2)]
    damaged = tmp_path / "uploads" / ("0" * 32)
    damaged.symlink_to(damaged)
    again = make(tmp_path)
    assert again._held.keys() == {first, second}
    assert f"{damaged}: an upload cannot be used: Too many levels" in caplog.text


async def test_a_long_file_is_written_as_it_comes(tmp_path: Path) -> None:
    uploads = make(tmp_path, 3 * SYNC_EVERY, 3 * SYNC_EVERY)
    synced: list[str] = []
    really = uploads._disk.sync
    uploads._disk.sync = lambda name: (synced.append(name), really(name))[1]  # type: ignore[method-assign,func-returns-value]
    async with uploads.receive(None) as draft:
        for _ in range(5):
            await draft.write(bytes(SYNC_EVERY // 2))
    assert len(synced) == 2 + 1


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    for url in (text, f"http://a/v1/uploads/{text}", f"/v1/uploads/{'0' * 32}{text}"):
        found = id_in(url)
        assert found is None or (len(found) == 32 and found in url)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 120), max_size=12), kept=st.integers(0, 3))
async def test_whatever_comes_the_bounds_hold(tmp_path: Path, sizes: list[int], kept: int) -> None:
    uploads = make(tmp_path)
    wanted: list[str] = []
    uploads.wanted = lambda: wanted
    for size in sizes:
        try:
            file_id = await put(uploads, b"x" * size)
        except (NoRoom, TooLarge):
            pass
        else:
            wanted.append(uploads.address(file_id, "a"))
            del wanted[: -kept or None]
        there = on_disk(uploads)
        assert sum(there.values()) <= 250
        assert {id_in(url) for url in wanted} <= there.keys()
    for name in on_disk(uploads):
        (tmp_path / "uploads" / name).unlink()
