"""One peer, over one wire: both sides speak, ask and answer, and compare their clocks."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from receiver.clock.base import Clock, within
from receiver.clock.remote import Exchange, RemoteClock
from receiver.clock.schedule import Schedule
from receiver.errors import BadRequest, NoReceiver, Unauthorized
from receiver.peers.base import Credentials, Outbox, Reply, Wire
from receiver.protocol import codec
from receiver.protocol.commands import Command, TimeRequest
from receiver.protocol.events import Answer, Change, Done, Error, StateEvent
from receiver.protocol.limits import UNIQUE_ID
from receiver.protocol.mirror import Mirror
from receiver.protocol.peer_codec import decode_peer_message
from receiver.protocol.peers import HandoffMessage, Hello, OnBehalf, Proof, TimeTold, Trust
from receiver.trust.caller import PEER, Caller

T = TypeVar("T")

HELLO_S = 3.0
"""How long the other side may take to say who it is."""
SILENCE_S = 6.0
"""A peer that does not tell its time for so long is lost."""


class Ears(Protocol):
    """Who takes in what a peer says. Event loop only; nothing here waits."""

    def asked(self, command: Command, caller: Caller, received: float, reply: Reply) -> None:
        """A command, to be answered once; `received` is the instant at which it came."""
        ...

    def told(self, link: PeerLink) -> None:
        """The peer's state, or what is known of its clock, has changed."""
        ...

    def handed(self, link: PeerLink, message: HandoffMessage) -> None:
        """A message of a handoff."""
        ...

    def trusted(self, link: PeerLink, trust: Trust) -> None:
        """Whom the peer trusts."""
        ...


class _Question(NamedTuple):
    """A command that the peer has not answered yet, and who waits for that."""

    command: Command
    replies: list[Reply]

    def take(self, answer: Answer) -> None:
        for reply in self.replies:
            reply(msgspec.structs.replace(answer, id=self.command.id))


class PeerLink:
    """The conversation with one peer. `greet`, then `run` until it is lost."""

    def __init__(
        self,
        wire: Wire,
        me: Hello,
        credentials: Credentials | None,
        outbox: Outbox,
        ears: Ears,
        clock: Clock,
    ) -> None:
        self.wire = wire
        self.peer: Hello
        self.mirror: Mirror | None = None
        self.remote = RemoteClock()
        self.dialled_by = me.receiver
        """The id of the side that opened the wire."""
        self._me = credentials.hello(me) if credentials else me
        self._credentials = credentials
        self._outbox = outbox
        self._ears = ears
        self._clock = clock
        self._ids = (f"p-{number}" for number in itertools.count(1))
        self._waiting: dict[str, _Question] = {}

    async def greet(self, *, dialled: bool) -> Hello:
        """Say who we are, and hear who the other is, and that it is of our house; `dialled`: the
        wire, by us. Raises `ConnectionError`.
        """
        await self.wire.send(codec.encode(self._me))
        first = await self._receive_first(Hello)
        self.peer = first
        if not dialled:
            self.dialled_by = first.receiver
        if self._credentials is not None:
            await self._prove(self._credentials, first, dialled)
        return first

    async def _prove(self, credentials: Credentials, theirs: Hello, dialled: bool) -> None:
        mine, channel = self._me, self.wire.channel
        try:
            proof = credentials.prove(mine, theirs, dialled=dialled, channel=channel)
            await self.wire.send(codec.encode(proof))
            shown = await self._receive_first(Proof)
            credentials.check(mine, theirs, shown, dialled=dialled, channel=channel)
        except Unauthorized as error:
            raise ConnectionError(f"{theirs.name} is no peer of ours: {error.message}") from None
        self._outbox.post(credentials.told())

    async def _receive_first(self, kind: type[T]) -> T:
        """The message of this kind that is due."""
        try:
            first = decode_peer_message(await within(self._clock, HELLO_S, self.wire.receive()))
        except (BadRequest, TimeoutError) as error:
            raise ConnectionError(f"what answers there is no peer: {error}") from None
        if not isinstance(first, kind):
            raise ConnectionError("what answers there does not say who it is")
        return first

    async def run(self, active: Callable[[], bool], peers: Callable[[], int]) -> None:
        """Speak with the peer until the wire is lost; then everybody who waits for an answer is
        told. The clock is asked for often while it is `active`; `peers` tells how many there are.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                others = (
                    tasks.create_task(self._send()),
                    tasks.create_task(self._keep_time(active, peers)),
                )
                await self._listen()
                for other in others:
                    other.cancel()
        finally:
            await self.wire.close()
            self._lose_all()

    # --- speaking ---------------------------------------------------------------------------

    def say(self, message: HandoffMessage | Trust) -> None:
        """Send a message of a handoff, or whom we trust."""
        self._outbox.post(message)

    def ask(self, command: Command, caller: Caller, reply: Reply) -> None:
        """Have the peer carry out a command of `caller`; `reply` gets exactly one answer."""
        command = msgspec.structs.replace(command, receiver=None)
        # A unique id is kept, so that what comes twice is done once, there too.
        unique = len(command.id) >= UNIQUE_ID
        before = self._waiting.get(command.id) if unique else None
        if before is not None and before.command == command:
            before.replies.append(reply)
            return
        name = command.id if unique and before is None else next(self._ids)
        self._waiting[name] = _Question(command, [reply])
        command = msgspec.structs.replace(command, id=name)
        self._outbox.post(
            command if caller is PEER else OnBehalf(command, caller.role, caller.id, caller.name)
        )

    async def _send(self) -> None:
        try:
            while True:
                await self.wire.send(await self._outbox.next())
        except ConnectionError:
            await self.wire.close()

    def _lose_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        error = NoReceiver(
            f"The connection to {self.peer.name} was lost before it answered; look at its state."
        )
        for question in waiting.values():
            question.take(Error(None, error.code, error.message))

    # --- listening --------------------------------------------------------------------------

    async def _listen(self) -> None:
        try:
            while True:
                data = await self.wire.receive()
                received = self._clock.now()
                self._hear(decode_peer_message(data), received)
        except (ConnectionError, BadRequest):
            return

    def _hear(self, message: Any, received: float) -> None:
        match message:
            case Done() | Error():
                self._answered(message, received)
            case StateEvent():
                self._know(message)
            case Change():
                if self.mirror is None or not self.mirror.merge(message):
                    raise BadRequest("A change of its state was missed.")
                self._ears.told(self)
            case Hello() | Proof():
                raise BadRequest("It says twice who it is.")
            case Trust():
                self._ears.trusted(self, message)
            case _ if isinstance(message, HandoffMessage):
                self._ears.handed(self, message)
            case OnBehalf(command=command, role=role, pairing=pairing, name=name):
                caller = Caller(role, pairing, name)
                self._ears.asked(command, caller, received, self._outbox.post)
            case _:
                self._ears.asked(message, PEER, received, self._outbox.post)

    def _know(self, event: StateEvent) -> None:
        """The whole state of the peer."""
        if self.mirror is None:
            self.mirror = Mirror(event)
        else:
            self.mirror.replace(event)
        self._ears.told(self)

    def _answered(self, answer: Answer, received: float) -> None:
        question = self._waiting.pop(answer.id or "", None)
        if question is None:
            return
        if isinstance(answer, Done) and "t3_us" in answer.result:
            self._time_told(answer.result, received)
        question.take(answer)

    # --- clocks -----------------------------------------------------------------------------

    async def _keep_time(self, active: Callable[[], bool], peers: Callable[[], int]) -> None:
        schedule = Schedule()
        while True:
            answered = asyncio.Event()
            request = TimeRequest(id="t", t1_us=round(self._clock.now() * 1e6))
            self.ask(request, PEER, lambda _, answered=answered: answered.set())  # type: ignore[misc]
            try:
                await within(self._clock, SILENCE_S, answered.wait())
            except TimeoutError:
                await self.wire.close()
                return
            now = self._clock.now()
            await self._clock.sleep(
                schedule.next_in(
                    active=active(),
                    uncertainty_s=self.remote.uncertainty_at(now),
                    peers=peers(),
                )
            )

    def _time_told(self, result: dict[str, Any], received: float) -> None:
        """RFC 5905's four timestamps."""
        try:
            times = msgspec.convert(result, TimeTold)
        except msgspec.ValidationError:
            return
        t1, t2, t3 = times.t1_us / 1e6, times.t2_us / 1e6, times.t3_us / 1e6
        if self.remote.exchanged(Exchange(times.clock.boot, t1, t2, t3, received)):
            self._ears.told(self)
