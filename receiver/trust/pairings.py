"""The controllers that were let in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable

from msgspec.structs import replace

from receiver.errors import NoSuchPairing, TooMany
from receiver.model.trust import MOST_PAIRINGS, Pairing, Role, Trusted
from receiver.protocol.limits import MAX_TOKEN
from receiver.trust.caller import Caller
from receiver.trust.tokens import digest_of, new_token

SEEN_EVERY_S = 3600
"""How exactly it is known when a controller was here last: each time that changes is written."""


class Pairings:
    """Adds, finds and revokes them. `changed` is called when there is something to keep. Event loop
    only.
    """

    def __init__(
        self, trusted: Trusted, unix_time: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        self._by_digest = {pairing.digest: pairing for pairing in trusted.pairings}
        self._begun = trusted.begun or bool(trusted.pairings)
        self._unix_time = unix_time
        self._changed = changed

    @property
    def all(self) -> list[Pairing]:
        """Each one, the oldest first."""
        return list(self._by_digest.values())

    @property
    def begun(self) -> bool:
        """Whether there has ever been one."""
        return self._begun

    def add(self, name: str, role: Role) -> tuple[Pairing, str]:
        """Let a controller in: its pairing, and the token that it shows from now on. Raises
        `TooMany`.
        """
        if len(self._by_digest) >= MOST_PAIRINGS:
            raise TooMany(
                f"{MOST_PAIRINGS} controllers are paired, and there is room for no more. Revoke"
                " those that are not used: tonearm pairings ls."
            )
        token, now = new_token(), int(self._unix_time())
        pairing = Pairing(
            id=secrets.token_hex(4),
            name=name,
            role=role,
            digest=digest_of(token),
            created=now,
            seen=now,
        )
        self._by_digest[pairing.digest] = pairing
        self._begun = True
        self._changed()
        return pairing, token

    def caller(self, token: str) -> Caller | None:
        """Who shows this token; None: nobody that was let in."""
        if len(token) > MAX_TOKEN:
            return None
        # What is looked up is a hash: how long that takes tells nothing of the token.
        pairing = self._by_digest.get(digest_of(token))
        if pairing is None:
            return None
        now = int(self._unix_time())
        if abs(now - pairing.seen) >= SEEN_EVERY_S:
            self._by_digest[pairing.digest] = replace(pairing, seen=max(now, 0))
            self._changed()
        return Caller(pairing.role, pairing.id, pairing.name)

    def find(self, wanted: str) -> Pairing:
        """The pairing of this id or, in any case of letters, this name. Raises `NoSuchPairing`."""
        found = [pairing for pairing in self.all if pairing.id == wanted]
        found = found or [p for p in self.all if p.name.casefold() == wanted.casefold()]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(pairing.id for pairing in found)
            raise NoSuchPairing(f"Several controllers are called {wanted}; use an id: {ids}.")
        raise NoSuchPairing(f"No controller {wanted} is paired. See: tonearm pairings ls.")

    def merge(self, theirs: Iterable[Pairing], revoked: Collection[str]) -> None:
        """Take over those of another receiver of the house, without those `revoked`."""
        before = dict(self._by_digest)
        for pairing in theirs:
            mine = self._by_digest.get(pairing.digest)
            if mine is None and len(self._by_digest) < MOST_PAIRINGS:
                self._by_digest[pairing.digest] = pairing
        self._by_digest = {d: p for d, p in self._by_digest.items() if p.id not in revoked}
        self._begun |= bool(self._by_digest)
        if self._by_digest.keys() != before.keys():
            self._changed()

    def revoke(self, wanted: str) -> Pairing:
        """Let it in no more. Raises `NoSuchPairing`."""
        pairing = self.find(wanted)
        del self._by_digest[pairing.digest]
        self._changed()
        return pairing
