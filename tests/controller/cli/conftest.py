"""Commands run in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from controller.cli import main
from tests.controller.cli.process import Outcome
from tests.controller.fake_receiver import FakeReceiver

Call = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def call(receiver: FakeReceiver, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command in this process, at the receiver."""

    async def run(*words: str) -> Outcome:
        code = await asyncio.to_thread(main, ["-d", receiver.address, *words])
        return Outcome(code, *capsys.readouterr())

    return run


class Runs:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    async def __call__(self, *words: str) -> Outcome:
        code = await asyncio.to_thread(main, list(words))
        return Outcome(code, *self._capsys.readouterr())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Runs:
    return Runs(capsys)
