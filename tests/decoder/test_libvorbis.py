"""How the libraries are loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHECK = """
import ctypes.util, os, sys
{before}
seen = []
sys.addaudithook(lambda name, args: seen.append(name))
environment = dict(os.environ)
from receiver.decoder import libvorbis
from receiver.errors import ConfigError
try:
    libvorbis._pyogg()
except ConfigError as error:
    print(error.message)
else:
    print("loaded")
assert dict(os.environ) == environment
assert not {{"subprocess.Popen", "os.posix_spawn", "os.fork", "os.system"}} & set(seen)
"""


@pytest.mark.parametrize("before", ["", "os.environ.pop('PATH', None)"])
def test_loading_starts_no_process_and_leaves_the_environment_alone(before: str) -> None:
    assert run(before) == "loaded"


def test_a_missing_library_is_named_with_its_package() -> None:
    before = "import receiver.decoder.libvorbis as it; it.SONAMES['vorbisfile'] = 'libnothing.so.9'"
    assert run(before) == (
        "The Ogg Vorbis libraries are missing: "
        "run 'apt install libogg0 libvorbis0a libvorbisfile3'."
    )


def run(before: str) -> str:
    """What the check writes in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHECK.format(before=before)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.strip()
