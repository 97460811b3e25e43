"""A house of two machines: network namespaces, joined by a cable that can be cut."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest

from tests.rig.card import end_process
from tests.rig.network import Cable, inside

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PORT = 7766
PATIENCE_S = 60.0
ASK = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"
TELL = """
import sys, urllib.error, urllib.request as u
request = u.Request(sys.argv[1], sys.argv[2].encode(), {"Content-Type": "application/json"})
try:
    answer = u.urlopen(request, timeout=5)
except urllib.error.HTTPError as error:
    answer = error
print(answer.read().decode())
"""


class Machine:
    """A receiver in a namespace, and a shell there."""

    def __init__(self, space: str, name: str, folder: Path) -> None:
        self.space = space
        program = [sys.executable, "-m", "receiver"]
        self._command = [*inside(space), *program, "--audio", "mock", "--auth", "open"]
        self._command += ["--name", name, "--state-dir", str(folder / name)]
        self._command += ["--cache-dir", str(folder / name / "cache")]
        self._command += ["--log-level", "warning"]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        end_process(self._process)

    def peer(self) -> dict[str, Any]:
        """The other receiver, as this one knows it; empty while it knows of none."""
        try:
            state = json.loads(self._python(ASK, f"http://127.0.0.1:{PORT}/v1/status"))["state"]
        except (subprocess.CalledProcessError, ValueError):
            return {}  # it is not up yet
        return next(iter(state["peers"].values()), {})

    def tell(self, **command: Any) -> dict[str, Any]:
        """Give it a command; its answer."""
        body = json.dumps({"id": "c", **command})
        said = self._python(TELL, f"http://127.0.0.1:{PORT}/v1/commands", body)
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _python(self, program: str, *arguments: str) -> str:
        return subprocess.run(
            [*inside(self.space), sys.executable, "-c", program, *arguments],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Cable, Machine, Machine]]:
    with ExitStack() as stack:
        cable = stack.enter_context(Cable())
        cable.give("10.77.0.1")
        kitchen = stack.enter_context(Machine(cable.near, "Kitchen", tmp_path))
        bedroom = stack.enter_context(Machine(cable.far, "Bedroom", tmp_path))
        yield cable, kitchen, bedroom


def until(true: Callable[[], bool]) -> None:
    """Wait for other processes, as long as a busy machine may take."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.2)


@pytest.mark.timeout(300)
def test_receivers_find_one_another_and_again(machines: tuple[Cable, Machine, Machine]) -> None:
    cable, kitchen, bedroom = machines
    until(lambda: kitchen.peer().get("connected") is True)
    until(lambda: bedroom.peer().get("connected") is True)
    assert kitchen.peer()["name"] == "Bedroom"
    assert bedroom.peer()["host"] == "10.77.0.1"

    told = kitchen.tell(type="volume", percent=33, receiver="Bedroom")
    assert told["result"]["volume"]["percent"] == 33
    until(lambda: kitchen.peer()["volume"]["percent"] == 33)

    cable.cut()
    until(lambda: kitchen.peer()["connected"] is False)
    assert kitchen.tell(type="stop", receiver="Bedroom")["code"] == "no_receiver"
    cable.mend()
    until(lambda: kitchen.peer()["connected"] is True)

    cable.give("10.77.0.9")
    until(lambda: bedroom.peer()["host"] == "10.77.0.9" and bedroom.peer()["connected"] is True)
