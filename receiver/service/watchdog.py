"""Whether sound advances when it should."""

from __future__ import annotations

from receiver.model.state import State

PATIENCE_S = 90.0
"""Longer than a source is waited for (`receiver.source.retry.Limits`): a seek into a stream that
stalls counts as playing until it lands. A device or an audio process that hangs is found within
seconds by those who look after it (`sink`, `engine.process_link`); this is for what nobody thought
of.
"""


class Watchdog:
    """Pure. Is told of every state and of every instant at which a frame was heard; instants are
    seconds on the clock, `now` never goes back.

    Nothing needs to advance while the receiver is idle, loads, buffers or stands paused, nor while
    there is no device to play on.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._should_since: float | None = None
        self._heard_at = float("-inf")

    def published(self, state: State, now: float) -> None:
        """The state is `state` now."""
        no_device = state.problem is not None and state.problem.code == "no_device"
        if state.session.playback != "playing" or no_device:
            self._should_since = None
        elif self._should_since is None:
            self._should_since = now

    def heard(self, heard_at: float, now: float) -> None:
        """A frame is heard at `heard_at`: news only if that is later than the one before."""
        if heard_at > self._heard_at:
            self._heard_at = heard_at
            if self._should_since is not None:
                self._should_since = now

    def content(self, now: float) -> bool:
        """Whether all is well now."""
        return self._should_since is None or now - self._should_since < self._patience_s
