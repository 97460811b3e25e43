"""Fixtures of the rig, for `tests/conftest.py` to import."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.card import Card, Recorder, missing_programs
from tests.rig.tracks import Tracks


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    """A stand-in sound card with the ALSA devices `dac` and `dac2`."""
    if missing := missing_programs():
        pytest.skip(f"needs {', '.join(missing)}")
    with Card(tmp_path / "card", ("dac", "dac2")) as found:
        yield found


@pytest.fixture
def recorder(card: Card) -> Iterator[Recorder]:
    """What device `dac` of `card` takes, from now on."""
    with Recorder(card, "dac") as found:
        yield found


@pytest.fixture(scope="session")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> Tracks:
    """Test audio, made once per session."""
    if shutil.which("oggenc") is None:
        pytest.skip("needs oggenc, oggdec (vorbis-tools)")
    return Tracks(tmp_path_factory.mktemp("tracks"))
