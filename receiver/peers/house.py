"""The receivers of the house: found, remembered, connected, and told of to all controllers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from receiver.clock.base import Clock, within
from receiver.errors import NoReceiver
from receiver.model.state import Peer
from receiver.peers.base import Address, Credentials, Dial, Outbox, PeerRefused, Reply, Wire
from receiver.peers.facts import Facts
from receiver.peers.neighbour import Neighbour
from receiver.protocol.commands import Command
from receiver.protocol.events import Error
from receiver.protocol.peers import HandoffMessage, Hello, Trust
from receiver.trust.caller import Caller

if TYPE_CHECKING:
    from receiver.peers.link import PeerLink

log = logging.getLogger(__name__)

SECOND_S = 1.0
"""Of two receivers the one with the lower id dials at once, the other after so long."""
FIRST_PAUSE_S, MAX_PAUSE_S = 0.25, 30.0
STEADY_S = 10.0
"""A link that lasted for less is no reason to dial as eagerly as at first."""
DIAL_S = 3.0
MOST_PEERS = 256
FEW_PEERS = 10
PROBE_S = 1.0
"""How long to look whether a peer whose wire was lost is there at all."""


Carry = Callable[[Command, Caller, float, Reply], None]
"""Carries out a command of somebody that came at an instant, and answers it once. Must not wait."""


class Listener(Protocol):
    """Whom the house tells. Event loop only; nothing here waits."""

    def handed(self, peer: str, message: HandoffMessage) -> None:
        """A peer hands a session over, or takes one."""
        ...

    def connected(self, peer: str) -> None:
        """Messages reach this peer from now on."""
        ...

    def lost(self, peer: str, *, dead: bool) -> None:
        """They do not any more; `dead`: its program does not run any more, surely."""
        ...

    def changed(self) -> None:
        """`peers` is another."""
        ...


class House:
    """All other receivers. `run` is its life; the rest may be called from the event loop."""

    def __init__(
        self,
        me: Hello,
        credentials: Credentials | None,
        join: Callable[[], Outbox],
        dial: Dial,
        clock: Clock,
    ) -> None:
        """`join` gives an outbox that carries this receiver's state. Without `credentials` whoever
        answers is a peer.
        """
        self._me = me
        self._credentials = credentials
        self._join = join
        self._dial = dial
        self._clock = clock
        self._carry: Carry
        self._listener: Listener
        self._neighbours: dict[str, Neighbour] = {}
        self.facts = Facts(self._neighbours, clock)
        """What a session that moves must know."""
        self._peers: dict[str, Peer] | None = None
        self._tasks = asyncio.TaskGroup()
        self._strangers: set[Address] = set()
        self.begun = asyncio.Event()
        """Set when others may be met."""
        self.plays = False
        """Whether this receiver plays."""

    async def run(self, carry: Carry, listener: Listener) -> None:
        """Keep the house together until cancelled. `carry` carries out what peers ask for."""
        self._carry, self._listener = carry, listener
        async with self._tasks:
            self.begun.set()
            await asyncio.Event().wait()

    def rename(self, name: str) -> None:
        """Be called so on the links to come. Who is linked is told by the state."""
        self._me = msgspec.structs.replace(self._me, name=name)

    def listens_on(self, port: int) -> None:
        """Where peers can reach us. To be known before any is met."""
        self._me = msgspec.structs.replace(self._me, port=port)

    # --- what is known ----------------------------------------------------------------------

    @property
    def peers(self) -> dict[str, Peer]:
        """The other receivers by their ids, as controllers see them: the same object until one
        changes.
        """
        if self._peers is None:
            self._peers = {name: neighbour.peer for name, neighbour in self._neighbours.items()}
        return self._peers

    def link(self, peer: str) -> PeerLink | None:
        """The conversation with a peer, while there is one."""
        neighbour = self._neighbours.get(peer)
        return None if neighbour is None else neighbour.link

    def find(self, wanted: str) -> Neighbour:
        """The peer of this id or, in any case of letters, this name. Raises `NoReceiver`."""
        if wanted in self._neighbours:
            return self._neighbours[wanted]
        named = [n for n in self._neighbours.values() if n.name.casefold() == wanted.casefold()]
        # One that was set up anew has another id; its old self is still remembered.
        found = [n for n in named if n.link is not None] or named
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(neighbour.id for neighbour in found)
            raise NoReceiver(f"Several receivers are called {wanted}; use an id: {ids}.")
        names = ", ".join(sorted(n.name for n in self._neighbours.values())) or "none"
        raise NoReceiver(f"{self._me.name} knows no receiver {wanted}; it knows: {names}.")

    def locate(self, wanted: str) -> str:
        """The id of the receiver of this id or name, which may be this one or a peer that is
        connected. Raises `NoReceiver`.
        """
        if wanted == self._me.receiver or wanted.casefold() == self._me.name.casefold():
            return self._me.receiver
        return self.reach(wanted).peer.receiver

    def reach(self, wanted: str) -> PeerLink:
        """The conversation with the peer that `find` finds. Raises `NoReceiver`."""
        neighbour = self.find(wanted)
        if neighbour.link is None:
            raise NoReceiver(f"{neighbour.name} is not connected now; is it on?")
        return neighbour.link

    # --- finding them -----------------------------------------------------------------------

    def seen(self, peer: str, name: str, addresses: list[Address]) -> None:
        """A receiver is, or was, at these addresses, the best one first."""
        if peer == self._me.receiver or not addresses:
            return
        neighbour = self._neighbours.get(peer)
        if neighbour is None:
            if len(self._neighbours) >= MOST_PEERS and not self._forget_a_stranger():
                return
            neighbour = self._neighbours[peer] = Neighbour(peer, name)
            neighbour.caller = self._tasks.create_task(self._keep_connected(neighbour))
        neighbour.seen_at(name, addresses)
        self._changed()

    def _forget_a_stranger(self) -> bool:
        """Make room in a full house: who was announced and never answered goes first."""
        for neighbour in self._neighbours.values():
            if neighbour.remote is None and neighbour.caller is not None:
                neighbour.caller.cancel()
                del self._neighbours[neighbour.id]
                return True
        return False

    def meet(self, address: Address) -> None:
        """Look who is at an address where a receiver may be."""
        if address not in self._strangers:
            self._strangers.add(address)
            self._tasks.create_task(self._call_on(address))

    async def _call_on(self, address: Address) -> None:
        """Until somebody was met there; who is known is called on by `_keep_connected`."""
        pause, level = FIRST_PAUSE_S, logging.INFO
        while True:
            try:
                await self._connect(address)
                break
            except (ConnectionError, TimeoutError) as error:
                log.log(level, "No receiver answers at %s:%d: %s. Trying on.", *address, error)
                level = logging.DEBUG
            await self._clock.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE_S)
        self._strangers.discard(address)

    async def _keep_connected(self, neighbour: Neighbour) -> None:
        """Dial until there is a link, and again when it is lost."""
        pause = 0.0 if self._me.receiver < neighbour.id else SECOND_S
        while True:
            await neighbour.wait_a_while(self._clock, pause)
            if neighbour.link is None:
                await self._dial_all(neighbour)
                pause = min(max(2 * pause, FIRST_PAUSE_S), MAX_PAUSE_S)
                continue
            since = self._clock.now()
            await neighbour.unlinked.wait()
            if self._clock.now() - since > STEADY_S:
                pause = FIRST_PAUSE_S if self._me.receiver < neighbour.id else SECOND_S

    async def _dial_all(self, neighbour: Neighbour) -> None:
        """Try its addresses, until it answers at one. Where another receiver is now, it is not."""
        for address in list(neighbour.addresses):
            try:
                met = await self._connect(address)
            except (ConnectionError, TimeoutError):
                continue
            if met == neighbour.id:
                return
            neighbour.not_at(address)

    async def _connect(self, address: Address) -> str:
        """Open a wire and have it served; gives the id of who is there. Raises `ConnectionError`,
        `TimeoutError`.
        """
        wire = await within(self._clock, DIAL_S, self._dial(address))
        outbox = self._join()
        link = self._new_link(wire, outbox)
        try:
            hello = await link.greet(dialled=True)
        except ConnectionError:
            outbox.leave()
            await wire.close()
            raise
        except BaseException:
            outbox.leave()
            raise
        self.seen(hello.receiver, hello.name, [address])
        self._tasks.create_task(self._follow(link, outbox))
        return hello.receiver

    async def serve(self, wire: Wire) -> None:
        """Speak over a wire that a peer has opened, until it is lost."""
        outbox = self._join()
        link = self._new_link(wire, outbox)
        try:
            hello = await link.greet(dialled=False)
        except ConnectionError as error:
            log.info("A link from %s came to nothing: %s", wire.host, error)
            outbox.leave()
            await wire.close()
            return
        self.seen(hello.receiver, hello.name, [Address(wire.host, hello.port)])
        await self._follow(link, outbox)

    def _new_link(self, wire: Wire, outbox: Outbox) -> PeerLink:
        # Loaded with the first peer: a speaker that is alone does without.
        from receiver.peers.link import PeerLink  # noqa: PLC0415 - see above

        return PeerLink(wire, self._me, self._credentials, outbox, self, self._clock)

    # --- links ------------------------------------------------------------------------------

    async def _follow(self, link: PeerLink, outbox: Outbox) -> None:
        """Let the link be the one to its peer while it lasts, unless another is."""
        neighbour = self._neighbours.get(link.peer.receiver)
        try:
            if neighbour is None or not await self._adopted(neighbour, link):
                await link.wire.close()
                return
            self._changed()
            self._listener.connected(neighbour.id)
            await self._speak(neighbour, link)
            if neighbour.link is link:
                await self._lost(neighbour, link)
        finally:
            outbox.leave()

    async def _speak(self, neighbour: Neighbour, link: PeerLink) -> None:
        """Until the wire is lost. What we stumble over costs this link, and not the house."""
        try:
            await link.run(lambda: self._active(neighbour), lambda: len(self._neighbours))
        except Exception:
            log.exception("The link to %s failed.", neighbour.name)

    def _active(self, neighbour: Neighbour) -> bool:
        """Whether a session may soon move between the two of us. In a house of many that is not
        worth asking each for its time so often.
        """
        few = len(self._neighbours) <= FEW_PEERS
        return few and (self.plays or neighbour.plays)

    async def _adopted(self, neighbour: Neighbour, link: PeerLink) -> bool:
        """Whether this link is to be the only one to its peer. Both sides judge alike: the one
        that the lower id has dialled stays, unless the peer was started anew since.
        """
        current = neighbour.link
        if current is not None:
            lower = min(self._me.receiver, neighbour.id)
            same = current.peer.instance == link.peer.instance
            if same and (current.dialled_by == lower or link.dialled_by != lower):
                return False
        neighbour.join(link)
        if current is not None:
            if current.peer.instance != link.peer.instance:
                self._listener.lost(neighbour.id, dead=True)
            await current.wire.close()
        return True

    async def _lost(self, neighbour: Neighbour, link: PeerLink) -> None:
        """The only link to a peer is gone: look whether its program still runs."""
        neighbour.unlink()
        self._changed()
        dead = await self._is_refused(Address(link.wire.host, link.peer.port))
        anew = neighbour.link
        if anew is not None and anew.peer.instance != link.peer.instance:
            dead = True
        self._listener.lost(neighbour.id, dead=dead)
        if anew is not None:  # it is back already: that is the last word
            self._listener.connected(neighbour.id)

    async def _is_refused(self, address: Address) -> bool:
        """Whether nobody listens there any more."""
        try:
            wire = await within(self._clock, PROBE_S, self._dial(address))
            await wire.close()
        except PeerRefused:
            return True
        except (ConnectionError, TimeoutError):
            pass
        return False

    # --- speaking ---------------------------------------------------------------------------

    def say(self, peer: str, message: HandoffMessage) -> bool:
        """Send a message of a handoff; False when the peer is not connected."""
        link = self.link(peer)
        if link is not None:
            link.say(message)
        return link is not None

    def tell_trust(self) -> None:
        """Whom we trust has changed: tell the peers, and speak no more with who was revoked."""
        if self._credentials is None:
            return
        trust = self._credentials.told()
        for neighbour in self._neighbours.values():
            link = neighbour.link
            if link is None:
                neighbour.wake()  # it may be of the same house by now
            elif neighbour.id in trust.house.revoked:
                self._tasks.create_task(link.wire.close())
            else:
                link.say(trust)

    def forward(self, command: Command, caller: Caller, reply: Reply) -> None:
        """Have the receiver that the command names carry it out for `caller`."""
        assert command.receiver is not None
        try:
            link = self.reach(command.receiver)
        except NoReceiver as error:
            reply(Error(command.id, error.code, error.message))
        else:
            link.ask(command, caller, reply)

    # --- what links hear --------------------------------------------------------------------

    def asked(self, command: Command, caller: Caller, received: float, reply: Reply) -> None:
        """See `Ears`."""
        self._carry(command, caller, received, reply)

    def told(self, link: PeerLink) -> None:
        """See `Ears`."""
        neighbour = self._of(link)
        if neighbour is not None and neighbour.refresh(self._clock.now()):
            self._changed()

    def _changed(self) -> None:
        self._peers = None
        self._listener.changed()

    def handed(self, link: PeerLink, message: HandoffMessage) -> None:
        """See `Ears`."""
        if self._of(link) is not None:
            self._listener.handed(link.peer.receiver, message)

    def trusted(self, link: PeerLink, trust: Trust) -> None:
        """See `Ears`."""
        if self._credentials is not None and self._of(link) is not None:
            self._credentials.hear(trust, link.peer.receiver)

    def _of(self, link: PeerLink) -> Neighbour | None:
        """Whose link it is, if it is the one that counts."""
        neighbour = self._neighbours.get(link.peer.receiver)
        return neighbour if neighbour is not None and neighbour.link is link else None
