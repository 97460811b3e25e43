"""By which names a receiver is reached."""

from __future__ import annotations

import socket

import pytest

from receiver.app import _names
from receiver.config.config import Config
from receiver.errors import WrongHost
from receiver.server.rules import check_host

OWN_ID = "0123456789abcdef"


def test_by_those_of_its_machine_of_mdns_and_of_its_configuration() -> None:
    own = socket.gethostname().partition(".")[0]
    configured = ["speaker.example", "music.example"]
    names = _names(Config(hosts=", ".join(configured)), OWN_ID)
    for name in ("localhost", own, f"{own}.local", "tonearm-0123456789ab.local", *configured):
        assert check_host([f"{name}:7766"], names)
    for name in ("example", "x.speaker.example", f"{own}.example"):
        with pytest.raises(WrongHost):
            check_host([name], names)
