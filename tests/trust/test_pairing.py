"""Pairing as the parts of a receiver do it together: the code is said."""

from __future__ import annotations

import asyncio
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
from receiver.source.policy import Policy
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


@pytest.fixture
def pairing(tmp_path: Path) -> Pairing:
    return Pairing(
        Config(auth="pair", name="Kitchen", state_dir=tmp_path),
        "kitchen-id",
        TrustFile(tmp_path),
        None,
        MockClock(),
        MockWallClock(),
        lambda: "http://192.0.2.7:7766/",
    )


def test_a_code_is_said_until_it_is_of_no_use(pairing: Pairing) -> None:
    said: list[str] = []
    pairing.say = said.append
    keeper = pairing.doorkeeper
    first, second = keeper.open().code, keeper.open().code
    assert said == [first, second]
    keeper.carry_out(c.Pair(id="c-1", code=second, name="Phone"), None)
    assert said == [first, second, ""]


@pytest.mark.parametrize(
    ("host", "lasting", "page"),
    [
        ("10.0.0.5:7766", "tonearm-1.local:7766", "http://10.0.0.5:7766/"),
        ("kitchen.local", "tonearm-1.local:7766", "http://kitchen.local/"),
        ("[fd00::5]:7766", "", "http://[fd00::5]:7766/"),
        ("localhost:7766", "tonearm-1.local:7766", "http://tonearm-1.local:7766/"),
        ("127.0.0.1:7766", "tonearm-1.local:7766", "http://tonearm-1.local:7766/"),
        ("[::1]:7766", "tonearm-1.local:7766", "http://tonearm-1.local:7766/"),
        ("", "tonearm-1.local:7766", "http://tonearm-1.local:7766/"),
        ("", "", "http://192.0.2.7:7766/"),
    ],
)
async def test_the_link_is_one_that_a_phone_can_follow(
    pairing: Pairing, tmp_path: Path, host: str, lasting: str, page: str
) -> None:
    pairing.lasting_host = lambda: lasting
    drawn: asyncio.Future[tuple[str, list[str]]] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(pairing.run(tmp_path / "door", {}))
        await asyncio.sleep(0)
        opened = pairing.doorkeeper.open("guest")
        pairing.draw(opened, host, lambda *told: drawn.set_result(told))
        link, rows = await drawn
        running.cancel()
    assert link == f"{page}#pair={opened.code}"
    assert {len(row) for row in rows} == {len(rows)}
    assert set("".join(rows)) == {"0", "1"}
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for corner in (rows[:7], [row[::-1] for row in rows[:7]], rows[:-8:-1]):
        assert [row[:7] for row in corner] == finder, "no quiet zone"


def test_it_goes_by_another_configuration(pairing: Pairing) -> None:
    told: list[bool] = []
    pairing.tell = lambda: told.append(True)
    pairing.be_set(Config(auth="pair", name="Loft"))
    assert pairing.doorkeeper.unknown().detail["name"] == "Loft"
    (me,) = pairing._circle.house.house.members
    assert me.name == "Loft"
    assert told, "the others of the house hear it"


@pytest.mark.parametrize("speak", [True, False])
def test_the_engine_says_it_unless_it_is_not_to(tmp_path: Path, speak: bool) -> None:
    clock, engine, store = MockClock(), Listening(), MockStore()
    config = Config(state_dir=tmp_path, speak=speak, volume_cap=30)
    settings = Settings(Loaded(config, {}), SettingsFile(tmp_path), clock)
    uploads = Uploads(tmp_path, Bounds(0, 0))
    files = TrustFile(tmp_path), HistoryFile(tmp_path)
    kept = Kept(store.load(), store, *files, None, uploads, settings)
    policy, front = Policy(list, port=0), Front(None, clock)
    around = Surroundings(engine, policy, no_source, no_wire, clock, MockWallClock(), front)
    receiver = Receiver(kept, around)
    code = receiver._pairing.doorkeeper.open().code
    assert engine.sent == ([o.Speak(code, gain_of(30))] if speak else [])
