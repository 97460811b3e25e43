"""A stream that lies on the disk of this machine."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from receiver.clock.base import Clock
from receiver.errors import HttpRefused, Unreachable
from receiver.source.base import SourceInfo, SourceTimes
from receiver.source.window import PIECE


class FileSource:
    """A file as a stream (a `ByteSource`): it can seek, and has an end. Nothing is fetched ahead;
    each piece is read on a thread as it is asked for.

    Raises `HttpRefused` where there is no such file (as its server would), and `Unreachable` where
    the disk does not give it.
    """

    def __init__(self, path: Path, url: str, clock: Clock, content_type: str = "") -> None:
        """`url`: by which people and playlists know it."""
        self.times = SourceTimes()
        self.position = 0
        """Offset of the next byte to be read."""
        self._path = path
        self._url = url
        self._clock = clock
        self._content_type = content_type
        self._size = 0
        self._handle: int | None = None
        self._over = False
        self._lock = threading.Lock()
        """Who is cancelled leaves its thread behind, and that must not open or read what is over.
        """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self._close)

    async def open(self) -> SourceInfo:
        """See `ByteSource`."""
        try:
            await asyncio.to_thread(self._open)
        except FileNotFoundError:
            raise HttpRefused(
                "The receiver does not hold this file any more; upload it again.", status=404
            ) from None
        except OSError as error:
            raise self._unreadable(error) from error
        self.times.connected = self._clock.now()
        return SourceInfo(
            url=self._url,
            size=self._size,
            seekable=True,
            live=False,
            content_type=self._content_type,
        )

    async def read(self) -> bytes:
        """See `ByteSource`."""
        data = await self._read(self.position, PIECE)
        if data and self.times.first_byte is None:
            self.times.first_byte = self._clock.now()
        self.position += len(data)
        return data

    async def seek(self, offset: int) -> None:
        """See `ByteSource`."""
        self.position = offset

    async def tail(self, size: int) -> tuple[int, bytes]:
        """See `ByteSource`."""
        start = max(0, self._size - size)
        return start, await self._read(start, self._size - start)

    def may_name(self, url: str) -> bool:  # noqa: ARG002 - part of the promise
        """See `ByteSource`. Who has brought a list answers for what it names, wherever that is."""
        return True

    async def _read(self, offset: int, size: int) -> bytes:
        try:
            return await asyncio.to_thread(self._read_now, offset, size)
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> Unreachable:
        return Unreachable(f"The file cannot be read from the receiver's disk: {error.strerror}.")

    # --- on threads -------------------------------------------------------------------------

    def _open(self) -> None:
        with self._lock:
            if not self._over:
                self._handle = os.open(self._path, os.O_RDONLY)
                self._size = os.fstat(self._handle).st_size

    def _read_now(self, offset: int, size: int) -> bytes:
        pieces: list[bytes] = []
        with self._lock:
            if self._handle is None:
                return b""
            while size > 0 and (piece := os.pread(self._handle, size, offset)):
                pieces.append(piece)
                offset, size = offset + len(piece), size - len(piece)
        return b"".join(pieces)

    def _close(self) -> None:
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
            self._handle, self._over = None, True
