"""The controllers that were let in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.errors import NoSuchPairing, TooMany
from receiver.model.trust import MOST_PAIRINGS, Member, Trusted
from receiver.trust.caller import Caller
from receiver.trust.circle import Circle
from receiver.trust.house_keys import HouseKeys
from receiver.trust.pairings import SEEN_EVERY_S, Pairings
from receiver.trust.tokens import digest_of, new_token

HOUSE = HouseKeys(None, Member("id", "Kitchen", ""), lambda: None)


class Book:
    """Pairings, the time they are asked at, and how often they had something to keep."""

    def __init__(self, trusted: Trusted | None = None) -> None:
        self.now = 1e9
        self.kept = 0
        self.pairings = Pairings(trusted or Trusted(), lambda: self.now, self._keep)

    def _keep(self) -> None:
        self.kept += 1


def test_a_token_has_256_bits_and_no_two_are_the_same() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) == 43 for token in tokens), "32 bytes in base64url"


def test_whoever_was_let_in_is_known_by_the_token() -> None:
    book = Book()
    pairing, token = book.pairings.add("Anna's phone", "member")
    assert book.pairings.caller(token) == Caller("member", pairing.id, "Anna's phone")
    assert book.kept == 1


def test_the_token_is_kept_nowhere() -> None:
    book = Book()
    _, token = book.pairings.add("Phone", "owner")
    assert token not in str(book.pairings.all)
    assert book.pairings.all[0].digest == digest_of(token)


def test_what_was_kept_is_known_again() -> None:
    book = Book()
    _, token = book.pairings.add("Phone", "guest")
    again = Book(Circle(book.pairings, HOUSE).trusted)
    assert again.pairings.caller(token) == book.pairings.caller(token)
    assert again.pairings.begun


@given(st.text(max_size=300))
def test_nobody_comes_in_with_another_token(token: str) -> None:
    book = Book()
    book.pairings.add("Phone", "owner")
    assert book.pairings.caller(token) is None


def test_when_it_was_here_last_is_kept_by_the_hour() -> None:
    book = Book()
    _, token = book.pairings.add("Phone", "owner")
    for seconds in (1, SEEN_EVERY_S - 2, 1):
        book.now += seconds
        book.pairings.caller(token)
    assert book.kept == 2, "once for the pairing, once for the hour"
    assert book.pairings.all[0].seen == 1e9 + SEEN_EVERY_S


def test_who_is_revoked_is_known_no_more_and_it_has_still_begun() -> None:
    book = Book()
    pairing, token = book.pairings.add("Phone", "owner")
    assert book.pairings.revoke("phone") == pairing
    assert book.pairings.caller(token) is None
    assert book.pairings.begun
    with pytest.raises(NoSuchPairing, match="pairings ls"):
        book.pairings.revoke("phone")


def test_two_of_one_name_are_told_apart_by_their_ids() -> None:
    book = Book()
    first, _ = book.pairings.add("Phone", "owner")
    second, _ = book.pairings.add("phone", "guest")
    with pytest.raises(NoSuchPairing, match=f"{first.id}, {second.id}"):
        book.pairings.find("Phone")
    assert book.pairings.find(second.id) == second


def test_there_is_room_for_so_many() -> None:
    book = Book()
    for number in range(MOST_PAIRINGS):
        book.pairings.add(f"Phone {number}", "guest")
    with pytest.raises(TooMany, match="Revoke"):
        book.pairings.add("One more", "guest")
