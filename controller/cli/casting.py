"""A cast that is stayed with: the list goes on, files are served, and Ctrl-C leaves with care."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import json
import signal
from collections.abc import AsyncIterator

import msgspec

from controller.cli.arguments import Arguments
from controller.cli.complain import complain
from controller.cli.following import moments
from controller.cli.myself import myself
from controller.cli.progress import Display
from controller.cli.receipt import receipt_lines
from controller.cli.values import is_url
from controller.client import Client
from controller.file_server import FileServer
from controller.known import Known
from receiver.errors import NoDevice, NoReceiver, Superseded, TonearmError, error_from_code
from receiver.model.state import Item, Problem, Receipt

NEAR_END_MS = 2000.0
"""An item that goes away within this time of its end has ended; before, somebody stopped it."""

INTERRUPTED = 128 + signal.SIGINT


class Ending(enum.Enum):
    """How an item went away. Only after `ENDED` the next one is played."""

    ENDED = ""
    STOPPED = "It was stopped from elsewhere."
    REPLACED = "Something else is played now."
    LEFT = "The speaker has the whole file, and plays it to its end without this computer."


async def run(arguments: Arguments, receiver: Known, start_ms: float) -> int:
    """Play everything that is named, and return the exit code. Raises `NoReceiver`."""
    async with Client(*receiver.address, reconnect=True, by=myself()) as client:
        casting = Casting(client, arguments, receiver.id)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, casting.interrupted)
        try:
            return await casting.run(start_ms)
        finally:
            loop.remove_signal_handler(signal.SIGINT)


class Casting:
    """Plays a list on one receiver, and knows how to leave it."""

    def __init__(self, client: Client, arguments: Arguments, receiver_id: str) -> None:
        self._client = client
        self._arguments = arguments
        self._receiver_id = receiver_id
        self._queued = all(map(is_url, arguments.what))
        self._ours: set[str] = set()
        self._about = ""
        self._exit_code = 0
        self._display = Display()
        self._scope = asyncio.timeout(None)
        self._lent: FileServer | None = None
        self._leaving = False
        self._stopping = False

    async def run(self, start_ms: float) -> int:
        """Play everything, or until Ctrl-C. Returns the exit code."""
        try:
            async with self._scope:
                return await self._play_all(start_ms)
        except TimeoutError:
            if not self._stopping:
                return 0
            await self._client.stop()
            return INTERRUPTED
        finally:
            self._display.leave()

    def interrupted(self) -> None:
        """Ctrl-C: leave, but take the music along only if it is pressed twice.

        What the receiver fetches itself plays on. A file of this computer is served until the
        receiver has all of it; who cannot wait for that presses again, and the music stops.
        """
        if self._scope.when() is not None:
            return  # it is being left already
        if self._lent is None:
            self._tell("The speaker plays on; `tonearm stop` ends it.")
        elif self._lent.fetched:
            self._tell(Ending.LEFT.value)
        elif not self._leaving:
            self._leaving = True
            self._tell(
                "The music comes from this computer: leaving when the speaker has all of it."
                " Ctrl-C again stops the music."
            )
            return
        else:
            self._stopping = True
        self._scope.reschedule(asyncio.get_running_loop().time())

    async def _play_all(self, start_ms: float) -> int:
        """Play one after the other; what cannot be played is told of, and left out.

        URLs do not need this computer: they go into the receiver's queue behind the first.
        """
        waiting = list(self._arguments.what)
        while waiting:
            self._about = waiting.pop(0)
            try:
                async with self._served(self._about) as url:
                    await self._play(url, start_ms)
                    if self._queued:
                        behind, waiting = waiting, []
                        self._ours.update(await self._client.queue.add(behind))
                    ending = await self._follow()
            except NoReceiver:
                raise
            except TonearmError as error:
                self._failed(error)
                if isinstance(error, Superseded):
                    break
            else:
                if ending.value:
                    self._tell(ending.value)
                if ending is not Ending.ENDED or self._leaving:
                    break
            start_ms = 0.0
        return self._exit_code

    async def _play(self, url: str, start_ms: float) -> None:
        """Play one item, until it is heard."""
        receipt = await self._client.play(url, start_ms, self._arguments.paused)
        item = self._client.state.session.item
        self._ours = set() if item is None else {item.id}
        self._heard(url, receipt)

    @contextlib.asynccontextmanager
    async def _served(self, what: str) -> AsyncIterator[str]:
        """The URL of what is to be played; a file is served for as long as the block lasts."""
        if is_url(what):
            yield what
            return
        async with FileServer(what, self._client.address) as server:
            self._lent = server
            try:
                yield server.url
            finally:
                self._lent = None

    def _heard(self, url: str, receipt: Receipt) -> None:
        if self._arguments.json:
            told = {
                "receiver": self._receiver_id,
                "url": url,
                "receipt": msgspec.to_builtins(receipt),
            }
            print(json.dumps(told), flush=True)
        elif self._arguments.verbose:
            for line in receipt_lines(receipt):
                self._display.say(line)

    async def _follow(self) -> Ending:
        """Show what plays until it has gone, and with it all that the queue goes on with. Raises
        the error that made it go.
        """
        item = self._client.state.session.item
        if item is None:
            return Ending.ENDED
        last_ms = 0.0
        async for state in moments(self._client):
            now = state.session.item
            if now is None:
                break
            if now.id != item.id:
                if not await self._is_queued(now):
                    return Ending.REPLACED
                self._went_on(now, state.problem)
                last_ms = 0.0
            item, last_ms = now, self._client.position_ms() or last_ms
            if not self._arguments.json:
                self._display.show(state, last_ms, self._client.connected)
            if self._leaving and self._lent is not None and self._lent.fetched:
                return Ending.LEFT
        problem = self._client.state.problem
        if problem is not None:
            raise _error(problem)
        length = item.duration_ms
        ended = not item.live and (length is None or last_ms >= length - NEAR_END_MS)
        return Ending.ENDED if ended else Ending.STOPPED

    async def _is_queued(self, item: Item) -> bool:
        """Whether the queue has gone on to this item, and is still the one that was cast: others
        may add to it.
        """
        if not self._queued:
            return False
        if item.id in self._ours:
            return True
        return any(other.id in self._ours for other in await self._client.queue.items())

    def _went_on(self, item: Item, problem: Problem | None) -> None:
        """Another item plays. A problem that is there already was that of the one before."""
        if problem is not None and problem.code != NoDevice.code:
            self._failed(_error(problem))
        self._about = item.url

    def _failed(self, error: TonearmError) -> None:
        """Tell what kept an item from playing; the first decides the exit code."""
        self._display.leave()
        complain(error, self._arguments.json, self._about)
        self._exit_code = self._exit_code or error.exit_code

    def _tell(self, text: str) -> None:
        if not self._arguments.json:
            self._display.say(text)


def _error(problem: Problem) -> TonearmError:
    return error_from_code(problem.code, problem.message)
