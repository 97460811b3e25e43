"""The demo, as `make demo` runs it, and what it says where the network has no mDNS."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
from pathlib import Path

import pytest

from controller.cli.progress import Display
from controller.demo import show
from controller.demo.speaker import Speaker
from controller.discovery import Found
from receiver.errors import Internal, NoReceiver
from tests.rig.receiver_process import ROOT

DEMO_S = 60.0


@pytest.fixture
def foreign(tmp_path: Path) -> dict[str, str]:
    """An environment in which a receiver could not even start, as the user has set it."""
    settings = tmp_path / "tonearm" / "receiver.toml"
    settings.parent.mkdir()
    settings.write_text("this is = no TOML")
    own = {"TONEARM_AUDIO": "none", "TONEARM_NO_SUCH_OPTION": "1"}
    return {**os.environ, **own, "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}


@pytest.mark.slow
async def test_it_shows_all_it_promises(tmp_path: Path, foreign: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "controller.demo"),
        cwd=ROOT,
        env=foreign,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(DEMO_S):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    told = out.decode()
    assert process.returncode == 0, told
    scenes = [
        r"\$ tonearm discover",
        r"Tonearm demo at \S+:\d+, found by mDNS in \d+\.\d s",
        r"\$ tonearm cast http://\S+/tune\.ogg",
        r"▶ Tonearm - Needle Drop +0:0[2-4] .* 0:40 50 % -\d+ dBFS",
        r"\$ tonearm pause",
        r"‖ Tonearm - Needle Drop +0:0[2-4] .* 50 %",
        r"\$ tonearm resume",
        r"\$ tonearm seek 0:20",
        r"▶ Tonearm - Needle Drop +0:2[1-3] .* 50 % -\d+ dBFS",
        r"\$ tonearm volume 25",
        r"▶ Tonearm - Needle Drop +0:2\d .* 25 % -\d+ dBFS",
        r"\$ tonearm stop",
        r"From the command to the first frame at the device:",
        r"  first frame +\d+\.\d +\d+\.\d",
    ]
    assert re.search("(?s)" + ".*\n".join(scenes), told), told
    assert [left.name for left in tmp_path.iterdir()] == ["tonearm"], "it leaves nothing behind"


async def no_network(*_: object) -> list[Found]:
    raise NoReceiver("This computer cannot search by mDNS.")


async def nobody(*_: object) -> list[Found]:
    return []


@pytest.mark.parametrize("search", [no_network, nobody])
async def test_without_mdns_it_says_so_and_goes_by_the_address(
    search: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "browse", search)
    speaker, out = Speaker(tmp_path), io.StringIO()
    speaker.port = 1234
    address = await show.find(speaker, Display(out))
    assert (address.host, address.port) == ("127.0.0.1", 1234)
    assert "mDNS does not find Tonearm demo" in out.getvalue()
    assert "going on by 127.0.0.1:1234" in out.getvalue()
    assert "found by mDNS in" not in out.getvalue()


def test_a_pause_that_does_not_hold_fails_it() -> None:
    show.check_pause({"position_ms": 3000.0}, {"position_ms": 3001.0})
    with pytest.raises(Internal, match="the pause did not hold: 1000 ms went by"):
        show.check_pause({"position_ms": 3000.0}, {"position_ms": 4000.0})
