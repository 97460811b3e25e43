"""What comes from the system: installed where that can be, told where not, and what tests do then.

No apt and no sudo is run: what the machine is like is made up.
"""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.house.code import ROOT
from tests.rig.script import load_script

NONINTERACTIVE = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
USER = 1000
VENV, SOUND, ENCODER, DECODER = "ensurepip", "libsound.so.1", "encode", "decode"
PACKAGES = {VENV: "python-venv", SOUND: "libsound1", ENCODER: "tools", DECODER: "tools"}


class Keyboard(io.StringIO):
    """What stands at the standard input when somebody sits there."""

    def isatty(self) -> bool:
        return True


@dataclass
class Machine:
    """A machine with apt, as a user may find it: what is there, and what was run."""

    there: set[str]
    user: int = 0
    programs: set[str] = field(default_factory=lambda: {"apt-get", "sudo"})
    silent_sudo: bool = True
    fails: dict[str, str] = field(default_factory=dict)
    """What a step of apt says when it fails, by the name of the step."""
    unknown: set[str] = field(default_factory=set)
    """Packages that apt does not know: where one of them is asked for, it installs none."""
    ran: list[list[str]] = field(default_factory=list)

    def which(self, name: str, **_: object) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

    def run(self, command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.ran.append(list(command))
        if command == ["sudo", "-n", "true"]:
            return subprocess.CompletedProcess(command, 0 if self.silent_sudo else 1, "")
        step = next(word for word in command if word in {"update", "install"})
        if step in self.fails:
            return subprocess.CompletedProcess(command, 100, self.fails[step])
        if step == "install" and self.unknown & set(command):
            return subprocess.CompletedProcess(command, 100, "E: Unable to locate package")
        if step == "install":
            self.there |= {name for name, package in PACKAGES.items() if package in command}
        return subprocess.CompletedProcess(command, 0, "")

    def apt(self) -> list[list[str]]:
        """Every command but the look at what sudo allows."""
        return [command for command in self.ran if command != ["sudo", "-n", "true"]]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """One that lacks the sound library and the encoder, with root at work and nobody watching."""
    machine = Machine(there={VENV, DECODER})
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: machine.user)
    monkeypatch.setattr(shutil, "which", machine.which)
    monkeypatch.setattr(subprocess, "run", machine.run)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return machine


@pytest.fixture
def system(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`.ci/system.py`, with needs that the machine can meet."""
    system = load_script("system")

    def needs(*names: str) -> tuple[object, ...]:
        return tuple(system.Need(n, PACKAGES[n], lambda n=n: n in machine.there) for n in names)

    monkeypatch.setattr(system, "START", needs(VENV))
    monkeypatch.setattr(system, "RUN", needs(VENV, SOUND))
    monkeypatch.setattr(system, "TEST", needs(VENV, SOUND, ENCODER, DECODER))
    return system


def apt_by(prefix: Sequence[str], *packages: str) -> list[list[str]]:
    """What is run to install these."""
    apt = [*prefix, *NONINTERACTIVE]
    return [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *packages]]


def test_only_what_is_not_there_is_missing(system: ModuleType) -> None:
    assert [need.name for need in system.missing(system.TEST)] == [SOUND, ENCODER]


def test_what_is_missing_is_told_with_its_package(system: ModuleType) -> None:
    assert system.missing_for([VENV, DECODER]) is None
    told = system.missing_for([VENV, SOUND, ENCODER])
    assert told == "needs libsound.so.1 (package libsound1), encode (package tools)"


def test_a_name_that_nobody_knows_is_an_error(system: ModuleType) -> None:
    with pytest.raises(LookupError, match="does not know of encoed"):
        system.missing_for([ENCODER, "encoed"])


def test_the_things_themselves_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("usr/lib/arm/sound/pulse.so", "usr/share/pip-1.whl"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    system = load_script("system")
    monkeypatch.setattr(system, "Path", lambda path: tmp_path / path.removeprefix("/"))
    there = [
        system.program("sh", "x"),
        system.module("json", "x"),
        system.plugin("pulse", "sound/pulse.so", "x"),
        system.file("pip", "usr/share/pip-*.whl", "x"),
    ]
    gone = [
        system.program("no-such-program", "x"),
        system.module("no_such_module", "x"),
        system.plugin("jack", "sound/jack.so", "x"),
        system.file("wheel", "usr/share/wheel-*.whl", "x"),
        system.library("libno-such-thing.so.9", "x"),
    ]
    assert system.missing([*there, *gone]) == gone


def test_all_that_the_receiver_needs_the_tests_need_too() -> None:
    system = load_script("system")
    assert set(system.START) < set(system.RUN) < set(system.TEST)
    names = [need.name for need in system.TEST]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("user", "sudo", "silent", "keyboard", "ci", "prefix"),
    [
        pytest.param(0, False, False, False, "", [], id="root"),
        pytest.param(0, True, True, True, "true", [], id="root with sudo"),
        pytest.param(USER, True, True, False, "", ["sudo", "-n"], id="silent"),
        pytest.param(USER, True, True, False, "true", ["sudo", "-n"], id="silent in CI"),
        pytest.param(USER, True, False, True, "", ["sudo"], id="asks somebody"),
        pytest.param(USER, True, False, False, "", None, id="asks nobody"),
        pytest.param(USER, True, False, True, "true", None, id="asks in CI"),
        pytest.param(USER, False, False, True, "", None, id="neither"),
    ],
)
def test_how_to_be_root(
    system: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch, *,
    user: int, sudo: bool, silent: bool, keyboard: bool, ci: str, prefix: list[str] | None,
) -> None:  # fmt: skip
    machine.user, machine.silent_sudo = user, silent
    machine.programs = {"apt-get", "sudo"} if sudo else {"apt-get"}
    monkeypatch.setattr(sys, "stdin", Keyboard() if keyboard else io.StringIO())
    monkeypatch.setenv("CI", ci)
    assert system.root_prefix() == prefix
    asked = [["sudo", "-n", "true"]] if user and sudo else []
    assert machine.ran == asked, "asks for no password, and root asks nobody"


@pytest.mark.parametrize(
    ("user", "silent", "prefix"),
    [(0, False, []), (USER, True, ["sudo", "-n"]), (USER, False, ["sudo"])],
    ids=["root", "sudo", "sudo that asks"],
)
def test_what_is_missing_is_installed(
    system: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], user: int, silent: bool, prefix: list[str],
) -> None:  # fmt: skip
    machine.user, machine.silent_sudo = user, silent
    monkeypatch.setattr(sys, "stdin", Keyboard())
    assert system.main(["test"]) == 0
    assert machine.apt() == apt_by(prefix, "libsound1", "tools")
    assert capsys.readouterr().err == "Installing libsound1 tools ...\n"


@pytest.mark.parametrize("arguments", [["run"], []])
def test_what_only_tests_need_is_not_installed_to_run(
    system: ModuleType, machine: Machine, arguments: list[str]
) -> None:
    assert system.main(arguments) == 0
    assert machine.apt() == apt_by([], "libsound1")


def test_a_package_is_asked_for_once(system: ModuleType, machine: Machine) -> None:
    machine.there = {VENV, SOUND}
    assert system.main(["test"]) == 0
    assert machine.apt() == apt_by([], "tools")


@pytest.mark.parametrize("job", ["run", "test"])
def test_where_all_is_there_nothing_is_done(
    system: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str], job: str
) -> None:
    machine.there, machine.user = set(PACKAGES), USER
    assert system.main([job]) == 0
    assert machine.ran == []
    assert capsys.readouterr().err == ""


def no_sudo(machine: Machine) -> None:
    machine.user, machine.programs = USER, {"apt-get"}


def sudo_that_asks_nobody(machine: Machine) -> None:
    machine.user, machine.silent_sudo = USER, False


def no_apt(machine: Machine) -> None:
    machine.programs = {"sudo"}


@pytest.mark.parametrize("made", [no_sudo, sudo_that_asks_nobody, no_apt])
@pytest.mark.parametrize(
    ("job", "ci", "there", "line", "status"),
    [
        ("run", "", {VENV}, "libsound.so.1. * libsound1", 1),
        ("run", "true", {VENV}, "libsound.so.1. * libsound1", 1),
        ("test", "", {VENV}, "libsound.so.1, encode, decode. * libsound1 tools", 0),
        ("test", "true", {VENV}, "libsound.so.1, encode, decode. * libsound1 tools", 1),
        ("test", "", {SOUND, ENCODER, DECODER}, "ensurepip. * python-venv", 1),
    ],
    ids=["run", "run in CI", "test", "test in CI", "no venv"],
)
def test_where_nothing_can_be_installed_one_line_says_what_to(
    system: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], *, made: Callable[[Machine], None],
    job: str, ci: str, there: set[str], line: str, status: int,
) -> None:  # fmt: skip
    made(machine)
    machine.there = set(there)
    monkeypatch.setenv("CI", ci)
    assert system.main([job]) == status
    names, _, packages = line.partition(". * ")
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == (f"Missing: {names}. To install what holds them: sudo apt install {packages}")
    going_on = ["Going on: the tests that need them are not run, and say so."]
    assert rest == ([] if status else going_on)
    assert machine.apt() == []


@pytest.mark.parametrize(("job", "status"), [("run", 1), ("test", 0)])
def test_apt_that_fails_says_why_and_what_to_install(
    system: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str], job: str, status: int
) -> None:
    machine.there = {VENV, ENCODER, DECODER}
    machine.fails = {"install": "\n".join(f"E: reason {n}" for n in range(30))}
    assert system.main([job]) == status
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Installing libsound1 ..."
    assert said[1:11] == [f"E: reason {n}" for n in range(20, 30)], "the end of what apt says"
    assert said[11].startswith("Missing: libsound.so.1.")
    assert said[11].endswith("sudo apt install libsound1")


def test_a_package_that_apt_does_not_know_keeps_no_other_out(
    system: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.there, machine.unknown = {VENV}, {"libsound1"}
    system.main(["test"])
    assert machine.there == {VENV, ENCODER, DECODER}
    assert capsys.readouterr().err.splitlines()[-2].endswith("sudo apt install libsound1")


def test_old_lists_of_apt_may_do(
    system: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.fails = {"update": "E: no network"}
    assert system.main(["test"]) == 0
    assert capsys.readouterr().err.splitlines()[1:] == ["E: no network"]


def test_what_apt_installed_is_looked_for(
    system: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A package that is installed may still not hold the thing."""
    monkeypatch.setitem(PACKAGES, SOUND, "renamed")
    assert system.main(["run"]) == 1
    assert machine.apt() == apt_by([], "libsound1")
    assert "Missing: libsound.so.1." in capsys.readouterr().err


@pytest.mark.parametrize("job", ["run", "test"])
def test_a_python_that_is_too_old_is_told(
    system: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], job: str,
) -> None:  # fmt: skip
    old = SimpleNamespace(version_info=(3, 10, 14, "final", 0), stderr=sys.stderr)
    monkeypatch.setattr(system, "sys", old)
    assert system.main([job]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "needs Python 3.11 or newer, this is 3.10.14" in line
    assert machine.ran == []


def test_a_python_that_is_too_old_can_read_the_script() -> None:
    ast.parse((ROOT / ".ci/system.py").read_text("utf-8"), feature_version=(3, 7))
