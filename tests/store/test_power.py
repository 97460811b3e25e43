"""The power goes in the middle of a save: whatever of it reached the card, the speaker starts, and
remembers what was saved before or what was being saved.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.store.base import Saved
from receiver.store.file import FileStore
from receiver.store.mock_disk import MockDisk, PowerCut
from tests.store.things import RUN, moment, saved

FOLDER = Path("nowhere")
Step = Callable[[FileStore], object]
WRITES: dict[str, Step] = {
    "save": lambda store: store.save(saved(5)),
    "note": lambda store: store.note(moment(5), RUN),
}
MOST_CALLS = 5
"""Of the disk, in one save: to write, to sync, two names, and to sync the folder."""


def used(before: list[str]) -> MockDisk:
    """A disk with which a receiver was used for a while."""
    disk = MockDisk()
    store = FileStore(FOLDER, disk)
    store.load()
    store.save(saved(1))
    for what in before:
        store.save(saved(2)) if what == "save" else store.note(moment(3), RUN)
    return disk


def cut_in(disk: MockDisk, write: Step, after: int, choose: Callable[[int], int]) -> Saved:
    """What is loaded when the power went `after` so many calls of the disk in a write."""
    store = FileStore(FOLDER, disk)
    store.load()
    disk.calls, disk.cuts_after = 0, after
    with contextlib.suppress(PowerCut):
        write(store)
    disk.cut(choose)
    loaded = FileStore(FOLDER, disk).load()
    assert loaded.lost is None, "nothing to complain of: that is what the files are made for"
    return loaded.saved


BEFORE = [list(words) for n in range(3) for words in itertools.product(("save", "note"), repeat=n)]


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("before", BEFORE, ids="-".join)
@settings(max_examples=40)
@given(after=st.integers(0, MOST_CALLS), data=st.data())
def test_a_write_is_done_or_not_done(
    what: str, before: list[str], after: int, data: st.DataObject
) -> None:
    old = FileStore(FOLDER, used(before)).load().saved

    done = used(before)
    store = FileStore(FOLDER, done)
    store.load()
    WRITES[what](store)
    new = FileStore(FOLDER, done).load().saved
    assert new != old or (what == "note" and "note" in before)

    found = cut_in(used(before), WRITES[what], after, lambda n: data.draw(st.integers(0, n)))
    assert found in (old, new)
    if after >= MOST_CALLS:
        assert found == new
    again = used(before)
    cut_in(again, WRITES[what], after, lambda n: data.draw(st.integers(0, n)))
    store = FileStore(FOLDER, again)
    store.load()
    assert store.save(saved(8)), "and all goes on as before"
    assert FileStore(FOLDER, again).load().saved == saved(8)


def test_a_note_torn_at_any_byte_leaves_the_one_before() -> None:
    probe = used([])
    written = probe.written
    FileStore(FOLDER, probe).note(moment(4), RUN)
    size = probe.written - written
    for torn, garbage in itertools.product(range(size), (0, 1)):
        disk = used(["note"])
        answers = iter([torn, garbage])
        found = cut_in(disk, WRITES["note"], 0, lambda _, a=answers: next(a))
        assert found.moment == moment(3), f"torn at byte {torn} of {size}"


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(WRITES)), st.integers(0, 7)), max_size=8), st.data()
)
def test_one_loss_of_power_after_the_other(
    cuts: list[tuple[str, int]], data: st.DataObject
) -> None:
    disk = used([])
    known = {1, 5}
    for what, after in cuts:
        found = cut_in(disk, WRITES[what], after, lambda n: data.draw(st.integers(0, n)))
        assert found.receiver_id == saved().receiver_id
        assert len(found.rows) == 3
        assert found.moment.position_ms in known


def test_the_first_start_is_cut_too() -> None:
    for after, part in itertools.product(range(MOST_CALLS + 1), range(300)):
        disk = MockDisk()
        disk.cuts_after = after
        with contextlib.suppress(PowerCut):
            FileStore(FOLDER, disk).load()
        disk.cut(lambda n, p=part: p % (n + 1))
        assert len(FileStore(FOLDER, disk).load().saved.receiver_id) == 32
