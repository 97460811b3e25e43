"""The link to an engine in a process of its own, which is started again whenever it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator

import msgspec

from receiver.clock.base import Clock
from receiver.engine import wire
from receiver.engine.child import AudioChild
from receiver.engine.link import Receive
from receiver.engine.settings import EngineSettings
from receiver.engine.wire import ToEngine
from receiver.model import orders, reports

log = logging.getLogger(__name__)

PING_S = 1.0
SILENCE_S = 3.0
LAST_FRAME_S = 2.0
"""How long a process whose socket is closed may take to fade out and end."""
POLL_S = 0.005
CALM_S = 5.0
"""A death within this time of the start makes the next start wait, twice as long each time."""
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 4.0


class ProcessLink:
    """See `EngineLink`. An engine that says nothing for `silence_s`, though it is asked, is taken
    for dead. Event loop only.
    """

    def __init__(
        self,
        settings: EngineSettings,
        clock: Clock,
        first: AudioChild | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        """`first`: an audio process that is there already. It takes what is sent before `run`."""
        self._silence_s = silence_s
        self._settings = settings
        self._clock = clock
        self._first = self._child = first
        if first is not None:
            first.channel.setblocking(False)
        self._outbox: deque[bytes] = deque()
        self._heard_at: float | None = None
        self._stuck = False
        """Whether the process that runs, or ran last, was ended for the sake of the device."""
        self._abandoned: list[AudioChild] = []

    @property
    def pid(self) -> int | None:
        """The audio process, while there is one."""
        return None if self._child is None else self._child.pid

    def send(self, message: ToEngine) -> None:
        """See `EngineLink`."""
        if self._child is not None:
            self._outbox.append(wire.encode(message))
            self._flush()

    async def run(self, receive: Receive) -> None:
        """See `EngineLink`. Each death is reported as `Died`, when the next process is there."""
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
        async with self._started() as child:
            if died is not None:
                log.warning("The audio process died: %s. It has been started again.", died)
                receive(reports.Died(died, self._stuck))
            self._stuck = False
            await self._talk(child, receive)
        self._stuck = self._stuck or child.spun or child in self._abandoned
        return child.how_it_ended

    @contextlib.asynccontextmanager
    async def _started(self) -> AsyncIterator[AudioChild]:
        """An audio process for as long as the block lasts; it is over when the block is left."""
        child, self._first = self._first or AudioChild.start(self._settings), None
        child.channel.setblocking(False)
        self._child = child
        try:
            yield child
        finally:
            asyncio.get_running_loop().remove_writer(child.channel)
            child.channel.close()
            self._child = None
            self._outbox.clear()
            await self._see_off(child)

    async def _see_off(self, child: AudioChild) -> None:
        """Wait until a process is over to which the socket was closed. One that a driver holds
        fast inside the kernel cannot even be killed: it is left alone until it can.
        """
        end = self._clock.now() + LAST_FRAME_S
        while not child.ended:
            late = self._clock.now() - end
            if late > 0:
                child.kill()
            if late > LAST_FRAME_S:
                self._abandoned.append(child)
                break
            await self._clock.sleep(POLL_S)
        self._abandoned = [left for left in self._abandoned if not left.ended]

    async def _talk(self, child: AudioChild, receive: Receive) -> None:
        """Carry reports until the socket closes or the engine falls silent."""
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._watch(child))
            await self._listen(child, receive)
            watch.cancel()

    async def _listen(self, child: AudioChild, receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        datagram = memoryview(bytearray(wire.MAX_DATAGRAM))
        while True:
            try:
                size = await loop.sock_recv_into(child.channel, datagram)
            except OSError:
                return
            if not size:
                return
            self._heard_at = self._clock.now()
            try:
                report = wire.decode_report(datagram[:size])
            except ValueError as error:
                log.warning("The audio process talks nonsense (%s); it is ended.", error)
                child.kill()
                return
            match report:
                case reports.Stuck():
                    log.warning("The sound device hangs for good: the audio process is replaced.")
                    self._stuck = True
                    child.kill()
                case reports.Device(output) if output.backend == "portaudio":
                    # Who had a device waits for it, and does not take to the mock.
                    self._settings = msgspec.structs.replace(self._settings, backend="portaudio")
                case reports.Chosen(device, problem=None):
                    self._settings = msgspec.structs.replace(self._settings, device=device)
            receive(report)

    async def _watch(self, child: AudioChild) -> None:
        """Ask for a sign of life, and end a process that gives none. One that has not said anything
        yet is still loading.
        """
        self._heard_at = None
        pause = min(PING_S, self._silence_s / 2)
        while True:
            asked = self._clock.now()
            self.send(orders.Ping())
            await self._clock.sleep(pause)
            now = self._clock.now()
            if self._heard_at is None:
                continue
            if now - asked > 2 * pause:
                self._heard_at = now  # we stood still ourselves: nobody was asked meanwhile
            elif now - self._heard_at > self._silence_s:
                log.warning("The audio process hangs; it is ended.")
                child.kill()

    def _flush(self) -> None:
        """Send what the socket takes; the rest follows when it takes more."""
        if self._child is None:
            return
        channel = self._child.channel
        loop = asyncio.get_running_loop()
        while self._outbox:
            try:
                channel.send(self._outbox[0])
            except BlockingIOError:
                loop.add_writer(channel, self._flush)
                return
            except OSError:
                self._outbox.clear()
                break
            self._outbox.popleft()
        loop.remove_writer(channel)
