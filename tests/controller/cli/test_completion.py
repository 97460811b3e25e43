"""`tonearm completion`, in the shells themselves."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from controller.address import Address
from controller.cli import completion, main
from controller.known import Known, Memory


def behind(command: str) -> list[str]:
    """The words that go on with a command."""
    return [word.split()[1] for word in completion.WORDS if word.startswith(f"{command} ")]


def test_completion_knows_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    for command, words in completion.WORDS.items():
        with pytest.raises(SystemExit):
            main([*command.split(), "--help"])
        shown = capsys.readouterr().out
        for word in words:
            assert word in shown
        options = {word for word in shown.replace(",", " ").split() if word.startswith("--")}
        assert options <= {*words, "--detach"}, command
    for words, listed in (
        (["--help"], completion.FIRST),
        (["queue", "--help"], behind("queue")),
        (["pairings", "--help"], behind("pairings")),
    ):
        with pytest.raises(SystemExit):
            main(words)
        shown = capsys.readouterr().out
        assert all(f"    {command} " in shown for command in listed)
        assert len(listed) == shown.count("\n    ") - shown.count("\n     ")


ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_is_one_of_its_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "COMMANDS" not in script
    assert "CASES" not in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, check=True, text=True)


@pytest.fixture
def tonearm_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a completion script calls."""
    script = tmp_path / "bin" / "tonearm"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m controller.cli "$@"\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")


def completed(*words: str) -> list[str]:
    """What bash offers for the last word."""
    quoted = " ".join(f'"{word}"' for word in words)
    program = (
        f"{completion.bash()}\nCOMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}\n"
        'compopt() { :; }\n_tonearm\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    shown = subprocess.run(["bash", "-c", program], capture_output=True, check=True, text=True)
    assert shown.stderr == ""
    return shown.stdout.split("\n")[:-1]


def test_bash_completes_commands_and_options() -> None:
    assert completed("tonearm", "st") == ["stop", "status"]
    assert completed("tonearm", "--device", "Bath", "mute", "o") == ["on", "off"]
    assert completed("tonearm", "cast", "--de") == ["--device", "--detach"]
    assert completed("tonearm", "queue", "m") == ["mv"]
    assert completed("tonearm", "queue", "add", "--n") == ["--next"]
    assert completed("tonearm", "queue", "rm", "--") == ["--device", "--json", "--help"]
    assert completed("tonearm", "queue", "save", "--f") == ["--force"]


def test_bash_completes_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "album.m3u").touch()
    monkeypatch.chdir(tmp_path)
    for words in (["cast"], ["queue", "add"], ["queue", "save"]):
        assert completed("tonearm", *words, "alb") == ["album.m3u"]
    assert completed("tonearm", "queue", "rm", "alb") == [""]


@pytest.mark.usefixtures("tonearm_in_path")
def test_bash_completes_devices_and_runs_nothing_in_their_names(tmp_path: Path) -> None:
    evil = f"K$(touch {tmp_path}/owned)`touch {tmp_path}/owned`"
    for number, name in enumerate(["Kitchen", "Kids' room", evil, "Bath"]):
        Memory().saw(Known(str(number), name, Address("192.0.2.1")))
    offered = completed("tonearm", "pause", "-d", "K")
    assert offered[:2] == ["Kitchen", r"Kids\'\ room"]
    assert len(offered) == 3
    assert not (tmp_path / "owned").exists()
    assert completed("tonearm", "transfer", "Kit") == ["Kitchen"]
    assert completed("tonearm", "transfer", "Kitchen", "B") == ["Bath"]
    assert completed("tonearm", "transfer", "--to") == ["--to-paused"]
    assert not (tmp_path / "owned").exists()


def offered(program: list[str], script: str, tmp_path: Path) -> list[str]:
    """What a shell says, with a home of its own, when it runs a script that asks for it."""
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(
        [*program, script], capture_output=True, check=True, text=True, env=environ, cwd=tmp_path
    )
    assert done.stderr == ""
    return sorted(line.partition("\t")[0] for line in done.stdout.splitlines())


QUEUE_WORDS = sorted(word.split()[1] for word in completion.WORDS if word.startswith("queue "))


@pytest.mark.tools("fish")
@pytest.mark.usefixtures("tonearm_in_path")
def test_fish_offers_words_files_and_devices(tmp_path: Path) -> None:
    (tmp_path / "album.m3u").touch()
    Memory().saw(Known("1", "Kids' room", Address("192.0.2.1")))

    def fish(line: str) -> list[str]:
        script = f"{completion.fish()}\ncomplete -C '{line}'"
        return offered(["fish", "--no-config", "-c"], script, tmp_path)

    assert fish("tonearm st") == ["status", "stop"]
    assert fish("tonearm queue ") == QUEUE_WORDS
    assert fish("tonearm queue save --f") == ["--force"]
    assert "album.m3u" in fish("tonearm queue add al")
    assert "album.m3u" in fish("tonearm cast al")
    assert fish("tonearm queue rm al") == []
    assert fish("tonearm pause --device ") == ["Kids' room"]
    assert fish("tonearm transfer Ki") == ["Kids' room"]


@pytest.mark.tools("zsh")
@pytest.mark.usefixtures("tonearm_in_path")
def test_zsh_offers_words_files_and_devices(tmp_path: Path) -> None:
    Memory().saw(Known("1", "Kids' room", Address("192.0.2.1")))

    def zsh(*words: str) -> list[str]:
        """What the function hands to zsh's own, which take what fits."""
        quoted = " ".join(f'"{word}"' for word in words)
        script = (
            f"autoload -U compinit; compinit -u -D\n{completion.zsh()}\n"
            '[[ $_comps[tonearm] == _tonearm ]] || print "it is not registered"\n'
            'compadd() { shift; print -l -- "$@"; }; _files() { print FILES; }\n'
            f"words=({quoted}) CURRENT={len(words)}; _tonearm"
        )
        return offered(["zsh", "-fc"], script, tmp_path)

    assert zsh("tonearm", "") == sorted([*completion.FIRST, *completion.COMMON])
    assert set(zsh("tonearm", "queue", "")) == {*QUEUE_WORDS, *completion.COMMON}
    assert set(zsh("tonearm", "queue", "save", "")) == {*completion.COMMON, "--force", "FILES"}
    assert "FILES" in zsh("tonearm", "cast", "")
    assert "FILES" not in zsh("tonearm", "queue", "rm", "")
    assert zsh("tonearm", "pause", "--device", "") == ["Kids' room"]
    assert "Kids' room" in zsh("tonearm", "transfer", "")
