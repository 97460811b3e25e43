"""Who is let in, and what each may do: pairings, the pairing window, rights and house rules."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec
from msgspec.structs import replace

from receiver.clock.base import Clock
from receiver.errors import BadCode, BadRequest, Conflict, Forbidden, TooMany, Unauthorized
from receiver.model.state import Access, State
from receiver.model.text import visible
from receiver.model.trust import Member, Pairing, Role
from receiver.protocol import commands as c
from receiver.trust.caller import ANYBODY, Caller
from receiver.trust.circle import Circle
from receiver.trust.house_keys import HouseKeys
from receiver.trust.house_rules import HouseRules
from receiver.trust.rights import FOR_STRANGERS, check, right
from receiver.trust.window import FIRST_OPEN_S, OPEN_S, Opened, Window

log = logging.getLogger(__name__)

AuthMode = Literal["pair", "open"]

TrustCommand = c.Auth | c.Pair | c.PairingsList | c.PairingsRevoke | c.HouseInvite | c.HouseJoin


Drawn = Callable[[str, list[str]], None]
"""Takes an address, and its QR code: a string of 0 and 1 for each row."""


class Herald(Protocol):
    """Who tells people of the pairing window. Event loop only; nothing here waits."""

    def opened(self, opened: Opened, seconds: float) -> None:
        """Somebody new may come in with this code, for so long."""
        ...

    def closed(self, why: str) -> None:
        """Nobody may any more."""
        ...

    def draw(self, opened: Opened, host: str, tell: Drawn) -> None:
        """Give `tell` a link with the code, and the QR code of it. `host`: where it was asked for
        that, "" where that is not known.
        """
        ...


class Visit(msgspec.Struct, frozen=True, eq=False):
    """A connection of somebody who was let in; `cut_off` ends it."""

    caller: Caller
    cut_off: Callable[[], None]


class Doorkeeper:
    """See the module. Event loop only; nothing here waits but `run`."""

    def __init__(
        self,
        me: Member,
        mode: AuthMode,
        circle: Circle,
        rules: HouseRules,
        herald: Herald,
        clock: Clock,
        window: Window | None = None,
    ) -> None:
        self._me = me
        self.mode = mode
        self._pairings, self._house = circle
        self._rules = rules
        self._herald = herald
        self._clock = clock
        self._window = window or Window()
        self._opened = asyncio.Event()
        self._visits: set[Visit] = set()
        self.changed: Callable[[], None] = lambda: None
        """Is called when `access` is another."""

    @property
    def access(self) -> Access:
        """As everybody is told."""
        return Access(self.mode, self._window.opened(self._clock.now()) is not None)

    @property
    def stranger(self) -> Caller | None:
        """Who shows nothing."""
        return ANYBODY if self.mode == "open" else None

    def caller(self, token: str) -> Caller:
        """Who shows this token. Raises `Unauthorized`."""
        caller = self._pairings.caller(token)
        if caller is not None:
            return caller
        if self.mode == "open":
            return ANYBODY
        raise self.unknown()

    def unknown(self) -> Unauthorized:
        """The error for who is not paired. It tells whom to pair with, or which token to show."""
        me = self._me
        return Unauthorized(
            f"{me.name} does not know you, or not any more. Pair with it: tonearm pair.",
            receiver=me.id,
            name=me.name,
            fingerprint=me.fingerprint,
        )

    def rename(self, name: str) -> None:
        """Be called so."""
        self._me = replace(self._me, name=name)

    def enter(self, caller: Caller, cut_off: Callable[[], None]) -> Visit:
        """A connection of this caller is there; `cut_off` ends it."""
        visit = Visit(caller, cut_off)
        self._visits.add(visit)
        return visit

    def prune(self) -> None:
        """Cut off whoever is not paired any more."""
        known = {pairing.id for pairing in self._pairings.all} | {""}
        for visit in list(self._visits):
            if visit.caller.id not in known:
                visit.cut_off()

    def leave(self, visit: Visit) -> None:
        """It is gone."""
        self._visits.discard(visit)

    # --- commands ---------------------------------------------------------------------------

    def judge(
        self, caller: Caller | None, command: c.Command, state: State
    ) -> dict[str, Any] | None:
        """Whether a command is carried out. A result: it is not, but that is its answer. Raises
        `Unauthorized`, `Forbidden` and `TooMany`, which say why.
        """
        if isinstance(command, FOR_STRANGERS):
            return None
        if caller is None:
            raise self.unknown()
        if check(caller, command) == "yes":
            return None
        guests = {visit.caller.id for visit in self._visits if visit.caller.role == "guest"}
        present = len(guests | {caller.id})
        return self._rules.judge(caller, command, state, present, self._clock.now())

    def judge_upload(self, caller: Caller) -> None:
        """Whether a file is taken from who may `queue.add`. Raises `Forbidden` and `TooMany`, which
        say why.
        """
        if right(caller.role, c.QueueAdd) == "rules":
            self._rules.judge_upload(caller, self._clock.now())

    def carry_out(self, command: TrustCommand, caller: Caller | None) -> dict[str, Any]:
        """Do what a command about trust says; gives its result. Raises `TonearmError`."""
        match command:
            case c.Auth(token=token):
                return {"role": self.caller(token).role}
            case c.Pair(code=code, name=name):
                return self._pair(code, name)
            case c.PairingsList():
                return {
                    "pairings": [_told(pairing) for pairing in self._pairings.all],
                    "receivers": [{"id": m.id, "name": m.name} for m in self._members],
                }
            case c.PairingsRevoke(pairing=wanted):
                return self._revoke(wanted)
            case c.HouseInvite():
                return {"house": self._invitation(caller)}
            case c.HouseJoin(house=house):
                self._own_house.join(house)
                log.info("This receiver is of another house now.")
                return {"receivers": [member.name for member in self._members]}

    @property
    def _members(self) -> list[Member]:
        return self._house.members if self.mode == "pair" else []

    @property
    def _own_house(self) -> HouseKeys:
        if self.mode == "open":
            raise Conflict('This receiver is open, so it is of no house. Set auth = "pair".')
        return self._house

    def _revoke(self, wanted: str) -> dict[str, Any]:
        """A controller, or a receiver of the house."""
        for member in self._members:
            if wanted in (member.id, member.name):
                self._own_house.revoke(member.id)
                log.info("The receiver %s is of this house no more.", member.name)
                return {"receiver": {"id": member.id, "name": member.name}}
        pairing = self._pairings.revoke(wanted)
        self._house.revoke(pairing.id)
        self.prune()
        log.info("%s (%s) is paired no more.", pairing.name, pairing.role)
        return {"pairing": _told(pairing)}

    def _invitation(self, caller: Caller | None) -> dict[str, Any]:
        if caller is None or not caller.private:
            raise Forbidden("The key of the house is told over TLS alone: use the command tonearm.")
        house = self._own_house.house
        told = replace(house, keys=house.keys[:1], members=[], revoked=[])
        invitation: dict[str, Any] = msgspec.to_builtins(told)
        return invitation

    def _pair(self, code: str, name: str) -> dict[str, Any]:
        name = visible(name).strip()
        if not name:
            raise BadRequest("A pairing needs a `name` that can be seen.")
        try:
            role = self._window.admit(code, self._clock.now())
            pairing, token = self._pairings.add(name, role)
        except BadCode as error:
            log.warning("%s tried to pair: %s", name, error.message)
            if not error.detail["left"]:
                self._closed("of five wrong codes")
            raise
        except TooMany:
            self._closed(f"there is no room for {name}")
            raise
        self._closed(f"{name} is paired, as {role}")
        return {"token": token, "role": role, "pairing": pairing.id}

    # --- the window -------------------------------------------------------------------------

    async def run(self) -> None:
        """Close the window when its time is up, until cancelled. It opens by itself where nobody
        has ever been let in.
        """
        if self.mode == "pair" and not self._pairings.begun:
            self.open("owner", FIRST_OPEN_S)
        while True:
            opened = self._window.opened(self._clock.now())
            if opened is None:
                self._opened.clear()
                await self._opened.wait()
                continue
            await self._clock.sleep(opened.until - self._clock.now())
            if self._window.expired(self._clock.now()):
                self._closed("nobody came in time")

    def invite(
        self, role: Role, caller: Caller | None, tell: Callable[[dict[str, Any]], None]
    ) -> None:
        """Open the window, on command; `tell` is told its result, as soon as the code is drawn."""
        opened = self.open(role)
        told = {"code": opened.code, "seconds": OPEN_S, "role": role}
        host = caller.host if caller else ""
        self._herald.draw(opened, host, lambda url, qr: tell({**told, "url": url, "qr": qr}))

    def open(self, role: Role = "owner", seconds: float = OPEN_S) -> Opened:
        """Let somebody new in, with the code that this gives."""
        opened = self._window.open(self._clock.now(), role, seconds)
        self._opened.set()
        self._herald.opened(opened, seconds)
        self.changed()
        return opened

    def _closed(self, why: str) -> None:
        log.info("Pairing is closed: %s.", why)
        self._herald.closed(why)
        self.changed()


def _told(pairing: Pairing) -> dict[str, Any]:
    """A pairing, without what is secret."""
    return {
        "id": pairing.id,
        "name": pairing.name,
        "role": pairing.role,
        "created": pairing.created,
        "seen": pairing.seen,
    }
