"""`tonearm doctor`, as it is read."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest

from controller import doctor
from controller.address import Address
from controller.discovery import Found
from receiver import __version__
from receiver.model.health import FAILED, Examination, Finding, Verdict, worst
from tests.controller.cli.conftest import Call, Runs
from tests.controller.fake_receiver import FakeReceiver

replace = msgspec.structs.replace
OK = Finding("clock", "ok", "synchronised")
WARN = Finding("wifi", "warn", "wlan0 saves power\x1b[2J.", "Switch it off.")
FAIL = Finding("disk", "fail", "The disk is full.", "Make room.")


@pytest.fixture
def examined(receiver: FakeReceiver, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the receiver be found, and have these findings."""
    info = replace(receiver.state.receiver, version=__version__)
    receiver.state = replace(receiver.state, receiver=info)
    at = (Address(receiver.host, receiver.port),)
    monkeypatch.setattr(doctor, "by_mdns", lambda s, e: [Found(info.id, info.name, "1", at)])

    def having(*findings: Finding) -> None:
        receiver.examination = Examination(
            info.id, info.name, __version__, True, worst(findings), list(findings)
        )

    return having


async def test_the_worst_comes_first_and_the_verdict_last(
    call: Call, examined: Callable[..., None]
) -> None:
    examined(OK, WARN, FAIL)
    code, out, err = await call("doctor")
    assert (code, err) == (FAILED, "")
    lines = out.splitlines()
    assert lines[0] == "From this computer"
    there = lines.index(f"Kitchen, tonearm {__version__}")
    assert lines[there + 2 :] == [
        "fail  disk   The disk is full.",
        "             -> Make room.",
        "warn  wifi   wlan0 saves power [2J.",
        "             -> Switch it off.",
        "ok    clock  synchronised",
        "",
        "Something is wrong: disk; worth a look: wifi.",
    ]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("findings", "code", "words"),
    [
        ([OK], 0, "All is well."),
        ([OK, WARN], 0, "It works; worth a look: wifi."),
        ([FAIL], FAILED, "Something is wrong: disk."),
    ],
)
async def test_the_verdict_in_words_and_as_a_code(
    call: Call,
    examined: Callable[..., None],
    findings: list[Finding],
    code: int,
    words: str,
) -> None:
    examined(*findings)
    outcome = await call("doctor")
    assert outcome.code == code
    assert outcome.out.splitlines()[-1] == words


async def test_for_programs(call: Call, examined: Callable[..., None]) -> None:
    examined(OK, WARN)
    outcome = await call("doctor", "--json")
    told = json.loads(outcome.out)
    assert told["verdict"] == "warn"
    assert [finding["verdict"] for finding in told["here"]] == ["ok"] * 3
    assert told["receiver"]["findings"][1]["name"] == "wifi"
    assert outcome.code == 0


async def test_without_any_receiver(run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_seconds: float) -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(doctor, "service_types", nobody)
    monkeypatch.setattr(doctor, "by_mdns", lambda s, e: [])
    code, out, _ = await run("doctor", "--json")
    told = json.loads(out)
    verdicts: dict[str, Verdict] = {one["name"]: one["verdict"] for one in told["here"]}
    assert verdicts == {"receiver": "fail", "mdns": "warn"}
    assert told["receiver"] is None
    assert code == FAILED
