"""Files of many encoders and formats, each made once per session."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.rig.tracks import encode, music

RECIPES = {
    "stereo": (3.0, 44_100, 2, "vorbis"),
    "loud": (3.0, 44_100, 2, "vorbis320"),
    "mono": (3.0, 44_100, 1, "vorbis"),
    "narrow": (4.0, 8_000, 1, "vorbis"),
    "wide": (1.0, 192_000, 2, "vorbis"),
    "short": (0.01, 44_100, 2, "vorbis"),
    "brief": (0.5, 44_100, 2, "vorbis"),
    "brief-mono": (0.5, 22_050, 1, "vorbis"),
    "brief-surround": (0.2, 48_000, 6, "vorbis-ffmpeg"),
    "ffmpeg": (3.0, 48_000, 2, "vorbis-ffmpeg"),
    "surround": (2.0, 48_000, 6, "vorbis-ffmpeg"),
    "eight": (1.0, 48_000, 8, "vorbis-ffmpeg"),
    "opus": (1.0, 48_000, 2, "opus"),
    "flac": (1.0, 44_100, 2, "flac"),
    "mp3": (1.0, 44_100, 2, "mp3"),
}
"""Seconds, frames per second, channels and codec by name."""

Files = Callable[[str], Path]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The file of a recipe, by its name: for tests marked `tools("oggenc", "ffmpeg")`."""
    folder = tmp_path_factory.mktemp("encoded")

    @cache
    def get(name: str) -> Path:
        seconds, rate, channels, codec = RECIPES[name]
        path = folder / f"{name}.{'ogg' if codec.startswith('vorbis') else codec}"
        encode(music(len(name), seconds, rate, channels), rate, path, codec)
        return path

    return get
