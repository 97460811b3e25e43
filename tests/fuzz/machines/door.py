"""The doorkeeper, whoever knocks: nobody comes in without an open window, nobody comes back, and
guests keep the house rules.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from receiver.clock.mock import MockClock
from receiver.errors import (
    BadCode,
    Forbidden,
    PairingClosed,
    TooMany,
    Unauthorized,
)
from receiver.model.state import Item, SessionState, State
from receiver.model.trust import Household, Role, Trusted
from receiver.protocol import commands as c
from receiver.store.mock_disk import MockDisk
from receiver.store.trust import TrustFile
from receiver.trust.caller import AT_THE_SPEAKER, Caller
from receiver.trust.circle import Circle
from receiver.trust.doorkeeper import Doorkeeper
from receiver.trust.house_rules import HOUR_S, MOST_ADDED, Limits
from receiver.trust.rights import FOR_STRANGERS, right
from receiver.trust.window import OPEN_S, TRIES
from tests.fuzz.machines.values import commands, values_of
from tests.fuzz.target import require
from tests.server.test_hub import state
from tests.trust.doors import CODE, doorkeeper

_LIMITS = Limits(skips=3, volume=60)
_NAMES = st.sampled_from(["Anna", "anna", "Ben", "Phone"])
_ROLES: st.SearchStrategy[Role] = st.sampled_from(["owner", "member", "guest"])
_WAITS = st.sampled_from([0.0, 1.0, 30.0, OPEN_S - 1, OPEN_S, HOUR_S / 2, HOUR_S])
_CODES = st.sampled_from([CODE, CODE, "000000", "999999"])
_FOR_GUESTS = st.one_of(
    *(values_of(kind) for kind in (c.QueueAdd, c.Next, c.SetVolume, c.Resume)), commands()
)


class FrontDoor(RuleBasedStateMachine):
    """See the module. What it should be is told by the simplest means: by counting."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = MockClock()
        self.file = TrustFile(Path("nowhere"), MockDisk())
        self.keeper = self._keeper(Trusted(begun=True))
        self.until = 0.0
        self.role: Role | None = None
        self.tries = 0
        self.openings = 0
        self.tokens: dict[str, Role] = {}
        self.ids: dict[str, str] = {}
        self.revoked: set[str] = set()
        self.cut_off: set[str] = set()
        self.done: list[tuple[float, str, str, int]] = []

    def _keeper(self, trusted: Trusted) -> Doorkeeper:
        return doorkeeper(self.clock, "pair", trusted, _LIMITS)

    @property
    def is_open(self) -> bool:
        return self.role is not None and self.clock.now() < self.until

    # --- what happens -----------------------------------------------------------------------

    @rule(role=_ROLES)
    def opens(self, role: Role) -> None:
        told: dict[str, Any] = {}
        self.keeper.invite(role, None, told.update)
        require(told["code"] == CODE and told["role"] == role, "it tells the code")
        self.role, self.until, self.tries = role, self.clock.now() + OPEN_S, TRIES
        self.openings += 1

    @rule(code=_CODES, name=_NAMES)
    def knocks(self, code: str, name: str) -> None:
        expected = None if not self.is_open else self.role
        try:
            told = self.keeper.carry_out(c.Pair(id="1", code=code, name=name), None)
        except PairingClosed:
            require(expected is None, "it was open")
        except BadCode as error:
            require(expected is not None and code != CODE, "the code was right")
            self.tries -= 1
            require(error.detail["left"] == self.tries, "it counts")
            self.role = self.role if self.tries else None
        else:
            require(expected is not None and code == CODE, "it was closed, or the code was wrong")
            require(told["role"] == expected, "it is let in as what it was opened for")
            self.tokens[told["token"]], self.ids[told["token"]] = told["role"], told["pairing"]
            self.role = None

    @rule(seconds=_WAITS)
    def waits(self, seconds: float) -> None:
        self.clock.step(seconds)

    @rule(which=st.integers(0, 9))
    def is_revoked(self, which: int) -> None:
        if self.tokens:
            token = list(self.tokens)[which % len(self.tokens)]
            visit = self.keeper.enter(self.keeper.caller(token), self._cutter(token))
            self.keeper.carry_out(c.PairingsRevoke(id="1", pairing=self.ids[token]), None)
            require(token in self.cut_off, "it is cut off at once")
            self.keeper.leave(visit)
            del self.tokens[token]
            self.revoked.add(token)

    def _cutter(self, token: str) -> Callable[[], None]:
        return lambda: self.cut_off.add(token)

    @rule()
    def is_started_again(self) -> None:
        trusted = Circle(self.keeper._pairings, self.keeper._house).trusted
        require(self.file.save(trusted), "it is kept")
        self.keeper = self._keeper(self.file.load())
        self.role, self.done = None, []

    @rule(house=values_of(Household))
    def is_of_another_house(self, house: Household) -> None:
        self.keeper.carry_out(c.HouseJoin(id="1", house=house), None)
        told = self.keeper.carry_out(c.HouseInvite(id="1"), AT_THE_SPEAKER)
        require(told["house"]["keys"], "there is a key to be told")

    @rule(which=st.integers(0, 9), command=_FOR_GUESTS, percent=st.integers(0, 100))
    def asks(self, which: int, command: c.Command, percent: int) -> None:
        token = list(self.tokens)[which % len(self.tokens)] if self.tokens else None
        caller = None if token is None else self.keeper.caller(token)
        told = replace(state(percent), session=_PLAYING)
        try:
            result = self.keeper.judge(caller, command, told)
        except Unauthorized:
            require(caller is None, "who is paired is known")
        except (Forbidden, TooMany) as error:
            require(caller is not None and caller.role != "owner", f"an owner: {error.message}")
        else:
            self._was_let(caller, command, told, result)

    def _was_let(
        self, caller: Caller | None, command: c.Command, told: State, result: object
    ) -> None:
        """Count what was let pass."""
        if isinstance(command, FOR_STRANGERS):
            return
        require(caller is not None, "strangers may knock, and nothing else")
        assert caller is not None
        verdict = right(caller.role, type(command))
        require(verdict != "no", f"a {caller.role} may not")
        if verdict == "yes":
            return
        match command:
            case c.QueueAdd(items=items):
                self._count(caller, "added", len(items), MOST_ADDED)
            case c.Next() if result is None:
                self._count(caller, "skipped", 1, _LIMITS.skips)
            case c.SetVolume(percent=percent, by=by):
                wanted = told.volume.percent + (by or 0) if percent is None else percent
                louder = wanted > told.volume.percent
                require(not louder or wanted <= _LIMITS.volume, "a guest makes it no louder")

    def _count(self, caller: Caller, what: str, more: int, most: int) -> None:
        now = self.clock.now()
        self.done.append((now, caller.id, what, more))
        counted = sum(
            count
            for at, who, kind, count in self.done
            if who == caller.id and kind == what and at > now - HOUR_S
        )
        require(counted <= most, f"a guest has {most} {what} an hour")

    # --- what never changes -----------------------------------------------------------------

    @invariant()
    def who_is_paired_is_known_and_nobody_else(self) -> None:
        require(len(self.keeper._pairings.all) == len(self.tokens), "as many as were let in")
        require(len(self.tokens) <= self.openings, "no more than windows were opened")
        for token, role in self.tokens.items():
            require(self.keeper.caller(token).role == role, "each is what it was let in as")
        for token in self.revoked:
            try:
                self.keeper.caller(token)
            except Unauthorized:
                continue
            raise AssertionError("who was revoked is back")
        require(self.keeper.access.pairing == self.is_open, "everybody is told whether it is open")


_PLAYING = SessionState("s", playback="playing", item=Item("i-1", "http://radio.example/"))
