"""The command line as a process, as people and scripts run it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from types import TracebackType
from typing import NamedTuple, Self

SECONDS = 30.0
"""No command of a test takes so long, on however busy a machine."""


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


class Tonearm:
    """A running `tonearm`. Its output goes to a pipe, or, with `terminal`, to a pseudo-terminal.

    It is ended when the block is left.
    """

    def __init__(self, *words: str, terminal: bool = False, options: tuple[str, ...] = ()) -> None:
        self._command = (sys.executable, *options, "-m", "controller.cli", *words)
        self._terminal = terminal
        self._shown = b""

    async def __aenter__(self) -> Self:
        ours, theirs = os.openpty() if self._terminal else os.pipe()
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdout=theirs, stderr=asyncio.subprocess.PIPE
        )
        os.close(theirs)
        self._reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(self._reader)
        loop = asyncio.get_running_loop()
        self._pipe, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(ours, "rb", 0))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()
        self._pipe.close()

    async def shows(self, text: str) -> str:
        """Return all it has shown once `text` is there."""
        return await self.shows_match(re.escape(text))

    async def shows_match(self, pattern: str) -> str:
        """Return all it has shown once there is a match of `pattern`; its dots match all."""
        async with asyncio.timeout(SECONDS):
            while not re.search(pattern, self._shown.decode(errors="replace"), re.DOTALL):
                more = await self._reader.read(65536)
                assert more, f"{pattern!r} is not in {self._shown!r}; {await self._complaints()}"
                self._shown += more
        return self._shown.decode(errors="replace")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    async def ends(self) -> Outcome:
        """Wait for its end."""
        async with asyncio.timeout(SECONDS):
            err = await self._complaints()
            code = await self._process.wait()
            while more := await self._rest():
                self._shown += more
        return Outcome(code, self._shown.decode(errors="replace"), err)

    async def _complaints(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode()

    async def _rest(self) -> bytes:
        """What is left to read; a pseudo-terminal ends with an error instead of an end."""
        try:
            return await self._reader.read(65536)
        except OSError:
            return b""


async def tonearm(*words: str, options: tuple[str, ...] = ()) -> Outcome:
    """Run one command to its end."""
    async with Tonearm(*words, options=options) as process:
        return await process.ends()
