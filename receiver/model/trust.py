"""Who is trusted: roles, and what is kept of each paired controller."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Role = Literal["owner", "member", "guest"]
"""What a controller may do: everything; all but pairing and configuration; or what a guest may."""

Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""SHA-256 of a token, in hexadecimal."""
Fingerprint = Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9a-f]{64})?\Z")]
"""SHA-256 of a certificate (DER), in hexadecimal; "": there is none."""
PairingId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}\Z")]
PairingName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
UnixTime = Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
"""Seconds since 1970, UTC, by the receiver's own clock, which may be wrong."""

MOST_PAIRINGS = 200
MOST_MEMBERS = 256
MOST_KEYS = 4
"""Who was away for more rotations of the key than that joins the house anew."""
MOST_REVOKED = 10_000


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """A controller that was let in. The token itself is known to nobody but the controller."""

    id: PairingId
    name: PairingName
    role: Role
    digest: Digest
    created: UnixTime
    seen: UnixTime
    """When it was connected last, to within an hour."""


class HouseKey(msgspec.Struct, frozen=True, order=True):
    """What the receivers of a house know, and nobody else: `secret` is 256 random bits in
    hexadecimal. Of two keys the one of the higher generation is the newer one.
    """

    generation: Annotated[int, msgspec.Meta(ge=1, le=1 << 40)]
    secret: Digest


class Member(msgspec.Struct, frozen=True):
    """A receiver of the house, and its certificate."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    fingerprint: Fingerprint


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """What the receivers of one house tell one another. `keys`: the newest first; `revoked`: ids of
    pairings and members that are none any more, the newest last.
    """

    keys: Annotated[list[HouseKey], msgspec.Meta(min_length=1, max_length=MOST_KEYS)]
    members: Annotated[list[Member], msgspec.Meta(max_length=MOST_MEMBERS)] = []
    revoked: Annotated[list[str], msgspec.Meta(max_length=MOST_REVOKED)] = []


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept. `begun`: there has been a pairing at some time, so the window does not
    open by itself any more.
    """

    pairings: Annotated[list[Pairing], msgspec.Meta(max_length=MOST_PAIRINGS)] = []
    begun: bool = False
    house: Household | None = None
