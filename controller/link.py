"""What keeps a client connected, its picture of the receiver true, and its clock right."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from controller.address import Address
from controller.clock_offset import ClockOffset
from controller.connection import Connection, connect
from controller.dialogue import Dialogue
from controller.keys import Key, Keys
from controller.one_shot import ANSWER_SECONDS, no_answer
from controller.view import state_of
from receiver.errors import (
    BadRequest,
    NoReceiver,
    TonearmError,
    Unauthorized,
    error_from_code,
)
from receiver.model.state import State
from receiver.protocol import codec
from receiver.protocol.commands import Command, Status, TimeRequest
from receiver.protocol.events import Change, Done, Error, StateEvent
from receiver.protocol.mirror import Mirror

FIRST_RETRY_SECONDS = 0.25
MAX_RETRY_SECONDS = 5.0
ROUND_TRIPS = 5
"""Made at once when a connection opens; the shortest tells the offset of the clocks."""

ROUND_TRIP_EVERY_SECONDS = 10.0


class Link:
    """One receiver, reached through one connection after another: to itself or, where its id is
    known, to others of its house, which forward what is asked of it.
    """

    def __init__(
        self,
        address: Address,
        reconnect: bool,
        now: Callable[[], float],
        receiver: str | None = None,
    ) -> None:
        """`receiver` is the id of the one that is meant; None: whoever is at the address."""
        self.address = address
        self.reconnect = reconnect
        self.mirror: Mirror
        self.state: State
        """Of the receiver that is meant, as it was last heard of."""
        self.heard_of = False
        """Whether the one that we are connected with hears of it now."""
        self.offset = ClockOffset()
        self.dialogue = Dialogue(address)
        self._receiver = receiver
        self._now = now
        # Unique, so that a command that was sent twice is done once.
        self._ids = (f"{secrets.token_hex(8)}-{number}" for number in itertools.count(1))
        self._connection: Connection | None = None
        self._refreshing = False
        self._version = 0
        self._news = asyncio.Event()

    # --- for the client ---------------------------------------------------------------------

    def next_id(self) -> str:
        """An id for a command."""
        return next(self._ids)

    def now_us(self) -> int:
        """Microseconds on this machine's clock."""
        return round(self._now() * 1e6)

    async def ask(self, command: Command, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        """As `Dialogue.ask`, wherever the receiver is."""
        if self._receiver not in (None, self.mirror.state.receiver.id):
            command = msgspec.structs.replace(command, receiver=self._receiver)
        return await self.dialogue.ask(command, seconds)

    def turn_to(self, receiver: str) -> None:
        """From now on another receiver of the house is meant. Raises `NoReceiver` where it is not
        heard of.
        """
        state = state_of(self.mirror.state, receiver)
        if state is None:
            raise no_answer(self.address, f"{receiver} is not connected with what is there")
        self._receiver = receiver
        self._tell()

    async def refresh(self) -> None:
        """Ask for the whole state. Raises `TonearmError`."""
        result = await self.dialogue.ask(Status(id=self.next_id()), ANSWER_SECONDS)
        try:
            event = msgspec.convert(result, StateEvent)
        except msgspec.ValidationError as error:
            raise BadRequest(f"The answer to a status request is no state: {error}.") from None
        if self.mirror.replace(event):
            self._tell()

    async def news_after(self, version: int) -> int:
        """Wait until something is newer than `version`, and return its version.

        Raises `NoReceiver` when the connection is lost and not tried again.
        """
        while self._version == version:
            await self._news.wait()
        if self.dialogue.lost is not None and not self.dialogue.connected and not self.reconnect:
            raise self.dialogue.lost
        return self._version

    # --- the connection ---------------------------------------------------------------------

    async def open(self) -> None:
        """Connect and take in the first message, which is the whole state. Raises `NoReceiver`."""
        await self._open(self.address)

    async def _open(self, address: Address) -> None:
        """Show the token of a pairing with who was there last, or of one with who answers."""
        keys = Keys()
        key = keys.at(address)
        try:
            connection = await self._greet(address, key)
        except Unauthorized as error:
            other = keys.of(str(error.detail.get("receiver")))
            if other is None or other == key:
                raise
            connection = await self._greet(address, other)
            keys.moved(other, address)
        self._connection = connection
        self.offset.forget()
        self.dialogue.begin(connection)
        self._tell()

    async def _greet(self, address: Address, key: Key | None) -> Connection:
        """A connection whose first message, the whole state, has been taken in."""
        try:
            connection = await connect(address, key)
        except Unauthorized:  # who is there, it tells those who show nothing
            connection = await connect(address)
        try:
            self.mirror = Mirror(await self._first_state(connection))
        except BaseException:
            await connection.close()
            raise
        return connection

    async def close(self) -> None:
        """Close the connection, when nothing follows it any more."""
        self.dialogue.end("the connection was closed")
        if self._connection is not None:
            await self._connection.close()

    async def _first_state(self, connection: Connection) -> StateEvent:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                first = codec.decode_message(await connection.receive())
        except (BadRequest, ConnectionError, TimeoutError) as error:
            raise no_answer(self.address, str(error) or "it says nothing") from None
        if isinstance(first, Error):
            raise error_from_code(first.code, first.message, first.detail)
        if not isinstance(first, StateEvent):
            raise no_answer(self.address, "it does not begin with its state")
        if state_of(first.state, self._receiver) is None:
            raise no_answer(self.address, "what answers there does not hear of it")
        return first

    async def run(self) -> None:
        """Follow the open connection, and, with `reconnect`, those after it, until cancelled."""
        while True:
            assert self._connection is not None
            await self._follow(self._connection)
            await self._connection.close()
            if not self.reconnect:
                return
            await self._open_again()

    async def _open_again(self) -> None:
        pause = FIRST_RETRY_SECONDS
        while True:
            await asyncio.sleep(pause)
            for address in self._addresses():
                try:
                    return await self._open(address)
                except NoReceiver:
                    continue
            pause = min(2 * pause, MAX_RETRY_SECONDS)

    def _addresses(self) -> list[Address]:
        """Where to connect again: to the receiver itself, or to others that may hear of it."""
        if self._receiver is None:
            return [self.address]
        peers = sorted(self.mirror.state.peers.values(), key=lambda peer: peer.id != self._receiver)
        told = [Address(peer.host, peer.port) for peer in peers if peer.port]
        first = self._receiver == self.mirror.state.receiver.id
        return [self.address, *told] if first else [*told, self.address]

    async def _follow(self, connection: Connection) -> None:
        """Take in messages until the connection is lost."""
        async with asyncio.TaskGroup() as tasks:
            keeper = tasks.create_task(self._keep_time())
            try:
                while True:
                    message = codec.decode_message(await connection.receive())
                    if not self._take(message) and not self._refreshing:
                        self._refreshing = True
                        tasks.create_task(self._catch_up())
            except (ConnectionError, BadRequest) as error:
                self.dialogue.end(f"the connection was lost: {error}")
            keeper.cancel()
        self._tell()

    def _take(self, message: Done | Error | StateEvent | Change) -> bool:
        """Take in one message; False when a change was missed."""
        match message:
            case Done() | Error():
                self.dialogue.hear(message)
                return True
            case StateEvent():
                self.mirror.replace(message)
            case Change():
                if not self.mirror.merge(message):
                    return False
        self._tell()
        return True

    async def _catch_up(self) -> None:
        """Ask for the state after a missed change. Failing is fine: the next change tells again."""
        try:
            await self.refresh()
        except TonearmError:
            pass
        finally:
            self._refreshing = False

    async def _keep_time(self) -> None:
        """Measure the offset of the receiver's clock, and go on doing so."""
        try:
            for turn in itertools.count(1):
                await self._round_trip()
                if turn >= ROUND_TRIPS:
                    await asyncio.sleep(ROUND_TRIP_EVERY_SECONDS)
        except TonearmError:
            return  # positions are then those last reported

    async def _round_trip(self) -> None:
        t1_us = self.now_us()
        result = await self.dialogue.ask(
            TimeRequest(id=self.next_id(), t1_us=t1_us), ANSWER_SECONDS
        )
        t4_us = self.now_us()
        t2_us, t3_us = result.get("t2_us"), result.get("t3_us")
        if not isinstance(t2_us, int) or not isinstance(t3_us, int):
            raise BadRequest("The answer to a time request holds no times.")
        self.offset.add(t1_us, t2_us, t3_us, t4_us)

    def _tell(self) -> None:
        """Wake whoever waits for news."""
        state = state_of(self.mirror.state, self._receiver)
        self.state, self.heard_of = state or self.state, state is not None
        self._version += 1
        self._news.set()
        self._news = asyncio.Event()
