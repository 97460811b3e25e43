"""What the audio process is told when it is started: all it knows of the configuration."""

from __future__ import annotations

from typing import Literal

import msgspec


class EngineSettings(msgspec.Struct, frozen=True):
    """Which device, at how many frames per second (0: the device's own), with what buffer;
    and how much it logs.

    `auto` is PortAudio; on a machine without any sound device, when none is named, the mock.
    Silent, the device is fed silence for `linger_s`, and closed after `release_s` (0: never).
    `volume` says who makes the volume: `auto` is the card, if it has one that will do.
    """

    backend: Literal["auto", "portaudio", "mock"]
    device: str = ""
    rate: int = 0
    buffer_ms: float = 9.0
    max_buffer_ms: float = 250.0
    log_level: str = "info"
    linger_s: float = 5.0
    release_s: float = 60.0
    volume: Literal["auto", "hardware", "software"] = "auto"
