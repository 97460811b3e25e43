"""The covers of what is played: put together, judged, and kept for a while."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable

from receiver.covers.picture import Picture, picture_in
from receiver.model import reports
from receiver.model.cover import MAX_COMMENT
from receiver.protocol.limits import COVERS_PATH

MOST_TRACKS = 3
"""Covers that are put together at a time: of a track, its follower, and what it overlaps."""
MOST_KEPT = 8
MOST_BYTES = 4 << 20
"""Pictures that are kept, and what all of them may have."""


class Covers:
    """Stands between the audio process and the control loop: takes the parts of covers out of the
    reports, and tells where to find the picture. Event loop only.

    A picture is found by an id that nobody can guess, and that is the same for the same picture, as
    on all tracks of an album, until the receiver is started again.
    """

    def __init__(self, tell: Callable[[reports.Report], None]) -> None:
        """`tell` takes all other reports."""
        self._tell = tell
        self._coming: dict[int, bytearray] = {}
        self._comments: dict[int, bytearray] = {}
        self._new = asyncio.Event()
        self._pictures: dict[str, Picture] = {}
        self._key = secrets.token_bytes()

    def report(self, report: reports.Report) -> None:
        """Take a report of the audio process, or pass it on."""
        if isinstance(report, reports.CoverPart):
            self._take(report)
            return
        if isinstance(report, reports.Died):
            self._coming.clear()
        self._tell(report)

    def find(self, name: str) -> Picture | None:
        """The picture with this id, if it is still kept."""
        picture = self._pictures.pop(name, None)
        if picture is not None:
            self._pictures[name] = picture  # who is looked at stays
        return picture

    async def run(self) -> None:
        """Judge what has come, one at a time and off the event loop, until cancelled."""
        while True:
            await self._new.wait()
            self._new.clear()
            while self._comments:
                track = next(iter(self._comments))
                picture = await asyncio.to_thread(picture_in, self._comments.pop(track))
                self._tell(reports.Covered(track, picture and self._keep(picture)))

    def _take(self, part: reports.CoverPart) -> None:
        """Put a part to those before it. What makes no sense is let be."""
        comment = self._coming.pop(part.track, bytearray()) if part.offset else bytearray()
        end = part.offset + len(part.data)
        if len(comment) != part.offset or end > part.size or part.size > MAX_COMMENT:
            return
        comment += part.data
        if len(comment) < part.size:
            self._coming[part.track] = comment
            _bound(self._coming)
            return
        self._comments.pop(part.track, None)
        self._comments[part.track] = comment
        _bound(self._comments)
        self._new.set()

    def _keep(self, picture: Picture) -> str:
        """Keep a picture; gives its path. The oldest that nobody looks at make room."""
        name = hashlib.blake2b(picture.data, digest_size=16, key=self._key).hexdigest()
        self._pictures.pop(name, None)
        self._pictures[name] = picture
        while len(self._pictures) > MOST_KEPT or self._held > MOST_BYTES:
            self._pictures.pop(next(iter(self._pictures)))
        return f"{COVERS_PATH}/{name}"

    @property
    def _held(self) -> int:
        return sum(len(picture.data) for picture in self._pictures.values())


def _bound(held: dict[int, bytearray]) -> None:
    while len(held) > MOST_TRACKS:
        held.pop(next(iter(held)))
