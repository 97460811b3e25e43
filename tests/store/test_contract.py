"""What every store promises."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from receiver.model.moment import Moment
from receiver.store.base import Loaded, Store
from receiver.store.file import FileStore
from receiver.store.mock import MockStore
from receiver.store.mock_disk import MockDisk
from receiver.store.runs import Run
from tests.store.things import RUN, moment, saved


@pytest.fixture(params=["folder", "disk", "mock"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    match request.param:
        case "folder":
            return FileStore(tmp_path / "not" / "there yet")
        case "disk":
            return FileStore(tmp_path, MockDisk())
    return MockStore()


def test_the_first_start_makes_an_id_that_stays(store: Store) -> None:
    first = store.load()
    assert first.lost is None
    assert len(first.saved.receiver_id) == 32
    assert first.saved.moment == Moment(50, muted=False)
    assert store.load() == first


def test_what_was_saved_last_is_loaded(store: Store) -> None:
    store.load()
    for mark in (0, 100, 37):
        assert store.save(saved(mark))
        assert store.load() == Loaded(saved(mark))


def test_what_was_noted_last_is_loaded_with_all_the_rest(store: Store) -> None:
    store.load()
    store.save(saved(1))
    for mark in range(5):
        run = Run("boot", stopped=mark == 3)
        assert store.note(moment(mark), run)
        assert store.load().saved == msgspec.structs.replace(saved(1), moment=moment(mark), run=run)


def test_what_is_saved_counts_more_than_what_was_noted_before(store: Store) -> None:
    store.load()
    store.note(moment(9), RUN)
    store.save(saved(1))
    assert store.load().saved == saved(1)
    store.note(moment(2), RUN)
    assert store.load().saved.moment == moment(2)


def test_a_note_is_kept_by_a_receiver_that_never_saved(store: Store) -> None:
    receiver_id = store.load().saved.receiver_id
    store.note(moment(4), RUN)
    assert store.load().saved.moment == moment(4)
    assert store.load().saved.receiver_id == receiver_id


def test_no_two_receivers_get_the_same_id() -> None:
    assert MockStore().load().saved.receiver_id != MockStore().load().saved.receiver_id


def test_a_broken_card_loses_what_is_saved_and_raises_nothing() -> None:
    store = MockStore()
    first = store.load()
    store.broken = True
    assert not store.save(saved(1))
    assert not store.note(moment(1), RUN)
    assert store.load() == first
    assert (store.saves, store.notes) == (2, 1)
