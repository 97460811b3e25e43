"""How receivers of one house know one another: see `receiver.peers.base.Credentials`."""

from __future__ import annotations

from msgspec.structs import replace

from receiver.errors import Unauthorized
from receiver.protocol.peers import Hello, Proof, Trust
from receiver.trust.circle import Circle
from receiver.trust.house_keys import Handshake, Party, new_nonce


class Seal:
    """The credentials of a house that has a key. Event loop only."""

    def __init__(self, circle: Circle, fingerprint: str) -> None:
        """`fingerprint`: of our own certificate, "" without one."""
        self._pairings, self._keys = circle
        self._fingerprint = fingerprint

    def hello(self, me: Hello) -> Hello:
        """See `Credentials`."""
        keys = list(self._keys.names)
        return replace(me, nonce=new_nonce(), keys=keys, fingerprint=self._fingerprint)

    def prove(self, mine: Hello, theirs: Hello, *, dialled: bool, channel: str) -> Proof:
        """See `Credentials`."""
        if not theirs.keys:
            raise Unauthorized("it is open to anybody, and this house is not")
        if not channel:
            raise Unauthorized("the link is not secret: there is no TLS on the other side")
        handshake = _handshake(mine, theirs, dialled=dialled, channel=channel)
        return Proof(self._keys.prove("dialler" if dialled else "listener", handshake))

    def check(
        self, mine: Hello, theirs: Hello, proof: Proof, *, dialled: bool, channel: str
    ) -> None:
        """See `Credentials`."""
        handshake = _handshake(mine, theirs, dialled=dialled, channel=channel)
        self._keys.check("listener" if dialled else "dialler", handshake, proof.mac)

    def told(self) -> Trust:
        """See `Credentials`."""
        return Trust(self._keys.house, self._pairings.all)

    def hear(self, trust: Trust, teller: str) -> None:
        """See `Credentials`. What is news counts as a change, so it is kept and told on."""
        self._keys.hear(trust.house, teller)
        self._pairings.merge(trust.pairings, self._keys.house.revoked)


def _handshake(mine: Hello, theirs: Hello, *, dialled: bool, channel: str) -> Handshake:
    ours, other = _party(mine), _party(theirs)
    dialler, listener = (ours, other) if dialled else (other, ours)
    return Handshake(dialler, listener, channel)


def _party(hello: Hello) -> Party:
    return Party(hello.receiver, hello.instance, hello.nonce, hello.fingerprint, tuple(hello.keys))
