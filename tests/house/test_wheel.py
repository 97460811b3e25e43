"""What `pipx install .` puts on a machine: the wheel holds all that runs, and nothing else."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version

import pytest

from tests.house.code import ROOT
from tests.house.test_rules import tracked

PACKAGES = ("receiver/", "controller/", "hw/")
RUNS = ("*.py", "*.ogg", "controller/web/*", "*/py.typed")
BACKEND = (70, 1)
"""Of setuptools: from this version on it needs no package beside it."""
SOURCES = ("pyproject.toml", "README.md")


def backend_is_there() -> bool:
    """Without loading it, which changes what else is loaded."""
    try:
        found = version("setuptools").split(".")
    except PackageNotFoundError:
        return False
    return (int(found[0]), int(found[1])) >= BACKEND


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built by the backend that is installed here, from the files of the project: no network."""
    if not backend_is_there():
        pytest.skip(f"needs setuptools from {'.'.join(map(str, BACKEND))} on")
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for file in tracked():
        if file.startswith(PACKAGES) or file in SOURCES:
            (source / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, source / file)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--no-cache-dir", "--wheel-dir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.iterdir()
    return zipfile.ZipFile(built)


def test_all_that_runs_is_in_it_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    runs = {
        file
        for file in tracked()
        if file.startswith(PACKAGES) and any(fnmatch(file, pattern) for pattern in RUNS)
    }
    assert held == runs


def test_every_file_is_as_it_is_here(wheel: zipfile.ZipFile) -> None:
    for name in wheel.namelist():
        if name.startswith(PACKAGES):
            assert wheel.read(name) == (ROOT / name).read_bytes(), name


@pytest.mark.parametrize(
    "needed",
    [
        "controller/web/index.html",
        "controller/web/app.js",
        "controller/demo/tune.ogg",
        "receiver/engine/rehearsal.ogg",
        *(f"receiver/engine/spoken/{word}.ogg" for word in (*range(10), "code", "again", "rest")),
    ],
)
def test_what_is_read_while_it_runs_is_in_it(wheel: zipfile.ZipFile, needed: str) -> None:
    assert needed in wheel.namelist()


def test_both_commands_are_there_and_what_they_name(wheel: zipfile.ZipFile) -> None:
    (file,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(wheel.read(file).decode())
    commands = dict(points["console_scripts"])
    assert commands == {
        "tonearm": "controller.cli:main",
        "tonearm-receiver": "receiver.__main__:main",
    }
    for named in commands.values():
        module, _, function = named.partition(":")
        path = module.replace(".", "/")
        (source,) = {f"{path}.py", f"{path}/__init__.py"} & set(wheel.namelist())
        assert f"{function}" in wheel.read(source).decode()
