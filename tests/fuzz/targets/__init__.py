"""Every target."""

from __future__ import annotations

from tests.fuzz.target import Target
from tests.fuzz.targets import (
    answers,
    config,
    controller,
    files,
    messages,
    ogg,
    pictures,
    playlists,
    plays,
)

TARGETS: dict[str, Target] = {
    target.name: target
    for part in (ogg, pictures, playlists, answers, config, files, messages, plays, controller)
    for target in part.TARGETS
}
"""By their names."""
