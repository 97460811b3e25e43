"""Pairing as people do it: the command line, and a receiver that lets in who is paired."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.client import Client
from controller.keys import FILE_NAME, Keys
from controller.pair import read_code, read_link
from receiver.errors import BadRequest, Unauthorized
from tests.controller.cli.process import Outcome, tonearm
from tests.rig.receiver_process import ReceiverProcess

FLAGS = ["--audio", "mock", "--name", "Kitchen", "--auth", "pair"]


@pytest.fixture
def speaker(tmp_path: Path) -> Iterator[ReceiverProcess]:
    with ReceiverProcess(tmp_path, *FLAGS) as process:
        yield process


async def first_code(speaker: ReceiverProcess) -> str:
    """That of the first start, out of the log."""
    async with asyncio.timeout(20):
        while True:
            found = re.search(r"Code: (\d{6})", "".join(speaker.log))
            if found:
                return found[1]
            await asyncio.sleep(0.01)


async def call(speaker: ReceiverProcess, *words: str) -> Outcome:
    return await tonearm("-d", f"127.0.0.1:{speaker.port}", *words)


async def invitation(speaker: ReceiverProcess) -> str:
    """What the command on the machine of the receiver prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "receiver", "pair"),
        *("--state-dir", str(speaker.folder / "state")),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_the_first_start_to_the_revocation(
    speaker: ReceiverProcess, state_home: Path
) -> None:
    refused = await call(speaker, "status")
    assert refused.code == 10
    assert "Kitchen does not know you" in refused.err
    assert "tonearm pair" in refused.err

    paired = await call(speaker, "pair", "--code", await first_code(speaker), "--name", "Laptop")
    assert (paired.code, paired.err) == (0, "")
    assert paired.out == "Paired with Kitchen, as owner. Commands go there from now on.\n"
    kept = state_home / "tonearm" / FILE_NAME
    assert kept.stat().st_mode & 0o077 == 0
    (token,) = (row["token"] for row in json.loads(kept.read_text())["pairings"])
    assert token not in "".join(speaker.log)

    assert (await tonearm("volume", "30")).out == "Volume 30 %\n"
    async with Client("127.0.0.1", speaker.port) as client:
        assert client.state.access.auth == "pair"
        await client.set_volume(31)

    opened = json.loads((await call(speaker, "--json", "pairings", "open", "--role", "guest")).out)
    assert opened["role"] == "guest"
    await call(speaker, "pair", "--code", opened["code"], "--name", "Anna")
    denied = await call(speaker, "stop")
    assert (denied.code, denied.err) == (
        10, "tonearm: A guest may not stop; an owner or a member may.\n",
    )  # fmt: skip


async def test_an_owner_sees_who_is_paired_and_revokes(
    speaker: ReceiverProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await call(speaker, "pair", "--code", await first_code(speaker), "--name", "Laptop")
    opened = json.loads((await call(speaker, "--json", "pairings", "open")).out)
    link = read_link(opened["url"])
    assert link is not None
    assert (link.code, len(link.fingerprint), len(opened["qr"]) > 20) == (opened["code"], 64, True)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_STATE_HOME", str(tmp_path / "phone"))
        await call(speaker, "pair", "--code", opened["code"], "--name", "Phone")
        assert (await call(speaker, "volume", "20")).code == 0
    listed = (await call(speaker, "pairings")).out.splitlines()
    assert [line.split()[1:3] for line in listed] == [["Laptop", "owner"], ["Phone", "member"]]
    async with Client("127.0.0.1", speaker.port) as client:
        revoked = await call(speaker, "pairings", "revoke", "Phone")
        assert revoked.out == "Phone (member) is paired no more.\n"
        await client.status()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_STATE_HOME", str(tmp_path / "phone"))
        assert (await call(speaker, "volume", "20")).code == 10
        with pytest.raises(Unauthorized):
            await Client("127.0.0.1", speaker.port).__aenter__()


async def test_the_command_on_the_machine_of_the_receiver(speaker: ReceiverProcess) -> None:
    await first_code(speaker)
    told = await invitation(speaker)
    assert "█" in told, "a QR code"
    found = re.search(r"(http://\S+:)(\d+)(/#pair=\d{6})", told)
    assert found is not None
    assert int(found[2]) == speaker.port
    link = f"http://127.0.0.1:{speaker.port}{found[3]}"
    paired = await tonearm("pair", link)
    assert paired.out.startswith("Paired with Kitchen, as owner.")
    assert (await tonearm("volume", "30")).out == "Volume 30 %\n"


async def test_it_is_still_paired_after_a_restart(speaker: ReceiverProcess, tmp_path: Path) -> None:
    await call(speaker, "pair", "--code", await first_code(speaker))
    speaker.stop()
    with ReceiverProcess(tmp_path, *FLAGS) as again:
        assert (await tonearm("-d", f"127.0.0.1:{again.port}", "volume", "12")).code == 0
        assert not any("Pairing is open" in line for line in again.log)


async def test_wrong_codes(speaker: ReceiverProcess) -> None:
    code = await first_code(speaker)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        refused = await call(speaker, "pair", "--code", wrong)
        assert (refused.code, f"{left} more tries" in refused.err) == (10, True)
    assert "for the last time" in (await call(speaker, "pair", "--code", wrong)).err
    closed = await call(speaker, "pair", "--code", code)
    assert (closed.code, "lets nobody new in" in closed.err) == (10, True)


@pytest.mark.parametrize("text", ["123456", "123 456", "123-456", " 123456 "])
def test_a_code_as_people_write_it(text: str) -> None:
    assert read_code(text) == "123456"


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12 34 56", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code(text: str) -> None:
    with pytest.raises(BadRequest, match="six digits"):
        read_code(text)


@pytest.mark.parametrize(
    "text",
    ["http://[", "http://kitchen/", "http://kitchen/#pair=12", "http://kitchen:99999/#pair=1"],
)
def test_what_is_no_link_of_a_receiver(text: str) -> None:
    with pytest.raises(BadRequest):
        read_link(text)


@pytest.mark.parametrize("content", ["", "{", '{"pairings": [1]}', '{"pairings": [{"host": "x"}]}'])
def test_a_broken_file_of_tokens_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(content)
    assert Keys(str(path)).of("x") is None
