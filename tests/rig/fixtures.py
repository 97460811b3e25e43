"""Fixtures of the rig, for `tests/conftest.py` to import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.card import Card, Recorder
from tests.rig.tracks import Tracks


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    """A stand-in sound card with the ALSA devices `dac` and `dac2`: for tests marked `device`."""
    with Card(tmp_path / "card", ("dac", "dac2")) as found:
        yield found


@pytest.fixture
def recorder(card: Card) -> Iterator[Recorder]:
    """What device `dac` of `card` takes, from now on."""
    with Recorder(card, "dac") as found:
        yield found


@pytest.fixture(scope="session")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> Tracks:
    """Test audio, made once per session: for tests marked `tools("oggenc", "oggdec")`."""
    return Tracks(tmp_path_factory.mktemp("tracks"))
