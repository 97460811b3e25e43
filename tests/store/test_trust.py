"""The file of the pairings: whole or the one before, and a broken one opens no door."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.model.trust import Pairing, Trusted
from receiver.store.mock_disk import MockDisk
from receiver.store.trust import FILE_NAME, TrustFile

PHONE = Pairing(id="0a1b2c3d", name="Phone", role="owner", digest="0" * 64, created=1, seen=2)
TRUSTED = Trusted(pairings=[PHONE], begun=True)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = TrustFile(tmp_path)
    assert file.load() == Trusted()
    assert file.save(TRUSTED)
    assert TrustFile(tmp_path).load() == TRUSTED
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


def test_a_broken_file_falls_back_on_the_one_before(tmp_path: Path) -> None:
    file = TrustFile(tmp_path)
    file.save(TRUSTED)
    file.save(Trusted(begun=True))
    (tmp_path / FILE_NAME).write_bytes(b"{")
    assert TrustFile(tmp_path).load() == TRUSTED


@given(st.binary(max_size=200))
def test_without_a_file_that_is_whole_nobody_is_trusted_and_no_door_opens(data: bytes) -> None:
    disk = MockDisk()
    disk.write(FILE_NAME, data)
    assert TrustFile(Path("/nowhere"), disk).load() == Trusted(begun=True)


def test_a_full_disk_is_said_and_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    disk = MockDisk()
    disk.error = MockDisk.full()
    assert not TrustFile(Path("/nowhere"), disk).save(TRUSTED)
    assert "cannot be written" in caplog.text
