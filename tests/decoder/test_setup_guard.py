"""The guard in front of libvorbis."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.decoder import shelf
from receiver.decoder.setup_guard import MAX_BYTES, check_setup
from receiver.decoder.vorbis import VorbisDecoder
from receiver.errors import Unplayable
from tests.decoder import hostile, pages
from tests.decoder.conftest import RECIPES, Files
from tests.decoder.test_ogg import read_packets

ENCODED = [name for name, recipe in RECIPES.items() if recipe[3].startswith("vorbis")]
MEMORY_BOMBS = {
    "many books": hostile.setup(*[(1, 1 << 16)] * 40),
    "many dimensions": hostile.setup((65_535, 256), lookup=1),
    "many books of many dimensions": hostile.setup(*[(2048, 128)] * 40, lookup=1),
}
REFUSED = hostile.CRASHERS | MEMORY_BOMBS
STACK = 8 << 20
BARE = f"""
import resource, sys
from receiver.decoder.libvorbis import Synthesis

most = resource.getrlimit(resource.RLIMIT_STACK)[1]
resource.setrlimit(resource.RLIMIT_STACK, ({STACK}, most))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
Synthesis(*map(bytes.fromhex, sys.stdin.read().split()))
"""
"""A program that hands two headers to libvorbis with no guard in front of it."""


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize("name", ENCODED)
def test_files_of_real_encoders_pass(name: str, files: Files) -> None:
    packets, _ = read_packets(files(name).read_bytes())
    check_setup(packets[2])


def bare(files: Files, setup: bytes) -> int:
    """What becomes of a process that gives libvorbis this setup header as it is."""
    packets, _ = read_packets(files("short").read_bytes())
    headers = f"{packets[0].hex()} {setup.hex()}"
    command = [sys.executable, "-c", BARE]
    return subprocess.run(command, input=headers, text=True, check=False, timeout=60).returncode


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize("packet", hostile.CRASHERS.values(), ids=hostile.CRASHERS)
def test_libvorbis_alone_is_killed_by_what_the_guard_refuses(packet: bytes, files: Files) -> None:
    assert bare(files, packet) < 0, "else these headers test nothing"
    with pytest.raises(Unplayable, match="out of all bounds"):
        check_setup(packet)


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize("entries", [2, 3, 1000, 1 << 16])
def test_libvorbis_takes_them_with_fewer_entries(entries: int, files: Files) -> None:
    header = hostile.setup((1, entries))
    check_setup(header)
    assert bare(files, header) == 0


@pytest.mark.parametrize("packet", REFUSED.values(), ids=REFUSED)
def test_codebooks_out_of_bounds_are_refused(packet: bytes) -> None:
    with pytest.raises(Unplayable, match="out of all bounds"):
        check_setup(packet)


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize("packet", REFUSED.values(), ids=REFUSED)
def test_libvorbis_never_sees_them(
    packet: bytes, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "Synthesis", None)
    decoder = VorbisDecoder()
    decoder.feed(hostile.with_setup(files("short").read_bytes(), packet))
    with pytest.raises(Unplayable, match="out of all bounds"):
        decoder.read()


@pytest.mark.tools("oggenc", "ffmpeg")
def test_what_passes_the_guard_and_is_nonsense_libvorbis_refuses(files: Files) -> None:
    header = hostile.setup((2, 16), whole=False)
    decoder = VorbisDecoder()
    decoder.feed(hostile.with_setup(files("short").read_bytes(), header))
    with pytest.raises(Unplayable, match="damaged"):
        decoder.read()


def test_a_setup_header_of_a_megabyte_is_refused() -> None:
    with pytest.raises(Unplayable, match="out of all bounds"):
        check_setup(hostile.setup((1, 2)).ljust(MAX_BYTES + 1, b"\0"))


@pytest.mark.parametrize(
    "packet", [b"", b"\x05vorbis", b"\x05vorbis\xff", b"\x03vorbis" + bytes(40), bytes(50)]
)
def test_what_is_no_setup_header_is_refused(packet: bytes) -> None:
    with pytest.raises(Unplayable):
        check_setup(packet)


@given(st.binary(max_size=200))
def test_any_bytes_pass_or_are_refused(data: bytes) -> None:
    for packet in (data, b"\x05vorbis" + data, b"\x05vorbis\0BCV" + data):
        with contextlib.suppress(Unplayable):
            check_setup(packet)


@pytest.mark.tools("oggenc", "ffmpeg")
@pytest.mark.parametrize("keep", [20, 200, 2000, 3000])
def test_a_setup_header_cut_short_is_refused(keep: int, files: Files) -> None:
    good = files("stereo").read_bytes()
    packets, _ = read_packets(good)
    assert keep < len(packets[2])
    decoder = VorbisDecoder()
    decoder.feed(hostile.with_setup(good, packets[2][:keep]))
    with pytest.raises(Unplayable):
        decoder.read()
    assert pages.split(good)[0].flags & pages.FIRST
