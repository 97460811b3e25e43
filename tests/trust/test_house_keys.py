"""The key of the house: proofs, members, and changes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.errors import Unauthorized
from receiver.model.trust import Household, HouseKey, Member
from receiver.trust.house_keys import Handshake, HouseKeys, Party, Side, name_of, new_key

ATTIC, BATH, OTHER = ("a" * 64, "b" * 64, "c" * 64)


class Home:
    """The keys of one receiver, and how often they changed."""

    def __init__(self, name: str, fingerprint: str, house: Household | None = None) -> None:
        self.name, self.fingerprint = name, fingerprint
        self.changes = 0
        self.keys = HouseKeys(house, Member(name, name.title(), fingerprint), self._changed)

    def _changed(self) -> None:
        self.changes += 1

    def hear(self, other: Home) -> None:
        self.keys.hear(other.keys.house, other.name)

    def party(self, nonce: str = "n") -> Party:
        return Party(self.name, "1", f"{nonce} of {self.name}", self.fingerprint, self.keys.names)


def two() -> tuple[Home, Home]:
    """Of one house, which know each other."""
    attic = Home("attic", ATTIC)
    bath = Home("bath", BATH)
    bath.keys.join(Household(keys=attic.keys.house.keys))
    attic.hear(bath)
    bath.hear(attic)
    return attic, bath


def handshake(dialler: Home, listener: Home, channel: str = "", nonce: str = "n") -> Handshake:
    shown = channel or listener.fingerprint
    return Handshake(dialler.party(nonce), listener.party(nonce), shown)


def shake(dialler: Home, listener: Home) -> None:
    """Both prove and check. Raises `Unauthorized`."""
    both = handshake(dialler, listener)
    listener.keys.check("dialler", both, dialler.keys.prove("dialler", both))
    dialler.keys.check("listener", both, listener.keys.prove("listener", both))


def test_two_of_one_house_know_each_other() -> None:
    attic, bath = two()
    shake(attic, bath)
    shake(bath, attic)


def test_another_name_is_believed_of_whoever_bears_it() -> None:
    attic, bath = two()
    cellar = Home("cellar", OTHER, Household(keys=attic.keys.house.keys))
    for one, other in ((cellar, attic), (cellar, bath)):
        one.hear(other)
        other.hear(one)
    changes = attic.changes
    attic.keys.rename("Attic")
    assert attic.changes == changes, "it is called so already"
    attic.keys.rename("Loft")
    assert attic.changes == changes + 1
    bath.hear(cellar)
    assert [member.name for member in bath.keys.members] == ["Attic", "Cellar"]
    bath.hear(attic)
    assert [member.name for member in bath.keys.members] == ["Loft", "Cellar"]
    bath.hear(cellar)
    cellar.hear(bath)
    assert [member.name for member in bath.keys.members] == ["Loft", "Cellar"]
    assert cellar.keys.members[0].name == "Attic", "it has not heard it from the attic yet"
    shake(attic, bath)


def test_one_of_another_house_knows_nothing_to_prove() -> None:
    with pytest.raises(Unauthorized, match="of another house"):
        shake(Home("attic", ATTIC), Home("bath", BATH))


def test_who_claims_a_key_that_it_does_not_know_is_found_out() -> None:
    attic, liar = Home("attic", ATTIC), Home("bath", BATH)
    claimed = liar.party()._replace(keys=attic.keys.names)
    both = Handshake(claimed, attic.party(), ATTIC)
    with pytest.raises(Unauthorized, match="does not know the key"):
        attic.keys.check("dialler", both, "0" * 64)


def test_who_stands_between_is_found_out() -> None:
    """It shows its own certificate to the dialler, and passes all else on."""
    attic, bath = two()
    seen = handshake(attic, bath, channel=OTHER)
    told = handshake(attic, bath)
    with pytest.raises(Unauthorized, match="does not know the key"):
        attic.keys.check("listener", seen, bath.keys.prove("listener", told))
    with pytest.raises(Unauthorized, match="stands between"):
        attic.keys.check("listener", seen, bath.keys.prove("listener", seen))


def test_a_proof_is_for_one_link() -> None:
    attic, bath = two()
    heard = attic.keys.prove("dialler", handshake(attic, bath, nonce="first"))
    with pytest.raises(Unauthorized):
        bath.keys.check("dialler", handshake(attic, bath, nonce="second"), heard)


@pytest.mark.parametrize(("own", "other"), [("dialler", "listener"), ("listener", "dialler")])
def test_a_proof_does_not_serve_the_other_side(own: Side, other: Side) -> None:
    attic, bath = two()
    both = handshake(attic, bath)
    with pytest.raises(Unauthorized):
        attic.keys.check(other, both, attic.keys.prove(own, both))


def test_revoking_changes_the_key_and_forgets_the_member() -> None:
    attic, bath = two()
    attic.keys.revoke("bath")
    assert [member.id for member in attic.keys.members] == []
    with pytest.raises(Unauthorized, match="revoked"):
        shake(bath, attic)
    with pytest.raises(Unauthorized, match="revoked"):
        shake(attic, bath)


def test_who_was_away_is_told_the_new_key_by_who_dials_it() -> None:
    attic, bath = two()
    attic.keys.revoke("phone")
    with pytest.raises(Unauthorized, match="called back"):
        shake(bath, attic)
    shake(attic, bath)
    bath.hear(attic)
    shake(bath, attic)


def test_an_old_key_and_another_certificate_are_not_enough() -> None:
    """Somebody who knew the key before it was changed, in the place of a member."""
    attic, bath = two()
    thief = Home("bath", OTHER, bath.keys.house)
    attic.keys.revoke("phone")
    with pytest.raises(Unauthorized, match="called back"):
        shake(attic, thief)


def test_who_hears_that_it_was_revoked_is_a_house_of_its_own() -> None:
    attic, bath = two()
    attic.keys.revoke("bath")
    bath.hear(attic)
    assert not set(bath.keys.names) & set(attic.keys.names)
    assert bath.keys.members == []


def test_what_is_no_news_changes_nothing() -> None:
    attic, bath = two()
    before = attic.changes
    attic.hear(bath)
    assert attic.changes == before


def test_the_name_of_a_key_does_not_tell_it() -> None:
    key = new_key()
    assert key.secret not in name_of(key)
    assert name_of(key) != name_of(HouseKey(1, "0" * 64))


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["revoke", "tell"]))))
def test_whatever_is_revoked_and_told_all_agree_in_the_end(steps: list[tuple[int, str]]) -> None:
    attic, bath = two()
    cellar = Home("cellar", OTHER)
    cellar.keys.join(Household(keys=attic.keys.house.keys))
    homes = [attic, bath, cellar]
    for number, (who, what) in enumerate(steps):
        if what == "revoke":
            homes[who].keys.revoke(f"phone {number}")
        else:
            homes[who - 1].hear(homes[who])
    for _ in range(2):
        for home in homes:
            for other in homes:
                home.hear(other)
    assert len({home.keys.names for home in homes}) == 1
    assert len({tuple(sorted(home.keys.house.revoked)) for home in homes}) == 1


def test_a_key_of_an_absurd_generation_is_not_believed() -> None:
    attic, bath = two()
    names = attic.keys.names
    attic.keys.hear(Household(keys=[HouseKey(1 << 40, "0" * 64), *bath.keys.house.keys]), "bath")
    assert attic.keys.names == names
