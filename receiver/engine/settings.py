"""What the audio process is told when it is started: all it knows of the configuration."""

from __future__ import annotations

from typing import Literal

import msgspec


class EngineSettings(msgspec.Struct, frozen=True):
    """Which device, at how many frames per second (0: the device's own), with what buffer;
    and how much it logs.

    `auto` is PortAudio; on a machine without any sound device, when none is named, the mock.
    """

    backend: Literal["auto", "portaudio", "mock"]
    device: str = ""
    rate: int = 0
    buffer_ms: float = 9.0
    max_buffer_ms: float = 250.0
    log_level: str = "info"
