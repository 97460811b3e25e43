"""A cast that is stayed with: files are served, it is shown, and Ctrl-C leaves with care."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import json
import signal
from collections.abc import AsyncIterator, Sequence

import msgspec

from controller.address import Address
from controller.cli.arguments import Arguments
from controller.cli.complain import complain
from controller.cli.following import of_session
from controller.cli.lending import Lending
from controller.cli.myself import myself
from controller.cli.progress import Display
from controller.cli.receipt import receipt_lines
from controller.cli.text import plain
from controller.client import Client
from controller.file_server import FileServer
from controller.locate import Located
from controller.parts import NOTHING_BEGUN
from controller.wanted import Wanted
from receiver.errors import NoDevice, TonearmError, error_from_code
from receiver.model.state import Item, Problem, Receipt, ReceiverInfo, State

NEAR_END_MS = 2000.0
"""An item that goes away within this time of its end has ended; before, somebody stopped it."""

INTERRUPTED = 128 + signal.SIGINT


class Ending(enum.Enum):
    """How what was cast went away, in words where it did not just end."""

    ENDED = ""
    STOPPED = "It was stopped from elsewhere."
    REPLACED = "Something else is played now."
    LEFT = "The speaker has the whole file, and plays it to its end without this computer."
    PLAYS_ON = "The speaker plays on; `tonearm stop` ends it."


async def run(
    arguments: Arguments, located: Located, wanted: Sequence[Wanted], start_ms: float
) -> int:
    """Play all that is wanted, and return the exit code. Raises `TonearmError` when nothing is
    played.
    """
    files = [one.what for one in wanted if one.is_file]
    address, receiver = located.receiver.address, located.receiver.id
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            Client(*address, receiver=receiver, reconnect=True, by=myself())
        )
        server = None
        if files:
            peers = [Address(peer.host, peer.port) for peer in client.state.peers.values()]
            server = await stack.enter_async_context(FileServer(files, address, peers))
        casting = Casting(client, Lending(client, server), arguments)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, casting.interrupted)
        try:
            return await casting.run(wanted, start_ms)
        finally:
            loop.remove_signal_handler(signal.SIGINT)


class Casting:
    """Plays a list on one receiver, goes along when it is handed over to another one, and knows how
    to leave it.
    """

    def __init__(self, client: Client, lending: Lending, arguments: Arguments) -> None:
        self._client = client
        self._lending = lending
        self._arguments = arguments
        self._receiver_id = client.state.receiver.id
        self._ours: set[str] = set()
        self._about = ""
        self._exit_code = 0
        self._display = Display()
        self._scope = asyncio.timeout(None)
        self._leaving = False
        self._stopping = False
        self._over = False

    async def run(self, wanted: Sequence[Wanted], start_ms: float) -> int:
        """Play everything, or until Ctrl-C. Returns the exit code."""
        try:
            async with self._scope:
                self._tell((await self._play_all(wanted, start_ms)).value)
        except TimeoutError:
            if self._stopping:
                await self._client.stop()
                self._exit_code = INTERRUPTED
        finally:
            self._over = True
            self._display.leave()
        with contextlib.suppress(TonearmError):
            await self._take_back()
        return self._exit_code

    def interrupted(self) -> None:
        """Ctrl-C: leave, but take the music along only if it is pressed twice.

        What the receiver fetches itself plays on. A file of this computer is served until the
        receiver has all of it; who cannot wait for that presses again, and the music stops.
        """
        if self._over or self._scope.when() is not None:
            return  # it is being left already
        item = self._client.state.session.item
        if self._lending.needed_for(item) and not self._leaving:
            self._leaving = True
            self._tell(
                "The music comes from this computer: leaving when the speaker has all of it."
                " Ctrl-C again stops the music."
            )
            return
        if self._lending.needed_for(item):
            self._stopping = True
        else:
            self._tell((Ending.LEFT if self._lending.lends(item) else Ending.PLAYS_ON).value)
        self._scope.reschedule(asyncio.get_running_loop().time())

    async def _play_all(self, wanted: Sequence[Wanted], start_ms: float) -> Ending:
        """Put it all into the queue, play it, and see it to its end. What cannot be played is told
        of; the receiver leaves it out.
        """
        entries = self._lending.entries(wanted)
        self._about = entries[0].url
        failure: TonearmError | None = None
        try:
            receipt = await self._client.play(entries, start_ms, self._arguments.paused)
        except NOTHING_BEGUN:
            raise
        except TonearmError as error:
            failure = error
            self._failed(error)
        else:
            self._heard(receipt)
        states = of_session(self._client, self._client.state.session.id)
        item = (await anext(states)).session.item
        self._ours = {item.id for item in await self._client.queue.items()}
        if item is not None:
            return await self._follow(item, states)
        problem = self._client.state.problem
        if problem is not None and failure is not None and problem.message != failure.message:
            self._about = entries[-1].url
            self._failed(_error(problem))
        return Ending.ENDED

    def _heard(self, receipt: Receipt) -> None:
        """The first is heard."""
        if self._arguments.json:
            self._print_json(receipt=msgspec.to_builtins(receipt))
        elif self._arguments.verbose:
            for line in receipt_lines(receipt):
                self._display.say(line)

    async def _follow(self, item: Item, states: AsyncIterator[State]) -> Ending:
        """Show what plays until it has gone, and with it all that the queue goes on with."""
        self._plays(item)
        last_ms, taken_back = 0.0, False
        async for state in states:
            self._is_at(state.receiver)
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
            if self._leaving:
                if not taken_back:
                    await self._take_back()
                    taken_back = True
                if not self._lending.needed_for(item):
                    return Ending.LEFT
        problem = self._client.state.problem
        if problem is not None:
            self._failed(_error(problem))
            return Ending.ENDED
        length = item.duration_ms
        ended = not item.live and (length is None or last_ms >= length - NEAR_END_MS)
        return Ending.ENDED if ended else Ending.STOPPED

    async def _is_queued(self, item: Item) -> bool:
        """Whether the queue has gone on to this item, and is still the one that was cast: others
        may add to it.
        """
        if item.id in self._ours:
            return True
        return any(other.id in self._ours for other in await self._client.queue.items())

    def _went_on(self, item: Item, problem: Problem | None) -> None:
        """Another item plays. A problem that is there already was that of the one before."""
        if problem is not None and problem.code != NoDevice.code:
            self._failed(_error(problem))
        self._plays(item)

    def _plays(self, item: Item) -> None:
        """What is told from now on is about this item."""
        if item.url == self._about:
            return
        self._about = item.url
        if self._arguments.json:
            self._print_json()

    def _is_at(self, receiver: ReceiverInfo) -> None:
        """The session is there; tell when that is another place."""
        if receiver.id == self._receiver_id:
            return
        self._receiver_id = receiver.id
        self._tell(f"Moved to {plain(receiver.name)}.")
        if self._arguments.json:
            self._print_json()

    async def _take_back(self) -> None:
        """Leave nothing in the queue that cannot be had any more."""
        count = await self._lending.take_back()
        if count:
            files = "1 file" if count == 1 else f"{count} files"
            self._tell(f"Taken out of the queue: {files} of this computer, still to come.")

    def _failed(self, error: TonearmError) -> None:
        """Tell what kept an item from playing; the first decides the exit code."""
        self._display.leave()
        complain(error, self._arguments.json, self._lending.name_of(self._about))
        self._exit_code = self._exit_code or error.exit_code

    def _print_json(self, **more: object) -> None:
        told = {"receiver": self._receiver_id, "url": self._about, **more}
        print(json.dumps(told), flush=True)

    def _tell(self, text: str) -> None:
        if text and not self._arguments.json:
            self._display.say(text)


def _error(problem: Problem) -> TonearmError:
    return error_from_code(problem.code, problem.message)
