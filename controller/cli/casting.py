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
from controller.cli.progress import Display
from controller.cli.receipt import receipt_lines
from controller.cli.values import is_url
from controller.client import Client
from controller.file_server import FileServer
from controller.known import Known
from receiver.errors import NoReceiver, Superseded, TonearmError, error_from_code
from receiver.model.state import Receipt, State

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
    async with Client(*receiver.address, reconnect=True) as client:
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
        """Play one after the other; what cannot be played is told of, and left out."""
        exit_code = 0
        for what in self._arguments.what:
            try:
                ending = await self._play(what, start_ms)
            except NoReceiver:
                raise
            except TonearmError as error:
                self._display.leave()
                complain(error, self._arguments.json, what)
                exit_code = exit_code or error.exit_code
                if isinstance(error, Superseded):
                    break
            else:
                if ending.value:
                    self._tell(ending.value)
                if ending is not Ending.ENDED or self._leaving:
                    break
            start_ms = 0.0
        return exit_code

    async def _play(self, what: str, start_ms: float) -> Ending:
        """Play one item, and follow it until it has gone."""
        async with self._served(what) as url:
            receipt = await self._client.play(url, start_ms, self._arguments.paused)
            self._heard(url, receipt)
            return await self._follow()

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
        """Show the item until it has gone. Raises the error that made it go."""
        item = self._client.state.session.item
        if item is None:
            return Ending.ENDED
        last_ms = 0.0
        async for state in moments(self._client):
            now = state.session.item
            if now is None:
                break
            if now.id != item.id:
                return Ending.REPLACED
            item, last_ms = now, self._client.position_ms() or last_ms
            if not self._arguments.json:
                self._display.show(state, last_ms, self._client.connected)
            if self._leaving and self._lent is not None and self._lent.fetched:
                return Ending.LEFT
        _raise_problem(self._client.state)
        length = item.duration_ms
        ended = not item.live and (length is None or last_ms >= length - NEAR_END_MS)
        return Ending.ENDED if ended else Ending.STOPPED

    def _tell(self, text: str) -> None:
        if not self._arguments.json:
            self._display.say(text)


def _raise_problem(state: State) -> None:
    if state.problem is not None:
        raise error_from_code(state.problem.code, state.problem.message)
