"""Finding a frame by few requests: interpolation on the granule positions of pages.

Pure: it gets pages and gives byte offsets. All positions here are granule positions of one logical
stream. A page carries the granule position at which it ends, so decoding right from granule
position G needs the page that ends at G or before it (its last packet overlaps with the first one
after it) and all pages that follow.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from receiver.decoder.ogg import MAX_PACKET, Page
from receiver.errors import Unplayable

READ_ON = 128 * 1024
"""Bytes that are rather read than jumped over: about what one more request costs in time."""

_SPACING = 8 * 1024
_MOST_POINTS = 4096
_MARGIN = 16 * 1024


@dataclass(frozen=True, slots=True)
class Point:
    """Fed from byte `offset` on, every frame from granule position `granule` on comes out right."""

    offset: int
    granule: int


class SeekMap:
    """Points of one logical stream, gathered as its pages go by.

    From `start` every frame can be decoded; `end` is where its last page begins, and the granule
    position at which it ends. The size is bounded: when there are too many points, every second
    one goes.
    """

    def __init__(self, start: Point, end: Point) -> None:
        self.largest_page = 0
        self._end = end
        self._offsets = [start.offset]
        self._granules = [start.granule]
        self._spacing = _SPACING

    def note(self, page: Page) -> None:
        """Take a page of the stream as a point, where it can be one."""
        self.largest_page = max(self.largest_page, page.size)
        at = bisect_right(self._offsets, page.offset)
        if (
            page.granule < 0
            or page.offset - self._offsets[at - 1] < self._spacing
            or page.granule < self._granules[at - 1]
            or (at < len(self._granules) and page.granule > self._granules[at])
            or not page.holds_packet
        ):
            return
        self._offsets.insert(at, page.offset)
        self._granules.insert(at, page.granule)
        if len(self._offsets) > _MOST_POINTS:
            del self._offsets[1::2], self._granules[1::2]
            self._spacing *= 2

    def around(self, granule: int) -> tuple[Point, Point]:
        """The last point at or before `granule`, and the first after it."""
        after = bisect_right(self._granules, granule)
        before = max(after - 1, 0)
        below = Point(self._offsets[before], self._granules[before])
        if after == len(self._granules):
            return below, self._end
        return below, Point(self._offsets[after], self._granules[after])


class Search:
    """The way to one granule position, `target`, which lies before the end of the stream.

    `wants` is the byte offset to feed from. Then `take` each page that comes from there, until it
    gives the pages to decode. It may set `wants` anew, once on ordinary streams: a rough guess is
    followed by a good one, which rather lands too early than too late.
    """

    def __init__(self, points: SeekMap, target: int) -> None:
        self.target = target
        self._points = points
        self._below, self._above = points.around(target)
        self._landings = 0
        self._landed = False
        self._right_from_here = False
        self._held: list[Page] = []
        self._held_bytes = 0
        self._aim(points.largest_page + _MARGIN)

    def take(self, page: Page) -> list[Page] | None:
        """The pages from which frame `target` can be decoded, `page` being the last of them and the
        one that holds it. None: feed on, or from `wants` when that was set. Raises `Unplayable`.
        """
        self._points.note(page)
        if page.granule < 0:
            self._hold(page)
            return None
        landing, self._landed = not self._landed, True
        if page.granule > self.target:
            if self._right_from_here:
                return [*self._held, page]
            self._jump(page.offset, Point(page.offset, page.granule))
            return None
        if landing and self._landings == 1 and not self._right_from_here:
            below = Point(page.offset, page.granule)
            if self._guess(below, self._above) - page.offset > READ_ON:
                self._below = below
                self._jump(page.offset, self._above)
                return None
        if page.holds_packet:
            self._held.clear()
            self._held_bytes = 0
            self._right_from_here = True
        self._hold(page)
        return None

    def end(self) -> bool:
        """There are no more bytes after those taken. True when that is the end of the search,
        False when it goes on from `wants`.
        """
        if self._landed or self._right_from_here:
            return True
        self._jump(self._landing, Point(self._landing, self._above.granule))
        return False

    def _aim(self, margin: int) -> None:
        """Set `wants`, `margin` bytes before where the target should be."""
        guess = self._guess(self._below, self._above) - margin
        if guess - self._below.offset <= READ_ON:
            guess = self._below.offset
        self.wants: int | None = guess
        self._landing = guess
        self._landings += 1
        self._landed = False
        self._held = []
        self._held_bytes = 0
        self._right_from_here = guess == self._below.offset

    def _jump(self, landed: int, above: Point) -> None:
        """The landing at byte `landed` was no good: aim again, with more care each time."""
        self._above = above
        missed = abs(self._guess(self._below, above) - landed)
        care = 1 << max(self._landings - 1, 0)
        self._aim((self._points.largest_page + _MARGIN + missed // 2) * care)

    def _guess(self, below: Point, above: Point) -> int:
        """The byte at which a page that ends at the target would begin, by interpolation."""
        span = above.granule - below.granule
        if span <= 0:
            return below.offset
        return below.offset + (above.offset - below.offset) * (self.target - below.granule) // span

    def _hold(self, page: Page) -> None:
        """Keep a page that may be needed for decoding the next."""
        self._held.append(page)
        self._held_bytes += page.size
        if self._held_bytes > MAX_PACKET:
            raise Unplayable("The stream holds a packet above 1 MiB; it cannot be played.")
