"""A Debian in a folder, to install into: this machine's own, with what changes laid over it."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

from tests.rig.scoped import Scoped

MOUNT = """
mount -t tmpfs -o size=1g tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
echo mounted
exec cat
"""
BOOKS = (
    "etc/group", "etc/gshadow", "etc/.pwd.lock", "var/cache/apt", "var/cache/debconf",
    "var/lib/apt", "var/lib/dpkg", "var/log", "root/.cache",
)  # fmt: skip
"""Where apt, dpkg and the tools for accounts keep theirs."""
COMPILED = re.compile(r"usr/lib/python3[.0-9]*/(.*/)?__pycache__/")
"""Python's own library, compiled by whoever runs it as root with other options than Debian did."""


class DebianRoot(Scoped):
    """What is mounted belongs to a process of its own, and ends with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def _make(self) -> None:
        self._keeper = subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", MOUNT, "sh", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._keeper.stdout is not None
        assert self._keeper.stdout.readline() == "mounted\n"

    def _remove(self) -> None:
        self._keeper.communicate()

    def run(self, *command: str | Path) -> str:
        """Run it outside of the root folder, where that can be seen as `folder`; what it says."""
        done = subprocess.run(
            ["nsenter", f"--mount=/proc/{self._keeper.pid}/ns/mnt", "--wd=/", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def inside(self, *command: str) -> str:
        """Run it inside; what it says."""
        return self.run("chroot", self.folder, *command)

    @property
    def folder(self) -> Path:
        """The root folder, for those whom `run` runs."""
        return self._folder / "root"

    def path(self, path: str) -> Path:
        """A file of the root folder, for us."""
        return self._seen("root", path)

    def changed(self) -> dict[str, tuple[int, bytes]]:
        """Every file that is not as it was, and every folder that was not there: its mode, and what
        is in it or where it leads. Who keeps books of that is left out.
        """
        upper = self._seen("upper", "")
        return {
            name: (path.lstat().st_mode, _content(path))
            for path in upper.rglob("*")
            if not (name := str(path.relative_to(upper))).startswith(BOOKS)
            if not COMPILED.match(f"{name}/")
            if path.is_symlink() or not path.is_dir() or not Path("/", name).is_dir()
        }

    def _seen(self, top: str, path: str) -> Path:
        return Path(f"/proc/{self._keeper.pid}/root{self._folder}/{top}/{path}")


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return bytes(path.readlink())
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
