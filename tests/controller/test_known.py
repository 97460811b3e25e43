"""What is remembered of receivers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from controller import known
from controller.address import Address
from controller.known import Known, Memory, state_path

KITCHEN = Known("id-1", "Kitchen", Address("192.0.2.1", 7766))
BATH = Known("id-2", "Bath", Address("192.0.2.2", 7000))


def test_at_first_nothing_is_known() -> None:
    memory = Memory()
    assert memory.default() is None
    assert memory.find("Kitchen") is None
    assert memory.all() == []


def test_what_is_used_is_the_default_of_the_next_command() -> None:
    Memory().used(KITCHEN)
    Memory().used(BATH)
    Memory().saw(KITCHEN)
    assert Memory().default() == BATH
    assert set(Memory().all()) == {KITCHEN, BATH}


@pytest.mark.parametrize("wanted", ["id-1", "Kitchen", "kITCHEN"])
def test_it_is_found_by_id_and_by_name(wanted: str) -> None:
    Memory().saw(KITCHEN, BATH)
    assert Memory().find(wanted) == KITCHEN


def test_a_new_name_and_address_take_the_place_of_the_old() -> None:
    Memory().used(KITCHEN)
    moved = Known("id-1", "Cuisine", Address("192.0.2.9", 7766))
    Memory().saw(moved)
    assert Memory().all() == [moved]
    assert Memory().default() == moved


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"receivers": 5}',
        b'{"receivers": [5]}',
        b'{"receivers": [{"id": 1, "name": "a", "host": "b", "port": 5}]}',
        b'{"receivers": [{"id": "1", "name": "a", "host": "b", "port": "5"}]}',
        b'{"receivers": [{"id": "1"}]}',
        b"[" * 100_000,
    ],
)
def test_a_broken_file_is_as_good_as_none(content: bytes) -> None:
    path = Path(state_path("receivers.json"))
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    memory = Memory()
    assert memory.default() is None
    memory.used(KITCHEN)
    assert Memory().default() == KITCHEN


def test_a_default_that_makes_no_sense_is_none() -> None:
    Memory().used(KITCHEN)
    path = Path(state_path("receivers.json"))
    path.write_text(json.dumps({**json.loads(path.read_text()), "default": ["id-1"]}))
    assert Memory().default() is None
    assert Memory().all() == [KITCHEN]


def test_a_file_that_cannot_be_written_is_no_error(state_home: Path) -> None:
    (state_home / "tonearm").write_text("in the way")
    memory = Memory()
    memory.used(KITCHEN)
    assert memory.default() == KITCHEN


def test_nothing_is_written_when_nothing_is_new() -> None:
    Memory().used(KITCHEN)
    before = os.stat(state_path("receivers.json"))
    Memory().used(KITCHEN)
    Memory().saw(KITCHEN)
    after = os.stat(state_path("receivers.json"))
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_is_left_beside_the_file() -> None:
    Memory().used(KITCHEN)
    assert os.listdir(os.path.dirname(state_path("receivers.json"))) == ["receivers.json"]


def test_those_seen_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST", 2)
    memory = Memory()
    for receiver in (KITCHEN, BATH, Known("id-3", "Hall", Address("192.0.2.3", 7766))):
        memory.used(receiver)
    assert [receiver.name for receiver in Memory().all()] == ["Bath", "Hall"]


def test_where_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert state_path("receivers.json") == "/state/tonearm/receivers.json"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_path("receivers.json") == "/home/someone/.local/state/tonearm/receivers.json"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert state_path("receivers.json") == "/home/someone/.local/state/tonearm/receivers.json"
