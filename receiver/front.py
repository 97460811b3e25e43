"""The front of the speaker: what its state means for a light and an amplifier, and how a receiver
comes by its hardware. Nothing of `hw` is loaded where there is none.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from receiver.clock.base import Clock
from receiver.clock.system import SystemClock
from receiver.errors import ConfigError, NoDevice
from receiver.model.state import State
from receiver.player.player import OpenSource
from receiver.source.base import ByteSource

if TYPE_CHECKING:
    from hw.hand import Take
    from hw.led import Light
    from hw.panel import Panel, PartStatus
    from hw.pins.base import PinFactory
    from hw.settings import Hardware


def light_of(state: State) -> Light:
    """What the light says of a state."""
    playback, problem = state.session.playback, state.problem
    if state.access.pairing:
        return "pairing"
    if problem is not None and (playback != "playing" or problem.code == NoDevice.code):
        return "error"
    match playback:
        case "loading" | "buffering":
            return "buffering"
        case "playing":
            return "playing"
        case "idle" | "paused":
            return "ready"


def is_sounding(state: State) -> bool:
    """Whether the amplifier has to be on: there is sound, or there will be in a moment. What waits
    for a server or for a device, or is muted, is silent, for as long as it may take. While a
    newcomer is let in, a code is said.
    """
    problem, volume = state.problem, state.volume
    lost = problem is not None and problem.code == NoDevice.code
    silent = lost or volume.muted or not volume.percent
    plays = state.session.playback in ("loading", "playing")
    return state.access.pairing or (plays and not silent)


def real_pins() -> PinFactory:
    """The pins of this machine. Slow; raises `NoPins`."""
    from hw.pins.rpi import RpiPins  # noqa: PLC0415 - a library that starts a thread

    return RpiPins()


class Front:
    """The hardware of one receiver, if it has any. Event loop only."""

    def __init__(
        self,
        hardware: Hardware | None,
        clock: Clock,
        open_pins: Callable[[], PinFactory] = real_pins,
    ) -> None:
        self._hardware = hardware
        self._clock = clock
        self._open_pins = open_pins
        self._panel: Panel | None = None
        self._state: State | None = None
        self._ready = False

    @property
    def parts(self) -> tuple[str, ...]:
        """What the configuration names, by its tables."""
        return () if self._hardware is None else self._hardware.parts

    @property
    def status(self) -> list[PartStatus]:
        """How each part is, once they have been opened."""
        return [] if self._panel is None else self._panel.status

    async def run(self, take: Take) -> None:
        """Serve the hardware until cancelled; what is pressed goes to `take`, the door."""
        if self._hardware is None:
            return
        from hw.panel import Panel  # noqa: PLC0415 - most receivers have no hardware

        self._panel = Panel(self._hardware, self._open_pins, take, self._clock)
        self._show()
        await self._panel.run()

    def ready(self) -> None:
        """Commands are taken from now on."""
        self._ready = True
        self._show()

    def show(self, state: State) -> None:
        """The state is this now. When it returns, the amplifier is on if it has to be."""
        self._state = state
        self._show()

    def heralding(self, open_source: OpenSource) -> OpenSource:
        """`open_source`, which has the amplifier on first: whatever sounds was opened before, also
        what another receiver hands over, of which the state tells only when it is heard.
        """
        if self._hardware is None:
            return open_source

        def opened(url: str) -> ByteSource:
            self.herald()
            return open_source(url)

        return opened

    def herald(self) -> None:
        """Have the amplifier on: something may sound at any time from now on."""
        if self._panel is not None:
            self._panel.herald()

    def _show(self) -> None:
        """Tell the panel, if it is there already."""
        panel, state = self._panel, self._state
        if panel is None or state is None:
            return
        from hw.panel import Scene  # noqa: PLC0415 - it is loaded by now

        light = light_of(state) if self._ready else "starting"
        panel.show(Scene(light, is_sounding(state)))


def try_out(hardware: Hardware | None, open_pins: Callable[[], PinFactory] = real_pins) -> None:
    """`--test-buttons`: write down what the hardware does until Ctrl-C. Raises `ConfigError` where
    the configuration names none.
    """
    if hardware is None:
        raise ConfigError(
            "The configuration names no hardware: add [buttons], [encoder], [led] or [amplifier] to"
            " receiver.toml, or a --profile; hw/README.md tells how."
        )
    from hw.trial import Trial  # noqa: PLC0415 - only for this

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Trial(hardware, open_pins, SystemClock(), say).run())
