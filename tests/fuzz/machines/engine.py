"""A model of the engine: what it is told, it does; what it does, it reports, though not at once."""

from __future__ import annotations

from collections import deque
from typing import Literal

from receiver.model import orders as o
from receiver.model import reports as r
from receiver.model.state import Output
from receiver.session import effects as e
from tests.fuzz.target import require

Doing = Literal["nothing", "opening", "standing", "sounding"]
LENGTH_MS = 30_000.0
"""Of each item that is not live."""
GONE = "It is gone."
_OUTPUT = Output("mock", "mock")


class Engine:
    """Plays tracks of `LENGTH_MS` each. `unsaid` is what is on its way to the session."""

    def __init__(self) -> None:
        self.doing: Doing = "nothing"
        self.unsaid: deque[r.Report] = deque()
        self.gain: tuple[float, bool] | None = None
        self.track = 0
        self.live = False
        self._newest = 0
        self._paused = False
        self._seek = 0
        self._at_ms = 0.0
        self._since = 0.0
        self._next: int | None = None

    # --- what it is told --------------------------------------------------------------------

    def carry_out(self, effect: e.Effect, now: float) -> None:
        """Do what the session wants done."""
        match effect:
            case e.OpenItem():
                self._is_new(effect.track)
                self.doing, self.track, self._paused = "opening", effect.track, effect.paused
                self._at_ms, self._seek, self._next, self.live = effect.start_ms, 0, None, False
            case e.PrepareItem(track=track):
                self._is_new(track)
                require(self.doing in ("standing", "sounding"), "something is to be followed")
                self._next = track
            case e.ForgetItem(track=track):
                require(self._next in (track, None), "what is forgotten was prepared")
                self._next = None
            case e.Tell(order=order):
                self._obey(order, now)

    def _is_new(self, track: int) -> None:
        require(track > self._newest, "each track has a number of its own")
        self._newest = track

    def _obey(self, order: o.Order, now: float) -> None:
        match order:
            case o.Stop():
                self.doing, self._next = "nothing", None
            case o.Pause():
                self._paused = True
                if self.doing == "sounding":
                    self._stand(now)
                    self._report(r.Paused(self.track, self._at_ms, self._seek))
            case o.Resume() | o.FadeIn():
                self._paused = False
                if self.doing == "standing":
                    self._sound(now)
            case o.Seek(track=track, seek=number, position_ms=position_ms) if track == self.track:
                self._move(number, position_ms, now)
            case o.SetGain(gain=gain, muted=muted):
                self.gain = gain, muted

    def _move(self, number: int, position_ms: float, now: float) -> None:
        if self.live:
            self._report(r.SeekRefused(self.track, number, "not_seekable", "It is live."))
            return
        self._seek, self._at_ms, self._since = number, min(position_ms, LENGTH_MS), now
        if self.doing == "sounding":
            self._sound(now)
        elif self.doing == "standing":
            self._report(r.Ready(self.track, self._at_ms, self._seek))

    # --- what it does by itself -------------------------------------------------------------

    def opens(self, now: float, *, live: bool) -> None:
        """The track has come."""
        if self.doing != "opening":
            return
        self.live = live
        self._report(r.Opened(self.track, seekable=not live, live=live))
        if not live:
            self._at_ms = min(self._at_ms, LENGTH_MS)
            self._report(r.Described(self.track, duration_ms=LENGTH_MS))
        self.doing = "standing"
        if self._paused:
            self._report(r.Ready(self.track, self._at_ms, self._seek, ahead_s=1.0))
        else:
            self._sound(now)

    def plays_on(self, now: float) -> None:
        """Go over to what follows, or end, when it is time to; else tell where it is."""
        if self.doing != "sounding":
            return
        over_ms = self.position(now) - LENGTH_MS
        if self.live or over_ms < 0:
            self._report(r.Position(self.track, self.position(now), now))
        elif self._next is None:
            self.doing = "nothing"
            self._report(r.Ended(self.track))
        else:
            self._since, self._at_ms, self._seek = now - over_ms / 1000, 0.0, 0
            self.track, self._next = self._next, None
            self._report(r.Opened(self.track, seekable=True, live=False))
            self._report(r.Described(self.track, duration_ms=LENGTH_MS))
            self._report(r.Joined(self.track, self._since))

    def fails(self, code: str) -> None:
        """The track cannot be played on."""
        if self.doing != "nothing":
            self.doing, self._next = "nothing", None
            self._report(r.Failed(self.track, code, "It failed."))

    def runs_dry(self, now: float) -> None:
        """It waits for bytes."""
        if self.doing == "sounding":
            self._stand(now)
            self._report(r.Buffering(self.track, self._at_ms, ran_dry=True))

    def goes_on(self, now: float) -> None:
        """There are bytes, and a device, again."""
        if self.doing == "standing" and not self._paused:
            self._sound(now)

    def loses_its_device(self, now: float) -> None:
        """The sound device is unplugged."""
        self._report(r.Device(_OUTPUT, GONE))
        if self.doing == "sounding":
            self._stand(now)
            self._report(r.Unheard(self.track, self._at_ms, GONE))

    def finds_its_device(self, now: float) -> None:
        """It is back."""
        self._report(r.Device(_OUTPUT))
        self.goes_on(now)

    def is_turned(self, gain: float, muted: bool) -> None:
        """Somebody turns the volume of the card."""
        self.gain = gain, muted
        self._report(r.VolumeMoved(gain, muted))

    def dies(self, *, device: bool) -> None:
        """The process is another one: it knows nothing. What the old one said last may be lost."""
        self.doing, self.gain, self._next = "nothing", None, None
        self.unsaid.clear()
        self._report(r.Died("ended by SIGSEGV", device))

    # --- inside -----------------------------------------------------------------------------

    def position(self, now: float) -> float:
        """The position heard now, in milliseconds."""
        return self._at_ms + 1000 * (now - self._since if self.doing == "sounding" else 0.0)

    def _stand(self, now: float) -> None:
        self._at_ms, self.doing = self.position(now), "standing"
        if not self.live:
            self._at_ms = min(self._at_ms, LENGTH_MS)

    def _sound(self, now: float) -> None:
        self.doing, self._since = "sounding", now
        self._report(r.Sounding(self.track, self._at_ms, now, now, self._seek))

    def _report(self, report: r.Report) -> None:
        self.unsaid.append(report)
