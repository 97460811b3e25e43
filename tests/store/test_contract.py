"""What every store promises."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from receiver.store.base import Saved, Store
from receiver.store.file import FileStore
from receiver.store.mock import MockStore


@pytest.fixture(params=["file", "mock"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return FileStore(tmp_path / "not" / "there yet") if request.param == "file" else MockStore()


def test_the_first_start_makes_an_id_that_stays(store: Store) -> None:
    first = store.load()
    assert len(first.receiver_id) == 32
    assert store.load() == first
    assert (first.volume_percent, first.muted) == (50, False)


def test_what_was_saved_last_is_loaded(store: Store) -> None:
    for percent in (0, 100, 37):
        saved = msgspec.structs.replace(store.load(), volume_percent=percent, muted=True)
        store.save(saved)
        assert store.load() == saved


def test_no_two_receivers_get_the_same_id() -> None:
    assert MockStore().load().receiver_id != MockStore().load().receiver_id


def test_a_broken_card_loses_what_is_saved_and_raises_nothing() -> None:
    store = MockStore()
    first = store.load()
    store.broken = True
    store.save(Saved(receiver_id=first.receiver_id, volume_percent=1))
    assert store.load() == first
    assert store.saves == 2
