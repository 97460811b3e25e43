"""What this user shows to receivers: a token for each that was paired with. Light.

A token is shown to the receiver that gave it, and to the others of its house.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any, NamedTuple

from controller.address import Address
from controller.known import state_path, write_whole

FILE_NAME = "pairings.json"
_TEXTS = ("receiver", "name", "token", "role")


class Key(NamedTuple):
    """The token for a receiver, the role that it gives, where the receiver was last, and the
    fingerprint of its certificate: SHA-256 in hexadecimal, "" for one without TLS.
    """

    receiver: str
    name: str
    token: str
    role: str
    address: Address
    fingerprint: str = ""


class Keys:
    """All of them, in `$XDG_STATE_HOME/tonearm/pairings.json`, which is for its owner alone."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path or state_path(FILE_NAME)
        self._keys: dict[str, Key] = {}
        with contextlib.suppress(
            OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError
        ):
            self._load()

    def of(self, receiver: str) -> Key | None:
        """The key for the receiver with this id."""
        return self._keys.get(receiver)

    def at(self, address: Address) -> Key | None:
        """The key for the receiver that was at this address last."""
        return next((key for key in self._keys.values() if key.address == address), None)

    def put(self, *keys: Key) -> None:
        """Keep these; those of the same receivers are replaced. Raises `OSError`."""
        self._keys |= {key.receiver: key for key in keys}
        self._save()

    def share(self, key: Key, peers: dict[str, Any]) -> None:
        """The same token is good at the peers that its receiver tells of, by their ids: what one of
        a house lets in, all do.
        """
        anew = [
            key._replace(
                receiver=one,
                name=str(peer.get("name", one)),
                address=Address(str(peer.get("host", "")), int(peer.get("port") or 0)),
                fingerprint=str(peer["fingerprint"]),
            )
            for one, peer in peers.items()
            if one not in self._keys and peer.get("fingerprint")
        ]
        if anew:
            with contextlib.suppress(OSError):
                self.put(*anew)

    def moved(self, key: Key, address: Address) -> None:
        """Its receiver is here now."""
        others = {r: k for r, k in self._keys.items() if k.address != address}
        self._keys = {**others, key.receiver: key._replace(address=address)}
        with contextlib.suppress(OSError):
            self._save()

    def _load(self) -> None:
        with open(self._path, encoding="utf-8") as file:
            stored = json.load(file)
        for entry in stored["pairings"]:
            host, port = str(entry["host"]), int(entry["port"])
            receiver, name, token, role = (str(entry[field]) for field in _TEXTS)
            fingerprint = str(entry.get("fingerprint", ""))
            key = Key(receiver, name, token, role, Address(host, port), fingerprint)
            if key.token.isascii() and key.token.isprintable():
                self._keys[key.receiver] = key

    def _save(self) -> None:
        rows = [{**key._asdict(), **key.address._asdict()} for key in self._keys.values()]
        for row in rows:
            del row["address"]
        write_whole(self._path, {"pairings": rows}, private=True)
