"""Pairing as the parts of a receiver do it together: the code is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.app import Kept, Receiver, Surroundings
from receiver.clock.mock import MockClock, MockWallClock
from receiver.config.config import Config
from receiver.config.load import Loaded
from receiver.engine.link import Receive, ToEngine
from receiver.front import Front
from receiver.model import orders as o
from receiver.pairing import Pairing
from receiver.pcm.volume import gain_of
from receiver.peers.base import Address, Wire
from receiver.protocol import commands as c
from receiver.settings import Settings
from receiver.source.base import ByteSource
from receiver.store.history_file import HistoryFile
from receiver.store.mock import MockStore
from receiver.store.settings import SettingsFile
from receiver.store.trust import TrustFile
from receiver.store.uploads import Bounds, Uploads


class Listening:
    """A link to an engine that only listens."""

    def __init__(self) -> None:
        self.sent: list[ToEngine] = []

    def send(self, message: ToEngine) -> None:
        self.sent.append(message)

    async def run(self, receive: Receive) -> None:
        pass


def no_source(url: str) -> ByteSource:
    raise AssertionError("nothing is played here")


async def no_wire(address: Address) -> Wire:
    raise AssertionError("nobody is dialled here")


def test_a_code_is_said_until_it_is_of_no_use(tmp_path: Path) -> None:
    said: list[str] = []
    pairing = Pairing(
        Config(auth="pair", state_dir=tmp_path),
        "kitchen-id",
        TrustFile(tmp_path),
        None,
        MockClock(),
        MockWallClock(),
        lambda: "http://kitchen.local/",
    )
    pairing.say = said.append
    keeper = pairing.doorkeeper
    first, second = keeper.open().code, keeper.open().code
    assert said == [first, second]
    keeper.carry_out(c.Pair(id="c-1", code=second, name="Phone"), None)
    assert said == [first, second, ""]


@pytest.mark.parametrize("speak", [True, False])
def test_the_engine_says_it_unless_it_is_not_to(tmp_path: Path, speak: bool) -> None:
    clock, engine, store = MockClock(), Listening(), MockStore()
    config = Config(state_dir=tmp_path, speak=speak, volume_cap=30)
    settings = Settings(Loaded(config, {}), SettingsFile(tmp_path), clock)
    uploads = Uploads(tmp_path, Bounds(0, 0))
    files = TrustFile(tmp_path), HistoryFile(tmp_path)
    kept = Kept(store.load(), store, *files, None, uploads, settings)
    around = Surroundings(engine, no_source, no_wire, clock, MockWallClock(), Front(None, clock))
    receiver = Receiver(kept, around)
    code = receiver._pairing.doorkeeper.open().code
    assert engine.sent == ([o.Speak(code, gain_of(30))] if speak else [])
