"""The files of the state, of what changes all the time, of the pairings and of the settings: torn,
or made up.

Bytes at random would never have the right checksum, so they are tried with one, too.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from receiver.config.load import Kept, Loaded, load
from receiver.model.state import Output
from receiver.model.trust import Household, HouseKey, Member, Trusted
from receiver.protocol import codec
from receiver.protocol import commands as c
from receiver.session.history import History
from receiver.session.memoir import Memoir
from receiver.session.session import Session
from receiver.store import envelope, file, sealed, settings, slots, trust
from receiver.store.base import Saved
from receiver.store.file import FileStore
from receiver.store.mock_disk import MockDisk
from receiver.store.settings import SettingsFile
from receiver.store.trust import TrustFile
from receiver.trust.circle import Circle
from receiver.trust.house_keys import HouseKeys
from receiver.trust.pairings import Pairings
from tests.fuzz.target import Target, require
from tests.server.test_hub import ME
from tests.session.stage import uncapped
from tests.store.test_trust import TRUSTED
from tests.store.things import RUN, moment, saved

_FOLDER = Path("nowhere")
_ME = Member("kitchen-id", "Kitchen", "")


def _sealed(body: bytes, schema: int) -> bytes:
    """A file with this body, whatever it is, and the checksum that fits."""
    checksum = sealed.checksum(body)
    return b'{"body":%b,"schema":%d,"checksum":"%b"}' % (body, schema, checksum.encode())


def _disk(name: str, data: bytes) -> MockDisk:
    disk = MockDisk()
    disk.write(name, data)
    return disk


def _run_state(data: bytes) -> None:
    for whole in (data, _sealed(data, envelope.SCHEMA)):
        disk = _disk(file.FILE_NAME, whole)
        loaded = FileStore(_FOLDER, disk).load()
        _lives_on(loaded.saved, disk)


def _run_moment(data: bytes) -> None:
    lines = [b"%b %b" % (sealed.checksum(line).encode(), line) for line in data.split(b"\n")]
    block = b"".join(line.ljust(slots.BLOCK - 1, b"\0") + b"\n" for line in lines[: slots.SLOTS])
    for whole in (data, block, b"\n".join(lines).ljust(2 * slots.BLOCK, b"\0")):
        disk = _disk(file.FILE_NAME, envelope.pack(saved(), 1))
        disk.write(slots.FILE_NAME, whole)
        loaded = FileStore(_FOLDER, disk).load()
        require(loaded.lost is None, "the big file is whole")
        _lives_on(loaded.saved, disk)


def _lives_on(found: Saved, disk: MockDisk) -> None:
    """Whatever was loaded can be kept, and be played."""
    store = FileStore(_FOLDER, disk)
    store.load()
    require(store.save(found), "what was loaded can be saved")
    require(FileStore(_FOLDER, disk).load().saved == found, "and is loaded again")
    session = Session(ME, "fresh", uncapped(), Output("mock", "mock"), History(lambda: 1e9))
    memoir = Memoir(session)
    memoir.restore(found.session, found.rows, found.moment, 100.0)
    memoir.come_back(100.0)
    codec.encode(session.state)
    session.tick(100.0)
    for number, kind in enumerate((c.Next, c.Pause, c.Resume, c.Previous, c.Stop)):
        session.command(kind(id="c"), number, 101.0 + number)
        codec.encode(session.state)
    moving, rows = memoir.packed()
    kept = msgspec.structs.replace(found, session=moving, rows=rows, moment=memoir.moment(110.0))
    require(store.save(kept), "what became of it can be saved")
    require(FileStore(_FOLDER, disk).load().saved == kept, "and is loaded again")


def _run_trust(data: bytes) -> None:
    for whole in (data, _sealed(data, trust.SCHEMA)):
        disk = _disk(trust.FILE_NAME, whole)
        trusted = TrustFile(_FOLDER, disk).load()
        require(trusted.begun or trusted.pairings or whole != data, "a broken file opens no door")
        pairings = Pairings(trusted, lambda: 1e9, lambda: None)
        require(len(pairings.all) <= len(trusted.pairings), "nobody is made up")
        circle = Circle(pairings, HouseKeys(trusted.house, _ME, lambda: None))
        require(TrustFile(_FOLDER, disk).save(circle.trusted), "what was loaded can be saved")
        require(TrustFile(_FOLDER, disk).load() == circle.trusted, "and is loaded again")


def _run_settings(data: bytes) -> None:
    for whole in (data, _sealed(data, settings.SCHEMA)):
        file = SettingsFile(_FOLDER, _disk(settings.FILE_NAME, whole))
        loaded = _loaded_with(file)
        require(
            all(line.isprintable() for line in loaded.kept.troubles), "what is said is harmless"
        )
        for key, value in loaded.kept.values.items():
            require(getattr(loaded.config, key) == value, "what is kept counts")
        require(file.save(loaded.kept.values), "what was loaded can be saved")
        again = _loaded_with(file)
        require(again.config == loaded.config and not again.kept.troubles, "and is loaded again")


def _loaded_with(file: SettingsFile) -> Loaded:
    def read(_: Path) -> Kept:
        values, troubles = file.load()
        return Kept(values, settings.FILE_NAME, troubles)

    return load(["--port", "1"], {"HOME": "/nowhere"}, read)


_STATE = envelope.pack(saved(), 7)
_BODY = msgspec.json.encode(msgspec.json.decode(_STATE)["body"])
_PLAYING = msgspec.structs.replace(
    saved(), session=msgspec.structs.replace(saved().session, current="i-000000000001")
)
_TRUST = sealed.seal(TRUSTED, trust.SCHEMA)
_HOUSE = Household(
    keys=[HouseKey(2, "1" * 64), HouseKey(1, "2" * 64)], members=[_ME], revoked=["phone"]
)
_WORDS = (
    *(
        b'"schema":',
        b'"checksum":',
        b'"body":',
        b"null",
        b"[]",
        b"{}",
        b"[[[",
        b'{"a":',
        b'"\\ud800"',
    ),
    *(b'"generation":', b'"rows":', b'"session":', b'"current":', b'"revision":', b'"moment":'),
    *(b'"id":', b'"url":', b'"live":true,', b'"duration_ms":', b'"playing"', b'"paused"', b"true"),
)
TARGETS = (
    Target(
        "state",
        _run_state,
        (
            _STATE,
            _BODY,
            msgspec.json.encode(msgspec.json.decode(envelope.pack(_PLAYING, 1))["body"]),
            b'{"receiver_id": "%b", "volume_percent": 30}' % saved().receiver_id.encode(),
        ),
        _WORDS,
    ),
    Target(
        "moment",
        _run_moment,
        (
            b"\n".join(
                msgspec.json.encode(slots.Slot(1, number, moment(number), RUN)) for number in (1, 2)
            ),
            msgspec.json.encode(slots.Slot(1, 3, moment(9), RUN)),
        ),
        _WORDS,
    ),
    Target(
        "trust",
        _run_trust,
        (
            _TRUST,
            msgspec.json.encode(TRUSTED),
            msgspec.json.encode(Trusted(begun=True, house=_HOUSE)),
        ),
        (*_WORDS, b'"pairings":', b'"begun":', b'"role":"guest"', b'"digest":', b'"seen":'),
    ),
    Target(
        "settings",
        _run_settings,
        (
            b'{"settings":{"name":"Kitchen","volume_cap":40,"night_hours":"22:00-07:00"}}',
            b'{"settings":{"device":"dac","guest_hours":"","guest_skips":0,"port":1}}',
        ),
        (*_WORDS, b'"settings":', b'"name":', b'"device":', b'"volume_cap":', b'"08:00-24:00"'),
    ),
)
