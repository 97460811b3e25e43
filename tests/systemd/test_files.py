"""The unit, the scripts and what they say, as they lie here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.rig.script import load_script

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
SCRIPTS = sorted([*SYSTEMD.glob("*.sh"), *SYSTEMD.glob("debian/p*")])


@pytest.mark.tools("systemd-analyze")
def test_the_unit_is_exposed_to_little() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=17", "--no-pager",
         SYSTEMD / "tonearm.service"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.tools("shellcheck")
def test_the_scripts_are_sound() -> None:
    done = subprocess.run(["shellcheck", *SCRIPTS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_package_asks_for_what_the_receiver_needs() -> None:
    system = load_script("system")
    needed = {need.package for need in system.RUN} - {need.package for need in system.START}
    control = (SYSTEMD / "debian/control").read_text("utf-8")
    depends = re.search(r"(?m)^Depends: (.*)$", control)
    assert depends is not None
    assert needed <= set(re.split(r"[ ,]+", depends[1]))


@pytest.mark.parametrize("script", ["install.sh", "uninstall.sh"])
def test_help_tells_every_option(script: str) -> None:
    done = subprocess.run([SYSTEMD / script, "--help"], capture_output=True, text=True, check=True)
    options = set(re.findall(r"^ +(?:\|? ?)(--\w+)", (SYSTEMD / script).read_text(), re.MULTILINE))
    assert options
    for option in options:
        assert option in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["install.sh", "--what"], "install.sh: --what is not known; see --help."),
        (["install.sh", "--root"], "install.sh: --root needs a value; see --help."),
        (["install.sh", "--wheels", "/no/such"], "install.sh: --wheels: there is no /no/such."),
        (
            ["install.sh", "--wheels", "/", "--package", "/"],
            "install.sh: --package needs no --wheels.",
        ),
        (["uninstall.sh", "--what"], "uninstall.sh: --what is not known; see --help."),
        (["uninstall.sh", "--root", "/no/such"], "uninstall.sh: --root: there is no /no/such."),
        (["build-deb.sh", "--what", "x"], "build-deb.sh: --what is not known"),
    ],
)
def test_a_mistake_is_named(words: list[str], said: str) -> None:
    done = subprocess.run(
        [SYSTEMD / words[0], *words[1:]], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert done.stderr.strip() == said
