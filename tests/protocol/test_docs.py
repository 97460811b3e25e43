"""`docs/protocol.md` names everything that there is."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from receiver.errors import TonearmError, all_errors
from receiver.protocol import limits
from receiver.protocol.commands import Command

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
    ):
        assert path in TEXT
