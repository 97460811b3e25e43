"""The link to an engine in a process of its own, which is started again whenever it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections import deque
from collections.abc import Iterator

from receiver.clock.base import Clock
from receiver.engine import wire
from receiver.engine.forkserver import ForkServer
from receiver.engine.link import Receive
from receiver.engine.settings import EngineSettings
from receiver.engine.wire import ToEngine
from receiver.model import orders, reports

log = logging.getLogger(__name__)

PING_S = 1.0
SILENCE_S = 3.0
CALM_S = 5.0
"""A death within this time of the start makes the next start wait, twice as long each time."""
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 4.0


class ProcessLink:
    """See `EngineLink`. An engine that says nothing for `silence_s`, though it is asked, is taken
    for dead. Event loop only.
    """

    def __init__(
        self,
        server: ForkServer,
        settings: EngineSettings,
        clock: Clock,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._silence_s = silence_s
        self._server = server
        self._settings = settings
        self._clock = clock
        self._channel: socket.socket | None = None
        self._outbox: deque[bytes] = deque()
        self._heard_at: float | None = None
        self._number: int | None = None

    @property
    def pid(self) -> int | None:
        """The audio process, while there is one and its id is known."""
        return None if self._number is None else self._server.pid(self._number)

    def send(self, message: ToEngine) -> None:
        """See `EngineLink`."""
        if self._channel is not None:
            self._outbox.append(wire.encode(message))
            self._flush()

    async def run(self, receive: Receive) -> None:
        """See `EngineLink`. Each death is reported as `Died`, when the next process is there. The
        fork server ends with it.
        """
        try:
            await self._keep_running(receive)
        finally:
            self._server.close()

    async def _keep_running(self, receive: Receive) -> None:
        pause = 0.0
        died: str | None = None
        while True:
            await self._clock.sleep(pause)
            began = self._clock.now()
            try:
                died = await self._live(receive, died)
            except OSError as error:
                died = f"it cannot be started ({error})"
                log.warning("The audio process: %s.", died)
            soon = self._clock.now() - began < CALM_S
            pause = min(max(pause * 2, FIRST_PAUSE_S), MAX_PAUSE_S) if soon else 0.0

    async def _live(self, receive: Receive, died: str | None) -> str:
        """The life of one audio process; returns how it ended. `died`: how the one before did."""
        with self._spawned():
            if died is not None:
                log.warning("The audio process died: %s. It has been started again.", died)
                receive(reports.Died(died))
            await self._talk(receive)
            assert self._number is not None
            return self._server.how_ended(self._number)

    @contextlib.contextmanager
    def _spawned(self) -> Iterator[None]:
        """An audio process for as long as the block lasts."""
        try:
            self._number, self._channel = self._server.spawn(self._settings)
        except OSError:
            self._server.close()
            self._server = ForkServer.launch()
            self._number, self._channel = self._server.spawn(self._settings)
        self._channel.setblocking(False)
        try:
            yield
        finally:
            asyncio.get_running_loop().remove_writer(self._channel)
            self._channel.close()
            self._channel = self._number = None
            self._outbox.clear()

    async def _talk(self, receive: Receive) -> None:
        """Carry reports until the socket closes or the engine falls silent."""
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._watch())
            await self._listen(receive)
            watch.cancel()

    async def _listen(self, receive: Receive) -> None:
        assert self._channel is not None
        loop = asyncio.get_running_loop()
        while True:
            try:
                datagram = await loop.sock_recv(self._channel, wire.MAX_DATAGRAM)
            except OSError:
                return
            if not datagram:
                return
            self._heard_at = self._clock.now()
            receive(wire.decode_report(datagram))

    async def _watch(self) -> None:
        """Ask for a sign of life, and end a process that gives none. One that has not said anything
        yet is still loading.
        """
        self._heard_at = None
        while True:
            self.send(orders.Ping())
            await self._clock.sleep(min(PING_S, self._silence_s / 2))
            silent = self._heard_at is not None and self._clock.now() - self._heard_at
            if silent and silent > self._silence_s and (pid := self.pid) is not None:
                log.warning("The audio process hangs; it is ended.")
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _flush(self) -> None:
        """Send what the socket takes; the rest follows when it takes more."""
        if self._channel is None:
            return
        loop = asyncio.get_running_loop()
        while self._outbox:
            try:
                self._channel.send(self._outbox[0])
            except BlockingIOError:
                loop.add_writer(self._channel, self._flush)
                return
            except OSError:
                self._outbox.clear()
                break
            self._outbox.popleft()
        loop.remove_writer(self._channel)
