"""The history on the disk: what is kept through a loss of power, and how much is written for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.model.history import Played
from receiver.model.state import Item, Tags
from receiver.protocol.limits import MAX_HISTORY
from receiver.session.history import History
from receiver.store.chronicle import BURST, BYTES_PER_HOUR, QUIET_S, Chronicle
from receiver.store.disk import FolderDisk
from receiver.store.history_file import FILE_NAMES, HistoryFile, line_of
from receiver.store.mock_disk import MockDisk, PowerCut

NOWHERE = Path("nowhere")


def played(number: int) -> Played:
    return Played(number, f"i-{number}", f"http://x/{number}.ogg", 1_700_000_000, Tags("Blue"))


def add(file: HistoryFile, *numbers: int) -> bool:
    return file.add(numbers, b"".join(line_of(played(number)) for number in numbers))


def on(disk: MockDisk) -> HistoryFile:
    return HistoryFile(NOWHERE, disk)


def numbers(file: HistoryFile) -> list[int]:
    return [one.number for one in file.load()]


def test_it_is_as_it_was(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "state")
    assert file.load() == []
    assert add(file, 1)
    assert add(file, 2, 3)
    again = HistoryFile(tmp_path / "state")
    assert again.load() == [played(number) for number in (1, 2, 3)]
    assert add(again, 4)
    assert numbers(HistoryFile(tmp_path / "state")) == [1, 2, 3, 4]
    for name in FILE_NAMES[:1]:
        assert (tmp_path / "state" / name).stat().st_mode & 0o777 == 0o600


def test_the_newest_hundred_are_kept_and_nothing_is_written_twice() -> None:
    disk = MockDisk()
    file = on(disk)
    file.load()
    written = 0
    for number in range(1, 3 * MAX_HISTORY + 7):
        assert add(file, number)
        written += len(line_of(played(number)))
        if number % 37 == 0:
            file = on(disk)
            file.load()
    assert numbers(on(disk)) == list(range(2 * MAX_HISTORY + 7, 3 * MAX_HISTORY + 7))
    assert disk.written == written
    assert all(len(disk.read(name)) < (MAX_HISTORY + 1) * 200 for name in FILE_NAMES)


def test_of_two_lines_with_one_number_the_later_counts() -> None:
    disk = MockDisk()
    file = on(disk)
    file.load()
    add(file, 1, 2)
    again = Played(2, "i-2", "http://x/2.ogg", 1_700_000_000, duration_ms=5.0)
    assert file.add([2], line_of(again))
    assert on(disk).load() == [played(1), again]


@pytest.mark.parametrize(
    "torn",
    [
        b"",
        b"\xff" * 300,
        line_of(played(9))[:-1],
        line_of(played(9))[:-20] + b"\n",
        b"[" * 100_000 + b"\n",
        line_of(played(9)).replace(b"Blue", b"Blau"),
        b"\n\n\r\n\x85",
    ],
)
def test_what_is_torn_is_left_out_and_written_over(torn: bytes) -> None:
    disk = MockDisk()
    file = on(disk)
    file.load()
    add(file, 1, 2)
    disk.write(FILE_NAMES[0], disk.read(FILE_NAMES[0]) + torn)
    again = on(disk)
    assert [one.number for one in again.load()] == [1, 2]
    assert add(again, 3)
    assert numbers(on(disk)) == [1, 2, 3]


@given(st.binary(max_size=300), st.binary(max_size=300))
@settings(max_examples=50)
def test_any_bytes_are_a_history(first: bytes, second: bytes) -> None:
    disk = MockDisk()
    for name, data in zip(FILE_NAMES, (first, second), strict=True):
        disk.write(name, data)
    file = on(disk)
    assert file.load() == []
    assert add(file, 1)
    assert numbers(on(disk)) == [1]


@given(st.data(), st.integers(1, 2 * MAX_HISTORY + 20))
@settings(max_examples=60, deadline=None)
def test_a_loss_of_power_costs_the_line_at_hand(data: st.DataObject, length: int) -> None:
    disk = MockDisk()
    file = on(disk)
    file.load()
    for number in range(1, length):
        add(file, number)
    disk.cuts_after = disk.calls + data.draw(st.integers(0, 3))
    safe = length - 1
    try:
        for number in range(length, length + 4):
            if add(file, number):
                safe = number
    except PowerCut:
        pass
    disk.cut(lambda most: data.draw(st.integers(0, most)))
    after = on(disk)
    kept = numbers(after)
    wanted = range(max(1, safe - MAX_HISTORY + 2), safe + 1)
    assert set(wanted) <= set(kept)
    assert set(kept) <= set(range(1, length + 4))
    top = max(kept, default=0)
    assert add(after, top + 1)
    assert numbers(on(disk))[-1:] == [top + 1]


def test_a_full_card_costs_the_history_only(caplog: pytest.LogCaptureFixture) -> None:
    disk = MockDisk()
    file = on(disk)
    file.load()
    disk.error = disk.full()
    assert not add(file, 1)
    assert not add(file, 1)
    assert caplog.text.count("cannot be written") == 1
    disk.error = None
    assert add(file, 1)
    assert numbers(on(disk)) == [1]


def test_a_file_that_cannot_be_read_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / FILE_NAMES[0]).mkdir()
    assert HistoryFile(tmp_path, FolderDisk(tmp_path)).load() == []


# --- when it is written ---------------------------------------------------------------------


class Listener:
    """A history, what keeps it, and its disk, in virtual time."""

    def __init__(self, disk: MockDisk) -> None:
        self.clock = MockClock()
        self.disk = disk
        self.history = History(lambda: 1_700_000_000)
        self.chronicle = Chronicle(on(disk), self.history, self.clock)
        self._count = 0

    async def begin(self, tasks: asyncio.TaskGroup) -> asyncio.Task[None]:
        # All writes in one thread: whoever has waited for its turn there has waited for them.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        await self.chronicle.begin()
        return tasks.create_task(self.chronicle.run())

    def hears(self, text: str = "") -> None:
        self._count += 1
        item = Item(f"i-{self._count}", f"http://192.0.2.5/music/{self._count} {text}.ogg")
        self.history.heard(item, anew=True)

    async def wait(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        for _ in range(round(seconds)):
            await self.step(1.0)
            if until():
                break

    async def step(self, seconds: float) -> None:
        """The control loop has done something, and time passes."""
        self.chronicle.look()
        await self.clock.advance(seconds)
        await asyncio.to_thread(lambda: None)
        await self.clock.settle()


async def test_it_is_written_soon_after_each_play() -> None:
    listener = Listener(MockDisk())
    async with asyncio.TaskGroup() as tasks:
        running = await listener.begin(tasks)
        await listener.wait(60)
        assert listener.disk.written == 0
        listener.hears()
        await listener.wait(QUIET_S + 1)
        assert numbers(on(listener.disk)) == [1]
        listener.hears()
        listener.hears()
        await listener.wait(QUIET_S + 1)
        assert numbers(on(listener.disk)) == [1, 2, 3]
        running.cancel()


async def test_what_becomes_known_is_written_too() -> None:
    listener = Listener(MockDisk())
    async with asyncio.TaskGroup() as tasks:
        running = await listener.begin(tasks)
        listener.hears()
        await listener.wait(QUIET_S + 1)
        (before,) = listener.history.played
        listener.history.complete(Item(before.item, before.url, duration_ms=5.0))
        await listener.wait(QUIET_S + 1)
        assert on(listener.disk).load() == listener.history.played
        running.cancel()


async def test_who_skips_through_thousands_does_not_wear_out_the_card() -> None:
    listener = Listener(MockDisk())
    async with asyncio.TaskGroup() as tasks:
        running = await listener.begin(tasks)
        for _ in range(600):
            for _ in range(4):
                listener.hears("x" * 100)
            await listener.step(6.0)
        running.cancel()
    assert 0 < listener.disk.written < BYTES_PER_HOUR + BURST + 1000
    await listener.chronicle.finish()
    assert on(listener.disk).load() == listener.history.played, "a stop keeps all"


async def test_a_full_card_is_tried_again() -> None:
    listener = Listener(MockDisk())
    async with asyncio.TaskGroup() as tasks:
        running = await listener.begin(tasks)
        listener.disk.error = listener.disk.full()
        listener.hears()
        await listener.wait(600)
        listener.disk.error = None
        await listener.wait(61, until=lambda: listener.disk.written > 0)
        assert numbers(on(listener.disk)) == [1]
        running.cancel()


async def test_it_goes_on_where_it_was() -> None:
    disk = MockDisk()
    for expected in ([1], [1, 2]):
        listener = Listener(disk)
        async with asyncio.TaskGroup() as tasks:
            running = await listener.begin(tasks)
            listener.hears()
            running.cancel()
        await listener.chronicle.finish()
        assert numbers(on(disk)) == expected
