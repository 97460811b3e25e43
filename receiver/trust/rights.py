"""Who may do what, as one table: rows are commands, columns roles.

`yes`: it is carried out. `rules`: within the house rules (`house_rules.py`). `no`: `forbidden`. Who
is not paired may show a token or say a code, and nothing else.
"""

from __future__ import annotations

from typing import Literal

from receiver.errors import Forbidden
from receiver.model.trust import Role
from receiver.protocol import commands as c
from receiver.trust.caller import Caller

Right = Literal["yes", "rules", "no"]

_ROLES: tuple[Role, ...] = ("owner", "member", "guest")

_TABLE: dict[type[c.Command], tuple[Right, Right, Right]] = {
    #                   owner   member  guest
    c.Status:          ("yes", "yes", "yes"),
    c.TimeRequest:     ("yes", "yes", "yes"),
    c.QueueList:       ("yes", "yes", "yes"),
    c.HistoryList:     ("yes", "yes", "yes"),
    c.QueueAdd:        ("yes", "yes", "rules"),
    c.Next:            ("yes", "yes", "rules"),
    c.Resume:          ("yes", "yes", "rules"),
    c.SetVolume:       ("yes", "yes", "rules"),
    c.Play:            ("yes", "yes", "no"),
    c.Pause:           ("yes", "yes", "no"),
    c.Toggle:          ("yes", "yes", "no"),
    c.Stop:            ("yes", "yes", "no"),
    c.Seek:            ("yes", "yes", "no"),
    c.Previous:        ("yes", "yes", "no"),
    c.Mute:            ("yes", "yes", "no"),
    c.QueueRemove:     ("yes", "yes", "no"),
    c.QueueMove:       ("yes", "yes", "no"),
    c.QueueClear:      ("yes", "yes", "no"),
    c.QueueJump:       ("yes", "yes", "no"),
    c.SetRepeat:       ("yes", "yes", "no"),
    c.SetShuffle:      ("yes", "yes", "no"),
    c.SetCrossfade:    ("yes", "yes", "no"),
    c.Transfer:        ("yes", "yes", "no"),
    c.PairingsOpen:    ("yes", "no", "no"),
    c.PairingsList:    ("yes", "no", "no"),
    c.PairingsRevoke:  ("yes", "no", "no"),
    c.SettingsGet:     ("yes", "no", "no"),
    c.SettingsSet:     ("yes", "no", "no"),
    c.HouseInvite:     ("yes", "no", "no"),
    c.HouseJoin:       ("yes", "no", "no"),
}  # fmt: skip

FOR_STRANGERS = (c.Auth, c.Pair)
"""What needs no right."""

_WHO: dict[Role, str] = {"owner": "an owner", "member": "a member", "guest": "a guest"}


def right(role: Role, command: type[c.Command]) -> Right:
    """What the table says."""
    return _TABLE[command][_ROLES.index(role)]


def check(caller: Caller, command: c.Command) -> Right:
    """What `caller` may do with `command`: `yes` or `rules`. Raises `Forbidden`, which says who
    may.
    """
    found = right(caller.role, type(command))
    if found == "no":
        word = command.__struct_config__.tag
        allowed = [_WHO[role] for role in _ROLES if right(role, type(command)) == "yes"]
        raise Forbidden(
            f"{_WHO[caller.role].capitalize()} may not {word}; {' or '.join(allowed)} may.",
            role=caller.role,
            command=word,
        )
    return found
