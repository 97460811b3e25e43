"""The key of the house: how receivers know one another, and forget one that was revoked.

Each link is proven by both sides with an HMAC (RFC 2104) over who they are, a nonce of each, and
the certificate of the TLS connection it goes through: so neither can be played by somebody who has
heard an earlier proof, or who stands between the two.

When somebody is revoked the key is changed, and told to those that are linked. Who was away knows
an older one, and so does who was revoked. Of the two sides of a connection TLS shows only who was
dialled; so the newer key is told by who dials, to a member whose certificate is known.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from receiver.errors import Unauthorized
from receiver.model.trust import MOST_KEYS, MOST_MEMBERS, MOST_REVOKED, Household, HouseKey, Member

Side = Literal["dialler", "listener"]

NONCE_BYTES = 16
NEWEST = 1 << 32
"""Of the generations that are believed: there is room to revoke on."""


class Party(NamedTuple):
    """One side of a link, as it says in its hello. `keys`: the names of those that it knows, the
    newest first.
    """

    id: str
    instance: str
    nonce: str
    fingerprint: str
    keys: tuple[str, ...]


class Handshake(NamedTuple):
    """Both sides of a link, and the fingerprint of the certificate that the listener has shown, ""
    without TLS.
    """

    dialler: Party
    listener: Party
    channel: str


def new_key(generation: int = 1) -> HouseKey:
    """A random one."""
    return HouseKey(generation, secrets.token_hex(32))


def new_nonce() -> str:
    """For one link."""
    return secrets.token_hex(NONCE_BYTES)


def name_of(key: HouseKey) -> str:
    """What a key is called where others may hear it."""
    return hashlib.sha256(b"tonearm key " + bytes.fromhex(key.secret)).hexdigest()[:16]


class HouseKeys:
    """The keys and the members. `changed` is called when there is something to keep and to tell.
    Event loop only.
    """

    def __init__(self, house: Household | None, me: Member, changed: Callable[[], None]) -> None:
        self._me = me
        self._house = house or Household(keys=[new_key()])
        self._changed = changed
        self._house = self._with(self._house, [me])

    @property
    def house(self) -> Household:
        """All of it."""
        return self._house

    @property
    def members(self) -> list[Member]:
        """The other receivers of the house."""
        return [member for member in self._house.members if member.id != self._me.id]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the keys, the newest first."""
        return tuple(map(name_of, self._house.keys))

    # --- proofs -----------------------------------------------------------------------------

    def prove(self, side: Side, handshake: Handshake) -> str:
        """What this side shows the other. Raises `Unauthorized` where there is nothing that both
        know.
        """
        return _mac(self._common(handshake), side, handshake)

    def check(self, side: Side, handshake: Handshake, proof: str) -> None:
        """See whether the other side, which is `side`, knows what it should. Raises `Unauthorized`
        with the reason.
        """
        key = self._common(handshake)
        if not hmac.compare_digest(proof, _mac(key, side, handshake)):
            raise Unauthorized("it does not know the key of this house")
        if handshake.channel != handshake.listener.fingerprint:
            raise Unauthorized("somebody stands between it and us")
        other = handshake.dialler if side == "dialler" else handshake.listener
        if other.id in self._house.revoked:
            raise Unauthorized("it was revoked")
        if key != self._house.keys[0] and not self._is_known(side, handshake):
            raise Unauthorized("its key of the house is an old one; it is called back")

    def _is_known(self, side: Side, handshake: Handshake) -> bool:
        """Whether TLS has shown that the other side is the member that it says it is."""
        known = {member.id: member.fingerprint for member in self._house.members}
        channel = handshake.channel
        return side == "listener" and bool(channel) and known.get(handshake.listener.id) == channel

    def _common(self, handshake: Handshake) -> HouseKey:
        """The key that a link is proven with: the newest of the dialler's that the listener has."""
        for name in handshake.dialler.keys:
            if name in handshake.listener.keys:
                for key in self._house.keys:
                    if name_of(key) == name:
                        return key
        raise Unauthorized("it is of another house")

    # --- changes ----------------------------------------------------------------------------

    def join(self, house: Household) -> None:
        """Be of this house from now on, and of no other."""
        self._house = self._with(replace(house, members=[]), [*house.members, self._me])
        self._changed()

    def leave(self) -> None:
        """Be a house of one's own again."""
        self._house = self._with(Household(keys=[new_key()]), [self._me])
        self._changed()

    def rename(self, name: str) -> None:
        """Be called so; the others hear it from us alone."""
        if name != self._me.name:
            self._me = replace(self._me, name=name)
            self._house = self._with(self._house, [])
            self._changed()

    def revoke(self, who: str) -> None:
        """Forget a pairing or a member, by its id, and change the key."""
        house = self._house
        key = new_key(house.keys[0].generation + 1)
        house = replace(
            house,
            keys=[key, *house.keys][:MOST_KEYS],
            revoked=[*house.revoked, who][-MOST_REVOKED:],
        )
        self._house = self._with(house, [])
        self._changed()

    def hear(self, theirs: Household, teller: str) -> None:
        """Take in what the receiver of the house knows that has the id `teller`; of how it is
        called nobody else knows better. Whoever was revoked hears that too, and is of no house any
        more.
        """
        mine = self._house
        if self._me.id in theirs.revoked:
            self.leave()
            return
        revoked = [*mine.revoked, *(who for who in theirs.revoked if who not in mine.revoked)]
        heard = {key for key in theirs.keys if key.generation <= NEWEST}
        keys = sorted({*mine.keys, *heard}, reverse=True)[:MOST_KEYS]
        names = {member.id: member.name for member in theirs.members if member.id == teller}
        members = [replace(m, name=names.get(m.id, m.name)) for m in mine.members]
        merged = replace(mine, keys=keys, members=members, revoked=revoked[-MOST_REVOKED:])
        self._house = self._with(merged, theirs.members)
        if self._house != mine:
            self._changed()

    def _with(self, house: Household, members: Sequence[Member]) -> Household:
        """The house with these members too; what a receiver says of itself counts most."""
        known = {member.id: member for member in house.members}
        for member in members:
            known.setdefault(member.id, member)
        known[self._me.id] = self._me
        left = [known[who] for who in sorted(known) if who not in house.revoked]
        return replace(house, members=left[:MOST_MEMBERS])


def _mac(key: HouseKey, side: Side, handshake: Handshake) -> str:
    text = msgspec.json.encode(("tonearm peer 1", side, handshake))
    return hmac.new(bytes.fromhex(key.secret), text, hashlib.sha256).hexdigest()
