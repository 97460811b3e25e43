"""A receiver to command, and a home of its own for what the controller remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.address import Address
from controller.known import Known, Memory
from tests.controller.fake_house import HouseReceiver
from tests.controller.fake_receiver import FakeReceiver


@pytest.fixture
async def receiver() -> AsyncIterator[FakeReceiver]:
    async with FakeReceiver() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing a test does is remembered outside of it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who the tests are run by."""
    monkeypatch.setenv("USER", "anna")


@pytest.fixture
async def kitchen() -> AsyncIterator[HouseReceiver]:
    """One of a house, and the default."""
    async with HouseReceiver("Kitchen") as kitchen:
        info = kitchen.state.receiver
        Memory().used(Known(info.id, info.name, Address(kitchen.host, kitchen.port)))
        yield kitchen


@pytest.fixture
async def bedroom(kitchen: HouseReceiver) -> AsyncIterator[HouseReceiver]:
    async with HouseReceiver("Bedroom", clock_ahead_us=5_000_000) as bedroom:
        await kitchen.meets(bedroom)
        yield bedroom


@pytest.fixture
async def bath(kitchen: HouseReceiver, bedroom: HouseReceiver) -> AsyncIterator[HouseReceiver]:
    async with HouseReceiver("Bath") as bath:
        await bath.meets(kitchen)
        await bath.meets(bedroom)
        yield bath
