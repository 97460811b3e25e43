"""The words for sound that every stage shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.float32]
"""Shape (frames, channels), C order, full scale is -1..1."""


@dataclass(frozen=True, slots=True)
class Format:
    """Frames per second and channels."""

    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of sound in one format. `samples` belongs to whoever gets the block."""

    samples: Samples
    format: Format
