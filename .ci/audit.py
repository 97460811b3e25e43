r"""Looks whether a package that Tonearm needs has a known hole.

Where PyPI's list of them answers, pip-audit compares it with what is installed. Where it does not,
as without a network, what is checked is that `.ci/requirements.lock` pins each package with its
hashes, and fits `pyproject.toml`. To renew the lock:

    uv pip compile --universal --generate-hashes --python-version 3.11 --extra pi --group dev \
        --no-header --upgrade pyproject.toml --output-file .ci/requirements.lock

Ends with 1 where there is a hole, or where the lock does not do. Runs in the environment of the
tests.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / ".ci" / "requirements.lock"
INDEX = "https://pypi.org/pypi/pip/json"
ANSWER_S = 5.0
AUDIT_S = 300.0
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


class Pin(NamedTuple):
    """A line of the lock: one version of a package, and its hashes."""

    name: str
    version: str
    hashes: int


def declared(project: dict[str, Any]) -> Iterator[Requirement]:
    """All that `pyproject.toml` asks for, but for the extra that no supported system needs."""
    texts = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    texts += project["project"]["optional-dependencies"]["pi"]
    return map(Requirement, texts)


def pins(lock: str) -> Iterator[Pin]:
    """The lines of a lock. Raises `ValueError` for one that is no pin."""
    joined = lock.replace("\\\n", " ")
    for line in joined.splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        requirement = Requirement(_HASH.sub("", text).strip())
        exact = [one.version for one in requirement.specifier if one.operator == "=="]
        if len(exact) != 1:
            raise ValueError(f"{text[:60]} names no version")
        yield Pin(canonicalize_name(requirement.name), exact[0], len(_HASH.findall(text)))


def wrong_with(lock: str, project: dict[str, Any]) -> list[str]:
    """What is wrong with a lock, in words."""
    try:
        found = list(pins(lock))
    except ValueError as error:
        return [str(error)]
    wrong = [f"{pin.name} has no hash" for pin in found if not pin.hashes]
    for wanted in declared(project):
        versions = [pin.version for pin in found if pin.name == canonicalize_name(wanted.name)]
        if not versions:
            wrong.append(f"{wanted.name} is missing")
        elif not all(wanted.specifier.contains(one, prereleases=True) for one in versions):
            wrong.append(f"{wanted} does not allow {', '.join(versions)}")
    return wrong


def check_lock() -> int:
    """Look at the lock. Returns the status to exit with."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wrong = wrong_with(LOCK.read_text("utf-8"), project)
    if wrong:
        say(f"{LOCK.relative_to(ROOT)} does not do: {'; '.join(wrong)}. {LOCK.name} is renewed as")
        say(f"{Path(__file__).relative_to(ROOT)} says.")
        return 1
    say(f"{LOCK.relative_to(ROOT)} pins every package with its hashes.")
    return 0


def is_reachable() -> bool:
    """Whether PyPI tells of known holes."""
    try:
        with urllib.request.urlopen(INDEX, timeout=ANSWER_S) as answer:
            return "vulnerabilities" in json.load(answer)
    except (OSError, ValueError):
        return False


def has_pip_audit() -> bool:
    """Whether pip-audit is there, now or after it was installed."""
    if importlib.util.find_spec("pip_audit") is not None:
        return True
    pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run([*pip, "install", "--group", "audit"], cwd=ROOT, check=False)
    return done.returncode == 0


def holes() -> list[str] | None:
    """The known holes of what is installed, in words; None: they could not be asked for."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--format=json"]
    try:
        done = subprocess.run(
            [*command, "--progress-spinner=off"],
            capture_output=True,
            text=True,
            check=False,
            timeout=AUDIT_S,
        )
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return [
        f"{package['name']} {package['version']} has {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in packages
        for hole in package.get("vulns", [])
    ]


def say(text: str) -> None:
    """A line for the one who waits."""
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """Ask, or look at the lock. Returns the status to exit with."""
    found = holes() if is_reachable() and has_pip_audit() else None
    if found is None:
        say("The list of known holes cannot be reached.")
        return check_lock()
    for hole in found:
        say(hole)
    say("What is installed has no known holes." if not found else "Upgrade these.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
