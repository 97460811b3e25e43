"""Settings that people change: which are allowed, what is told, what is kept, and how often."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.config.config import SETTABLE, Config
from receiver.config.load import Kept, Loaded
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.state import SoundDevice
from receiver.protocol import commands as c
from receiver.protocol.events import Answer, Done, Error
from receiver.session.caps import Caps
from receiver.settings import EVERY_S, LIST_S, OPEN_S, QUIET_S, RETRY_S, Settings, Subject
from receiver.store.mock_disk import MockDisk
from receiver.store.settings import FILE_NAME, SettingsFile

FOLDER = Path("/state")
DEVICES = [SoundDevice("USB DAC (hw:1,0)", "DAC"), SoundDevice("default")]
ORIGINS = {option.key: "default" for option in SETTABLE}


class Speaker:
    """What is set, in short: it notes what it is told, and answers as an engine does."""

    def __init__(self, **origins: str) -> None:
        self.clock = MockClock()
        self.configs: list[Config] = []
        self.disk = CountingDisk()
        self.file = SettingsFile(FOLDER, self.disk)
        loaded = Loaded(Config(name="Kitchen"), ORIGINS | origins, kept=Kept({"guest_skips": 2}))
        self.settings = Settings(loaded, self.file, self.clock)
        self.settings.subject = Subject(self.configs.append, self._order, self._set_session)
        self.answers: list[Answer] = []
        self.orders: list[o.Order] = []
        self.refuses: dict[str, str] = {}
        self.silent = False

    def _order(self, order: o.Order) -> None:
        self.orders.append(order)
        if self.silent:
            return
        match order:
            case o.ListDevices():
                self.settings.reported(r.Devices(DEVICES))
            case o.UseDevice(device):
                self.settings.reported(r.Chosen(device, self.refuses.get(device)))

    def _set_session(
        self,
        command: c.Command,
        reply: Callable[[Answer], None],
        name: str,
        caps: Caps,
        result: dict[str, Any],
    ) -> None:
        self.name, self.caps = name, caps
        reply(Done(command.id, result))

    async def ask(self, command: c.SettingsGet | c.SettingsSet) -> None:
        self.settings.ask(command, self.answers.append)
        await self.clock.settle()

    async def get(self) -> dict[str, Any]:
        await self.ask(c.SettingsGet(id="1"))
        return self.result

    async def set(self, **values: Any) -> None:
        await self.ask(c.SettingsSet(id="1", **values))

    @property
    def result(self) -> dict[str, Any]:
        answer = self.answers[-1]
        assert isinstance(answer, Done), answer
        return answer.result

    @property
    def error(self) -> Error:
        answer = self.answers[-1]
        assert isinstance(answer, Error), answer
        return answer

    async def written(self) -> dict[str, Any]:
        """What the disk holds when all has been written that is due."""
        for _ in range(3):
            await asyncio.to_thread(lambda: None)
            await self.clock.settle()
        return dict(self.file.load()[0])


class CountingDisk(MockDisk):
    """Counts the files that are written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, name: str, data: bytes) -> None:
        """See `Disk`."""
        self.writes += 1
        super().write(name, data)


@contextlib.asynccontextmanager
async def running(speaker: Speaker) -> AsyncIterator[Speaker]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(speaker.settings.run())
        await speaker.clock.settle()
        yield speaker
        task.cancel()


def test_the_command_has_a_field_for_each_setting() -> None:
    fields = set(c.SettingsSet.__struct_fields__) - set(c.SettingsGet.__struct_fields__)
    assert fields == {option.key for option in SETTABLE}


async def test_it_tells_each_value_where_it_comes_from_and_the_devices() -> None:
    async with running(
        Speaker(volume_cap="--volume-cap", night_cap="TONEARM_NIGHT_CAP")
    ) as speaker:
        told = await speaker.get()
    assert (told["name"], told["volume_cap"], told["device"]) == ("Kitchen", 100, "")
    assert told["devices"] == [{"name": "USB DAC (hw:1,0)", "id": "DAC"}, {"name": "default"}]
    assert told["from"]["name"] == {"origin": "default", "editable": True}
    assert told["from"]["volume_cap"] == {"origin": "--volume-cap", "editable": False}
    assert told["from"]["night_cap"] == {"origin": "TONEARM_NIGHT_CAP", "editable": False}
    assert told["from"].keys() == ORIGINS.keys()
    assert speaker.configs == [], "to look changes nothing"
    assert speaker.disk.writes == 0


async def test_what_is_set_holds_at_once_and_is_told() -> None:
    async with running(Speaker()) as speaker:
        await speaker.set(name="Loft", night_cap=30, guest_hours="8:00-20:00")
        assert speaker.name == "Loft"
        assert speaker.caps == Caps.configured(100, 30, "22:00-07:00")
        assert speaker.configs[-1].guest_hours == "08:00-20:00"
        assert speaker.settings.config is speaker.configs[-1]
        assert speaker.result["name"] == "Loft"
        assert speaker.result["from"]["name"]["origin"] == str(FOLDER / FILE_NAME)
        assert speaker.settings.state.revision == 1
        await speaker.set(name="Loft")
        assert speaker.settings.state.revision == 1, "that is no change"
        assert speaker.result["name"] == "Loft"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "name must be text in printable characters, not blank"),
        ({"name": "ü" * 32}, "name must be text in printable characters"),
        ({"name": "a\nb"}, "name must be text"),
        ({"volume_cap": 0}, "volume_cap must be a whole number from 1 to 100 percent, not 0."),
        ({"guest_skips": 1001}, "guest_skips must be a whole number from 0 to 1000, not 1001."),
        ({"night_hours": "8-9"}, "night_hours must be a part of the day like 22:00-07:00"),
        ({}, "Name what is to be set."),
    ],
)
async def test_of_a_command_with_a_wrong_value_nothing_is_done(
    values: dict[str, Any], said: str
) -> None:
    async with running(Speaker()) as speaker:
        await speaker.set(**values, **({"guest_volume": 10} if values else {}))
        assert speaker.error.code == "bad_request"
        assert speaker.error.message.startswith(said)
        assert speaker.settings.config.guest_volume == 60
        assert speaker.configs == []


async def test_what_a_flag_or_a_variable_sets_is_refused() -> None:
    async with running(Speaker(name="TONEARM_NAME")) as speaker:
        await speaker.set(name="Loft", volume_cap=50)
        assert speaker.error.code == "pinned"
        assert "TONEARM_NAME" in speaker.error.message
        assert speaker.settings.config.volume_cap == 100
        await speaker.set(volume_cap=50)
        assert speaker.settings.config.volume_cap == 50


async def test_a_burst_is_one_write_and_what_was_set_before_is_kept() -> None:
    async with running(Speaker()) as speaker:
        for percent in range(50, 90):
            await speaker.set(volume_cap=percent)
            await speaker.clock.advance(0.05)
        await speaker.clock.advance(QUIET_S)
        assert await speaker.written() == {"guest_skips": 2, "volume_cap": 89}
        assert speaker.disk.writes == 1
        await speaker.clock.advance(3600.0)
        assert speaker.disk.writes == 1


async def test_what_never_rests_is_written_all_the_same() -> None:
    async with running(Speaker()) as speaker:
        for number in range(round(2 * EVERY_S / 0.5)):
            await speaker.set(volume_cap=50 + number)
            await speaker.clock.advance(0.5)
        await speaker.written()
        assert 1 <= speaker.disk.writes <= 2


async def test_what_was_not_written_yet_is_when_it_ends() -> None:
    async with running(Speaker()) as speaker:
        await speaker.set(name="Loft")
    assert (await speaker.written())["name"] == "Loft"


async def test_a_full_card_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async with running(Speaker()) as speaker:
        speaker.disk.error = MockDisk.full()
        await speaker.set(name="Loft")
        await speaker.clock.advance(QUIET_S)
        assert await speaker.written() == {}
        assert "They hold until the next start" in caplog.text
        speaker.disk.error = None
        await speaker.clock.advance(RETRY_S + QUIET_S)
        assert (await speaker.written())["name"] == "Loft"


async def test_another_device_is_used_before_anything_else_is_set() -> None:
    async with running(Speaker()) as speaker:
        speaker.refuses["radio"] = "It cannot be opened."
        await speaker.set(device="radio", name="Loft")
        assert speaker.error.code == "no_device"
        assert speaker.error.message == "It cannot be opened. The one before stays."
        assert speaker.settings.config.name == "Kitchen"
        await speaker.set(device="DAC", name="Loft")
        assert speaker.result["device"] == "DAC"
        assert speaker.settings.config.name == "Loft"
        used = [order for order in speaker.orders if isinstance(order, o.UseDevice)]
        await speaker.set(device="DAC")
        assert used == [o.UseDevice("radio"), o.UseDevice("DAC")], "it is not opened anew"


async def test_an_engine_that_is_gone_holds_nothing_up_for_long() -> None:
    async with running(Speaker()) as speaker:
        await speaker.get()
        speaker.silent = True
        await speaker.ask(c.SettingsGet(id="2"))
        assert len(speaker.answers) == 1
        await speaker.clock.advance(LIST_S)
        assert len(speaker.result["devices"]) == 2, "as it was told last"
        await speaker.set(device="DAC")
        await speaker.clock.advance(OPEN_S)
        assert speaker.error.code == "no_device"
        speaker.settings.reported(r.Chosen("DAC"))
        assert speaker.orders[-1] == o.UseDevice(""), "it came too late"
        speaker.settings.reported(r.Chosen(""))
        assert speaker.orders[-1] == o.UseDevice("")
        await speaker.set(device="default")
        speaker.settings.reported(r.Chosen("DAC", "It is gone."))
        await speaker.clock.settle()
        assert len(speaker.answers) == 3, "that is no answer to this"
        speaker.settings.reported(r.Chosen("default"))
        await speaker.clock.advance(LIST_S)
        assert speaker.result["device"] == "default"


async def test_an_engine_that_dies_of_a_device_is_an_answer() -> None:
    async with running(Speaker()) as speaker:
        speaker.silent = True
        await speaker.set(device="DAC")
        speaker.settings.reported(r.Died("ended by SIGSEGV"))
        await speaker.clock.settle()
        assert speaker.error.code == "no_device"
        assert "SIGSEGV" in speaker.error.message


@given(st.binary(max_size=200))
def test_a_file_that_is_torn_or_foreign_is_no_setting_and_no_fault(data: bytes) -> None:
    disk = MockDisk()
    disk.write(FILE_NAME, data)
    values, troubles = SettingsFile(FOLDER, disk).load()
    assert values == {}
    assert troubles


def test_a_torn_file_falls_back_on_the_one_before(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path)
    assert file.load() == ({}, [])
    assert file.save({"name": "Kitchen"})
    assert file.save({"name": "Loft"})
    assert file.load() == ({"name": "Loft"}, [])
    torn = file.path.read_bytes()[:20]
    file.path.write_bytes(torn)
    values, troubles = file.load()
    assert values == {"name": "Kitchen"}
    assert FILE_NAME in troubles[0]
