"""`docs/protocol.md` names everything that there is."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from receiver.errors import TonearmError, all_errors
from receiver.model.state import Output, Peer, Receipt, SessionState, Transferred, Volume
from receiver.protocol import limits
from receiver.protocol.commands import Command
from receiver.protocol.events import Event

IN_ALL = {"id", "receiver", "session", "epoch"}
"""Fields of every command."""
TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("error", all_errors().values(), ids=lambda error: error.code)
def test_every_error_stands_there_with_its_numbers(error: type[TonearmError]) -> None:
    assert f"| `{error.code}` | {error.http_status} | {error.exit_code} |" in TEXT


@pytest.mark.parametrize("command", get_args(Command), ids=lambda command: command.__name__)
def test_every_command_stands_there_with_its_fields(command: type) -> None:
    tag = command.__struct_config__.tag
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{tag}` |"))
    for field in command.__struct_fields__:
        assert field in IN_ALL or f"`{field}`" in row


@pytest.mark.parametrize("kind", [Receipt, Transferred, Peer, Output, Volume, SessionState])
def test_every_field_of_the_state_and_of_results_stands_there(kind: type[msgspec.Struct]) -> None:
    for field in kind.__struct_fields__:
        assert f"{field}`" in TEXT


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_news_stands_there(kind: type[msgspec.Struct]) -> None:
    assert f'{{"type": "{kind.__struct_config__.tag}"' in TEXT


def test_the_service_stands_there_by_its_name() -> None:
    assert limits.SERVICE_TYPE == "_tonearm._tcp.local."
    assert "`_tonearm._tcp`" in TEXT


def test_every_path_stands_there() -> None:
    for path in (
        limits.WEBSOCKET_PATH,
        limits.COMMANDS_PATH,
        limits.STATUS_PATH,
        limits.SCHEMA_PATH,
        limits.METRICS_PATH,
        limits.PEER_PATH,
        limits.UPLOADS_PATH,
        limits.COVERS_PATH,
        limits.DOCTOR_PATH,
    ):
        assert path in TEXT
