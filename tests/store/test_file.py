"""The store in a file: torn and foreign files, full cards, loss of power."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.store.base import Saved, first_start
from receiver.store.file import FILE_NAME, FileStore

GOOD = Saved(receiver_id="0123456789abcdef" * 2, volume_percent=30, muted=True)


def full_card(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"receiver_id": "0123',
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"volume_percent": 30}',
        b'{"receiver_id": "../../etc", "volume_percent": 30}',
        b'{"receiver_id": "0123456789abcdef0123456789abcdef", "volume_percent": 3000}',
    ],
)
def test_a_file_that_is_not_ours_is_set_aside(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    fresh = FileStore(tmp_path).load()
    assert fresh.volume_percent == 50
    assert (tmp_path / f"{FILE_NAME}.broken").read_bytes() == content
    assert "is not ours" in caplog.text
    assert FileStore(tmp_path).load() == fresh


@given(st.binary(max_size=200))
def test_no_content_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("state")
    (folder / FILE_NAME).write_bytes(content)
    assert FileStore(folder).load().receiver_id


def test_a_field_of_a_newer_version_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(f'{{"receiver_id": "{GOOD.receiver_id}", "queue": [1]}}')
    assert FileStore(tmp_path).load() == Saved(receiver_id=GOOD.receiver_id)


@pytest.mark.parametrize(("owner", "call"), [(os, "fsync"), (Path, "replace")])
def test_a_save_that_fails_leaves_what_was_there_and_nothing_beside_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    owner: object,
    call: str,
) -> None:
    store = FileStore(tmp_path)
    store.save(GOOD)
    with monkeypatch.context() as card:
        card.setattr(owner, call, full_card)
        for _ in range(3):
            store.save(first_start())
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]
    assert store.load() == GOOD
    assert caplog.text.count("No space left") == 1


def test_it_complains_again_after_it_has_worked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = FileStore(tmp_path)
    for _ in range(2):
        with monkeypatch.context() as card:
            card.setattr(os, "fsync", full_card)
            store.save(GOOD)
        store.save(GOOD)
    assert caplog.text.count("No space left") == 2


def test_a_file_that_cannot_be_read_now_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = FileStore(tmp_path)
    store.save(GOOD)
    with monkeypatch.context() as card:
        card.setattr(Path, "read_bytes", full_card)
        assert store.load() != GOOD
    assert store.load() == GOOD
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_the_file_is_synced_before_it_takes_the_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        order.append("folder" if Path(f"/proc/self/fd/{handle}").resolve().is_dir() else "file")
        fsync(handle)

    def renamed(path: Path, target: Path) -> Path:
        order.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    FileStore(tmp_path).save(GOOD)
    assert order == ["file", "rename", "folder"]
