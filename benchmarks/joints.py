"""Parts of one recording, each encoded for itself, one after the other: what the joints lose."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from benchmarks.peers.tonearm import Tonearm
from benchmarks.results import Results
from benchmarks.stage import Stage, serving
from controller.client import Client
from tests.rig.card import Recording
from tests.rig.heard import Ears, dropouts
from tests.rig.tracks import Pcm, Track, decode, in_parts, music

JOINTS = "joints between parts of a recording"
BROKEN = "frames lost, added or changed in them"
PART_S = 1.0
BUFFER_MS = 50
"""An underrun of a busy machine is not the joint's."""


def joints(stage: Stage, count: int, results: Results) -> None:
    """Play a recording in `count` + 1 parts, and compare what was heard with the parts' decodes,
    one behind the other, frame by frame.
    """
    if Tonearm.name not in stage.names:
        return
    folder = stage.folder / "parts"
    folder.mkdir()
    paths = in_parts(music(77, (count + 1) * PART_S), count + 1, folder)
    expected = np.concatenate([decode(path, 2) for path in paths])
    with (
        serving(paths) as urls,
        stage.player(Tonearm.name, BUFFER_MS) as player,
        stage.recorder(Tonearm.name) as recorder,
    ):
        assert isinstance(player, Tonearm)
        player.volume(100)
        asyncio.run(_play(player.port, urls))
        recorder.wait_frames(recorder.frames + 22_050, 5.0)
        heard = recorder.pcm()
        underruns = player.says_of_itself()["underruns counted"]
    results.add(JOINTS, Tonearm.name, count)
    results.add(BROKEN, Tonearm.name, _broken(heard, expected))
    results.add("underruns while they were played", Tonearm.name, underruns)


async def _play(port: int, urls: list[str]) -> None:
    """Play all; returns when the last one is over."""
    async with Client("127.0.0.1", port) as client:
        await client.play(urls)
        async for state in client.changes():
            if state.session.playback == "idle":
                return


def _broken(heard: Recording, expected: Pcm) -> int:
    """Frames that are not as they should be, from the first ramp on to the last frame."""
    track = Track("parts", Path(), 44_100, 2, expected)
    stretches = [s for s in Ears([track]).listen(heard) if s.track]
    lost = sum(abs(dropout.lost) + dropout.silent for dropout in dropouts(stretches))
    first = stretches[0]
    length = min(len(expected) - first.position, len(heard) - first.start)
    got = heard[first.start :][:length].astype(np.int32)
    wanted = expected[first.position :][:length].astype(np.int32)
    changed = int((np.abs(got - wanted)[300:].max(axis=1) > 1).sum())
    return max(lost, changed) + (len(expected) - first.position - length)
