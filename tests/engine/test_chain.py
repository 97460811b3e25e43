"""A chain of Vorbis streams that changes rate and channels, from its bytes to the ring buffer of
its track: nothing is lost at a joint, and the level does not break.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from receiver.decoder.vorbis import VorbisDecoder
from receiver.engine.track import Track
from receiver.model import reports
from receiver.pcm.format import Format, Samples
from tests.decoder import pages
from tests.rig.tracks import decode, encode

pytestmark = pytest.mark.tools("oggenc", "oggdec")

HERTZ = 441.0
LEVEL = 0.25
NEAR_S = 0.02
"""What is looked at on either side of a joint."""
LINKS = ((44_100, 2), (22_050, 1), (48_000, 2), (48_000, 1), (8_000, 1), (44_100, 2))
"""Rate and channels of each link: at each joint one of the two or both are others."""
SECONDS = 0.3


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A tone in each of the formats, as a file each."""
    folder = tmp_path_factory.mktemp("links")
    made = []
    for number, (rate, channels) in enumerate(LINKS):
        at = np.arange(round(SECONDS * rate)) / rate
        tone = np.round(32767 * LEVEL * np.sin(2 * np.pi * HERTZ * at)).astype(np.int16)
        made.append(folder / f"{number}.ogg")
        encode(np.repeat(tone[:, None], channels, axis=1), rate, made[-1])
    return made


def played(links: Sequence[Path], output: Format, piece: int = 1000) -> Samples:
    """All that a track gives the device of these links, one behind the other."""
    told: list[reports.Report] = []
    track = Track(1, VorbisDecoder(), output, told.append)
    chain = b"".join(
        pages.with_serial(link.read_bytes(), number) for number, link in enumerate(links)
    )
    for at in range(0, len(chain), piece):
        track.inlet.put(0, chain[at : at + piece], at + piece >= len(chain), 0.0)
        while track.work(1):
            pass
    assert track.error is None
    assert track.finished
    frames = track.voice.unread()
    track.close()
    assert not any(isinstance(report, reports.Holes) for report in told)
    return frames


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


@pytest.mark.parametrize("output", [Format(44_100, 2), Format(48_000, 2), Format(48_000, 1)])
def test_every_link_keeps_its_length_and_its_level(links: list[Path], output: Format) -> None:
    lengths = []
    for link, (rate, channels) in zip(links, LINKS, strict=True):
        lengths.append(round(len(decode(link, channels)) * output.rate / rate))
    got = played(links, output)
    assert got.shape == (sum(lengths), output.channels)
    near = round(NEAR_S * output.rate)
    for joint in np.cumsum(lengths)[:-1]:
        for stretch in (got[joint - near : joint], got[joint : joint + near]):
            assert 20 * np.log10(rms(stretch) * 2**0.5 / LEVEL) == pytest.approx(0.0, abs=1.0)
    assert np.abs(got).max() < LEVEL * 1.15, "no joint is louder than what it joins"
    for channel in range(1, output.channels):
        np.testing.assert_array_equal(got[:, channel], got[:, 0])


def test_a_joint_is_as_if_each_had_been_played_alone(links: list[Path]) -> None:
    """What the converter of one link still holds comes before the first frame of the next."""
    output = Format(48_000, 2)
    for before, after in pairwise(links):
        alone = np.concatenate([played([before], output), played([after], output)])
        np.testing.assert_allclose(played([before, after], output), alone, atol=1e-6)
