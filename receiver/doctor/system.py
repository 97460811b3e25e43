"""The computer that this runs on."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import receiver
from receiver.clock.system import correction_ppm
from receiver.doctor.base import LIBRARIES, Disk

PATIENCE_S = 3.0
"""So long a program may take."""
SBIN = "/usr/sbin:/sbin"
"""Where `iw` is, and a service's PATH may not lead."""

# In a process of its own: what loads a library keeps it.
_ASK_LIBRARIES = f"""
import ctypes
for name in {LIBRARIES}:
    try:
        library = ctypes.CDLL(name)
    except OSError:
        continue
    says = {{"libportaudio.so.2": "Pa_GetVersionText", "libvorbis.so.0": "vorbis_version_string"}}
    version = b""
    if name in says:
        function = getattr(library, says[name])
        function.restype = ctypes.c_char_p
        version = function().partition(b",")[0]
    print(name, version.decode("ascii", "replace"), sep="=")
"""


class ThisSystem:
    """See `System`."""

    @property
    def python(self) -> tuple[int, int, int]:
        """See `System`."""
        return sys.version_info[:3]

    @property
    def year(self) -> int:
        """See `System`."""
        return datetime.now(UTC).year

    @property
    def correction_ppm(self) -> float:
        """See `System`."""
        return correction_ppm()

    def read(self, path: str) -> str | None:
        """See `System`."""
        try:
            return Path(path).read_text("utf-8", "replace").strip()
        except OSError:
            return None

    def names(self, folder: str) -> list[str]:
        """See `System`."""
        try:
            return sorted(os.listdir(folder))
        except OSError:
            return []

    def may_write(self, path: str) -> bool:
        """See `System`."""
        return os.access(path, os.R_OK | os.W_OK)

    def run(self, *command: str) -> str | None:
        """See `System`."""
        places = f"{os.environ.get('PATH', os.defpath)}:{SBIN}"
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE_S,
                env={**os.environ, "PATH": places, "LC_ALL": "C"},
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.decode("utf-8", "replace").strip()

    def disk(self, folder: Path) -> Disk:
        """See `System`."""
        there = next(place for place in (folder, *folder.parents) if os.path.exists(place))
        try:
            space, number = os.statvfs(there), there.stat().st_dev
        except OSError as error:
            return Disk(0, error.strerror, "")
        device = f"{os.major(number)}:{os.minor(number)}"
        try:
            with tempfile.TemporaryFile(dir=there):
                refusal = None
        except OSError as error:
            refusal = error.strerror
        return Disk(space.f_bavail * space.f_frsize, refusal, device)

    def installed(self, package: str) -> str | None:
        """See `System`."""
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return None

    def has_module(self, name: str) -> bool:
        """See `System`."""
        try:
            return importlib.util.find_spec(name) is not None
        except (ImportError, ValueError):  # the package that it is in is missing, or no package
            return False

    def required(self) -> list[str]:
        """See `System`. Run from a working copy it is not installed, and has the file itself."""
        try:
            told = importlib.metadata.requires("tonearm") or []
        except importlib.metadata.PackageNotFoundError:
            file = Path(receiver.__file__).parents[1] / "pyproject.toml"
            project = tomllib.loads(self.read(str(file)) or "").get("project", {})
            told = project.get("dependencies", [])
        return [line for line in told if "extra ==" not in line]

    def libraries(self) -> dict[str, str]:
        """See `System`."""
        told = self.run(sys.executable, "-I", "-c", _ASK_LIBRARIES) or ""
        return {name: says for name, _, says in (line.partition("=") for line in told.splitlines())}
