"""What Tonearm needs from the system, and how it comes there.

Looks for the thing itself (a library that loads, a program that is found), never for a package.
What is missing is installed by apt, as root or by sudo; where that cannot be, one line says what
to install. Runs before anything else is there: standard library only.

    python3 .ci/system.py start   what the set-up needs
    python3 .ci/system.py run     what the receiver and the controller need
    python3 .ci/system.py test    that, and what the tests need

Ends with 1 where the job cannot go on. Tests go on without what some of them need, but in CI (`CI`
is set) nothing may be missing.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Need:
    """One thing, the Debian package that holds it, and how to see that it is there."""

    name: str
    package: str
    is_there: Callable[[], bool]


def library(soname: str, package: str) -> Need:
    """A shared library that can be loaded."""

    def is_there() -> bool:
        try:
            ctypes.CDLL(soname)
        except OSError:
            return False
        return True

    return Need(soname, package, is_there)


def program(name: str, package: str) -> Need:
    """A program on the PATH, or where only root's PATH looks."""
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    return Need(name, package, lambda: shutil.which(name, path=folders) is not None)


def plugin(name: str, file: str, package: str) -> Need:
    """A plugin: a file below a system folder for libraries."""
    folders = (Path("/usr/lib"), Path("/usr/lib64"), Path("/usr/local/lib"))
    return Need(name, package, lambda: any(any(f.glob(f"**/{file}")) for f in folders))


def module(name: str, package: str) -> Need:
    """A module of this Python."""
    return Need(name, package, lambda: importlib.util.find_spec(name) is not None)


def file(name: str, pattern: str, package: str) -> Need:
    """A file of the system."""
    return Need(name, package, lambda: any(Path("/").glob(pattern)))


START = (module("ensurepip", f"python3.{sys.version_info.minor}-venv"),)
"""Without these nothing can be set up."""
RUN = (
    *START,
    library("libogg.so.0", "libogg0"),
    library("libvorbis.so.0", "libvorbis0a"),
    library("libvorbisfile.so.3", "libvorbisfile3"),
    library("libportaudio.so.2", "libportaudio2"),
    program("openssl", "openssl"),
)
"""What the receiver and the controller need."""
TEST = (
    *RUN,
    program("oggenc", "vorbis-tools"),
    program("oggdec", "vorbis-tools"),
    program("ffmpeg", "ffmpeg"),
    program("flac", "flac"),
    program("opusenc", "opus-tools"),
    program("lame", "lame"),
    program("pulseaudio", "pulseaudio"),
    program("pactl", "pulseaudio-utils"),
    program("parec", "pulseaudio-utils"),
    plugin("ALSA pulse plugin", "alsa-lib/libasound_module_pcm_pulse.so", "libasound2-plugins"),
    program("ip", "iproute2"),
    program("ss", "iproute2"),
    program("nft", "nftables"),
    program("zsh", "zsh"),
    program("fish", "fish"),
    program("shellcheck", "shellcheck"),
    program("systemd-analyze", "systemd"),
    program("chromium", "chromium"),
    file("pip of Debian", "usr/share/python-wheels/pip-*.whl", "python3-venv"),
)
"""That, and what some of the tests need."""


def missing(needs: Iterable[Need]) -> list[Need]:
    """Those that are not there."""
    return [need for need in needs if not need.is_there()]


def missing_for(names: Iterable[str]) -> str | None:
    """What is missing of the things so named, in words; None when all are there."""
    known = {need.name: need for need in TEST}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise LookupError(f".ci/system.py does not know of {', '.join(unknown)}")
    lacking = missing(known[name] for name in names)
    words = ", ".join(f"{need.name} (package {need.package})" for need in lacking)
    return f"needs {words}" if lacking else None


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None where that cannot be."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    if silent.returncode == 0:
        return ["sudo", "-n"]
    asks = sys.stdin is not None and sys.stdin.isatty()
    return ["sudo"] if asks and not os.environ.get("CI") else None


def install(packages: Sequence[str]) -> None:
    """Install by apt, as far as possible: what came of it is seen by looking for the things."""
    prefix = root_prefix()
    if prefix is None or shutil.which("apt-get") is None:
        return
    say(f"Installing {' '.join(packages)} ...")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    run([*apt, "update"])
    one = [*apt, "install", "-y", "--no-install-recommends"]
    if not run([*one, *packages]) and len(packages) > 1:
        for package in packages:  # where one is not known, apt installs none of them
            run([*one, package])


def run(command: Sequence[str]) -> bool:
    """Whether it worked; if not, the end of what it said is told."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        say("\n".join(done.stdout.splitlines()[-10:]))
    return done.returncode == 0


def say(text: str) -> None:
    """A line for the one who waits."""
    sys.stderr.write(f"{text}\n")


def main(arguments: Sequence[str]) -> int:
    """Look, install, look again. Returns the status to exit with."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        say(f"Tonearm needs Python 3.11 or newer, this is {found}: make PYTHON=python3.13 ...")
        return 1
    job = arguments[0] if arguments else "run"
    needs = {"start": START, "run": RUN, "test": TEST}[job]
    lacking = missing(needs)
    if lacking:
        install(sorted({need.package for need in lacking}))
        lacking = missing(needs)
    if not lacking:
        return 0
    names = ", ".join(need.name for need in lacking)
    packages = " ".join(sorted({need.package for need in lacking}))
    say(f"Missing: {names}. To install what holds them: sudo apt install {packages}")
    if job == "test" and not os.environ.get("CI") and not missing(START):
        say("Going on: the tests that need them are not run, and say so.")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
