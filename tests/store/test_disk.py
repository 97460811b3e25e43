"""What every disk promises, and what a loss of power does to one."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.store.disk import Disk, FolderDisk
from receiver.store.mock_disk import BLOCK, MockDisk, PowerCut


@pytest.fixture(params=["folder", "mock"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return FolderDisk(tmp_path / "new" / "folder") if request.param == "folder" else MockDisk()


def test_what_is_written_is_read(disk: Disk) -> None:
    for data in (b"long", b"", b"new"):
        disk.write("a", data)
        disk.sync("a")
        disk.sync_folder()
        assert disk.read("a") == data


def test_a_place_in_a_file_is_written(disk: Disk) -> None:
    disk.write_at("a", 4, b"abcd")
    assert disk.read("a") == b"\0\0\0\0abcd"
    disk.write_at("a", 2, b"xyz")
    assert disk.read("a") == b"\0\0xyzbcd"


def test_a_renamed_file_takes_the_place_of_another(disk: Disk) -> None:
    disk.write("a", b"a")
    disk.write("b", b"b")
    disk.rename("a", "b")
    assert disk.read("b") == b"a"
    with pytest.raises(FileNotFoundError):
        disk.read("a")


def test_what_is_not_there_is_named(disk: Disk) -> None:
    disk.write("b", b"b")
    for call in (lambda: disk.read("a"), lambda: disk.rename("a", "b"), lambda: disk.sync("a")):
        with pytest.raises(FileNotFoundError):
            call()
    assert disk.read("b") == b"b"


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    FolderDisk(tmp_path).write("a", b"http://anna:secret@192.0.2.5/")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def all_of_it(most: int) -> int:
    return most


def nothing(_: int) -> int:
    return 0


def test_what_was_synced_outlives_a_loss_of_power() -> None:
    disk = MockDisk()
    disk.write("a", b"safe")
    disk.sync("a")
    disk.sync_folder()
    disk.write_at("a", 0, b"lost")
    disk.write("b", b"lost")
    disk.cut(nothing)
    assert disk.read("a") == b"safe"
    with pytest.raises(FileNotFoundError):
        disk.read("b")


def test_a_write_may_be_torn_and_its_block_with_it() -> None:
    disk = MockDisk()
    disk.write("a", bytes(2 * BLOCK))
    disk.sync("a")
    disk.sync_folder()
    disk.write_at("a", 10, b"torn")
    answers = iter([2, 1])
    disk.cut(lambda _: next(answers))
    data = disk.read("a")
    assert data[:12] == bytes(10) + b"to"
    assert set(data[12:BLOCK]) == {0xA5}
    assert data[BLOCK:] == bytes(BLOCK), "a block of its own is safe"


def test_a_new_name_may_be_lost_before_the_folder_is_synced() -> None:
    for choose, expected in ((nothing, b"old"), (all_of_it, b"new")):
        disk = MockDisk()
        for name, data in (("a", b"old"), ("b", b"new")):
            disk.write(name, data)
            disk.sync(name)
        disk.sync_folder()
        disk.rename("b", "a")
        disk.cut(choose)
        assert disk.read("a") == expected


def test_the_power_goes_when_it_is_told_to() -> None:
    disk = MockDisk()
    disk.cuts_after = 1
    disk.write("a", b"1")
    with pytest.raises(PowerCut):
        disk.sync("a")
