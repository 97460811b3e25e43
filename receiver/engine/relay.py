"""What stands between a sink and what feeds it."""

from __future__ import annotations

from collections.abc import Callable

from receiver.pcm.format import Samples


class Relay:
    """What a sink pulls from: the `read` of the mixer, or of what is laid over it, set as soon as
    the format is known, and called without anything in between. The audio thread runs on cold
    caches: each call costs it.
    """

    __slots__ = ("read",)

    read: Callable[[Samples, float], None]

    def give_up(self) -> None:
        """Let the sink have silence from now on."""
        self.read = _nothing


def _nothing(out: Samples, heard_at: float) -> None:  # noqa: ARG001 - as a `FrameReader` reads
    out[:] = 0.0
