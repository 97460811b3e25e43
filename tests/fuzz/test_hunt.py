"""The hunt itself: it finds what is there, makes it short, and keeps it."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from receiver.protocol.playlist import playlist_kind
from tests.fuzz import hunt as h
from tests.fuzz.findings import keep, kept
from tests.fuzz.mutate import mutate
from tests.fuzz.target import MOST_BYTES, Target, require

SEED = b"a long beginning, and then: pear 12 apple\n" * 3


def target(run: Callable[[bytes], object]) -> Target:
    def quietly(data: bytes) -> None:
        run(data)

    return Target("orchard", quietly, (SEED,), (b"plum", b"#EXTM3U"))


def hunted(run: Callable[[bytes], object], runs: int = 2000) -> h.Hunt:
    return h.hunt(target(run), random.Random(1), lambda done: done >= runs)


def no_plum(data: bytes) -> None:
    require(b"plum" not in data, "no plums")


def no_pear(data: bytes) -> None:
    if b"pear" not in data:
        raise KeyError(len(data))


def test_what_is_broken_is_found_once_and_made_short() -> None:
    (finding,) = hunted(no_plum).findings
    assert finding.data == b"plum"
    assert "no plums" in finding.story
    (finding,) = hunted(no_pear).findings
    assert (finding.kind, finding.data) == ("KeyError in no_pear", b"")


def test_where_all_is_well_nothing_is_found() -> None:
    done = hunted(len, 100)
    assert (done.runs, done.kept, done.findings) == (100, 1, [])


def test_what_reaches_new_lines_is_kept() -> None:
    assert hunted(lambda data: playlist_kind(data, "", "")).kept > 1


def test_what_does_not_end_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h, "CPU_S", 0.05)

    def spin(data: bytes) -> None:
        while b"plum" in data:
            zlib.crc32(data)

    finding = h.attempt(target(spin), b"plum")
    assert finding is not None
    assert finding.kind.startswith("TooSlow")
    assert h.attempt(target(lambda data: re.search(b"(a+)+b", data)), b"a" * 40) is not None


def test_what_takes_much_memory_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h, "MOST_HEAP", 10_000)
    hungry = target(lambda data: bytes(100 * len(data)))
    finding = h.weigh(hungry, SEED)
    assert finding is not None
    assert 0 < len(h.shorter(hungry, finding).data) <= 100


def test_a_hunt_goes_the_same_way_again() -> None:
    def trail() -> list[bytes]:
        seen: list[bytes] = []
        hunted(seen.append, 200)
        return seen

    assert trail() == trail()


def test_changes_are_bounded() -> None:
    rng, data = random.Random(1), SEED
    for _ in range(3000):
        data = mutate(data, (SEED, b""), (b"plum",), rng)
        assert len(data) <= MOST_BYTES


def test_a_finding_is_kept_for_the_tests(tmp_path: Path) -> None:
    (finding,) = hunted(no_plum).findings
    file = keep(target(no_plum), finding, tmp_path)
    assert kept(tmp_path) == [("orchard", file)]
    assert file.read_bytes() == b"plum"
