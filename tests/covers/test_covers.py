"""Covers, from the reports of the audio process to a path."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import pytest

from receiver.covers.covers import MOST_BYTES, MOST_KEPT, MOST_TRACKS, Covers
from receiver.model import reports as r
from receiver.model.cover import MAX_COMMENT, MAX_PICTURE
from tests.covers.pictures import comment, jpeg, png


class Hall:
    """Where covers come in, and what is told of them."""

    def __init__(self) -> None:
        self.told: list[r.Report] = []
        self._more = asyncio.Event()
        self.covers = Covers(self._tell)

    def _tell(self, report: r.Report) -> None:
        self.told.append(report)
        self._more.set()

    def comes(self, track: int, whole: bytes, part: int = 1000) -> None:
        """A cover comes, in parts."""
        for at in range(0, len(whole) or 1, part):
            data = whole[at : at + part]
            self.covers.report(r.CoverPart(track, at, len(whole), data))

    async def covered(self) -> r.Covered:
        """The next that is told."""
        while not self.told:
            self._more.clear()
            await self._more.wait()
        report = self.told.pop(0)
        assert isinstance(report, r.Covered)
        return report

    async def path(self, track: int, whole: bytes) -> str:
        """Where a cover that comes is then."""
        self.comes(track, whole)
        report = await self.covered()
        assert report.track == track
        assert report.cover is not None
        return report.cover

    def data(self, path: str) -> bytes | None:
        """What is found there."""
        picture = self.covers.find(path.rpartition("/")[2])
        return picture and picture.data


@contextlib.asynccontextmanager
async def _open() -> AsyncIterator[Hall]:
    hall = Hall()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hall.covers.run())
        yield hall
        running.cancel()


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with _open() as made:
        yield made


async def test_it_is_put_together_and_found_by_its_path(hall: Hall) -> None:
    large = png() + bytes(100_000)
    path = await hall.path(7, comment(large))
    assert re.fullmatch(r"/v1/covers/[0-9a-f]{32}", path)
    assert hall.data(path) == large
    assert hall.data("/v1/covers/" + "0" * 32) is None


async def test_the_same_picture_has_the_same_path(hall: Hall) -> None:
    first = await hall.path(1, comment(png()))
    assert await hall.path(2, comment(png())) == first
    assert await hall.path(3, comment(jpeg())) != first


async def test_no_path_can_be_guessed_from_the_picture(hall: Hall) -> None:
    async with _open() as other:
        assert await hall.path(1, comment(png())) != await other.path(1, comment(png()))


async def test_covers_of_several_tracks_come_at_once(hall: Hall) -> None:
    wholes = {1: comment(png() + bytes(5000)), 2: comment(jpeg() + bytes(5000))}
    for at in range(0, 8000, 1000):
        for track, whole in wholes.items():
            data = whole[at : at + 1000]
            if data:
                hall.covers.report(r.CoverPart(track, at, len(whole), data))
    told = [await hall.covered(), await hall.covered()]
    assert [report.track for report in told] == [1, 2]
    assert [hall.data(report.cover or "") for report in told] == [
        png() + bytes(5000),
        jpeg() + bytes(5000),
    ]


async def test_what_cannot_be_shown_is_none(hall: Hall) -> None:
    hall.comes(1, comment(b"<svg/>"))
    assert await hall.covered() == r.Covered(1, None)


async def test_a_stream_that_goes_on_without_one_has_none(hall: Hall) -> None:
    assert await hall.path(1, comment(png()))
    hall.comes(1, b"")
    assert await hall.covered() == r.Covered(1, None)


async def test_all_else_is_passed_on_at_once(hall: Hall) -> None:
    hall.covers.report(r.Ended(1))
    assert hall.told == [r.Ended(1)]


@pytest.mark.parametrize(
    "parts",
    [
        [r.CoverPart(1, 5, 10, b"12345")],
        [r.CoverPart(1, 0, 10, b"12345"), r.CoverPart(1, 6, 10, b"6789")],
        [r.CoverPart(1, 0, 10, b"12345"), r.CoverPart(1, 5, 7, b"12345")],
        [r.CoverPart(1, 0, 3, b"12345")],
        [r.CoverPart(1, 0, MAX_COMMENT + 1, b"1")],
        [r.CoverPart(1, 0, 0, b"1")],
        [r.CoverPart(1, -5, 0, b"")],
        [r.CoverPart(1, 0, 10, b"12345"), r.Died("killed"), r.CoverPart(1, 5, 10, b"67890")],
    ],
)
async def test_parts_that_make_no_sense_are_let_be(hall: Hall, parts: list[r.Report]) -> None:
    for part in parts:
        hall.covers.report(part)
    hall.told.clear()
    assert await hall.path(2, comment(png()))


async def test_what_is_put_together_is_bounded(hall: Hall) -> None:
    for track in range(50):
        hall.covers.report(r.CoverPart(track, 0, 100_000, bytes(50_000)))
    assert len(hall.covers._coming) == MOST_TRACKS
    for track in range(50):
        hall.comes(track, comment(png()))
    assert len(hall.covers._comments) == MOST_TRACKS
    told = [await hall.covered() for _ in range(MOST_TRACKS)]
    assert [report.track for report in told] == [47, 48, 49]


async def test_few_are_kept(hall: Hall) -> None:
    paths = [await hall.path(1, comment(png() + bytes(n))) for n in range(MOST_KEPT)]
    assert hall.data(paths[0]), "who is looked at stays"
    await hall.path(1, comment(jpeg()))
    assert hall.data(paths[0])
    assert hall.data(paths[1]) is None
    large = [png() + bytes(MAX_PICTURE - 1000 - n) for n in range(4)]
    newest = [await hall.path(1, comment(data)) for data in large]
    assert hall.data(newest[-1]) == large[-1]
    assert sum(len(hall.data(path) or b"") for path in [*paths, *newest]) <= MOST_BYTES
