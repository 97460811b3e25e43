"""Whatever was ordered, whatever came late or was unplugged: told to resume, it sounds or ends."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiver.engine.wire import MAX_DATA, Data, Tail
from receiver.model import orders as o
from receiver.model import reports as r
from tests.engine.stage import RATE, Stage, frames

TRACK_S = 4


class SlowStage(Stage):
    """A stage on which bytes are held back while it is `slow`."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = False
        self._owed: dict[int, tuple[int, int]] = {}
        self._newest = 0
        self.at_hand = 0
        """The track that was loaded or joined last."""
        self._seek = 0

    def send(self, track: int, feed: int, offset: int) -> None:
        """Owe the bytes from there on."""
        self._owed[track] = feed, offset
        if not self.slow:
            self._pay(track)

    def _pay(self, track: int, most: int = 1 << 30) -> None:
        """Give up to so many of the bytes that are owed."""
        feed, offset = self._owed.pop(track)
        stream = self.streams[track]
        for start in range(offset, min(offset + most, len(stream)), MAX_DATA):
            self.give(Data(track, feed, stream[start : min(start + MAX_DATA, offset + most)]))
        if offset + most < len(stream):
            self._owed[track] = feed, offset + most
        else:
            self.give(Data(track, feed, b"", last=True))

    def drip(self, most: int) -> None:
        """Give so many bytes of each track."""
        for track in list(self._owed):
            self._pay(track, most)

    def act(self, what: str, value: float) -> None:
        """Let something happen; `value`, 0 to 1, is what there is to choose of it."""
        soon = self.clock.now() + value - 0.3
        match what:
            case "load":
                self._load(o.Load(self.new_track(value), ahead_s=value))
            case "load paused":
                self._load(o.Load(self.new_track(1.0), paused=True))
            case "load at":
                self._load(o.Load(self.new_track(1.0), value * 1000))
            case "prepare":
                track = self.new_track(value / 2)
                self.give(o.Prepare(track, max(value * 3 - 1, 0.0)))
                self._deliver(track)
            case "fade in":
                place = None if value < 0.1 else value * 4000
                self.give(o.FadeIn(self.at_hand, place, soon, 0.03))
            case "fade out":
                self.give(o.FadeOut(self.at_hand, soon, 0.03))
            case "seek":
                self._seek += 1
                self.give(o.Seek(self.at_hand, self._seek, value * TRACK_S * 1000))
            case "drip":
                self.drip(round(value * 100_000) + 1)
            case _:
                self._to_the_device(what, value)

    def _to_the_device(self, what: str, value: float) -> None:
        match what:
            case "run dry" if self.sink.started:
                self.sink.run_dry(round(value * 1000))
            case "unplug":
                self.device.break_("vanish")
                if value < 0.5:
                    self.device.mend()
            case "hang" | "occupy":
                self.device.break_(what)
            case "plug in":
                self.device.mend()

    def new_track(self, share: float) -> int:
        """The number of a new track, of such a share of `TRACK_S`."""
        self._newest += 1
        self.streams[self._newest] = frames(round(share * TRACK_S * RATE))
        return self._newest

    def _load(self, order: o.Load) -> None:
        self.at_hand = order.track
        self.give(order)
        self._deliver(order.track)

    def _deliver(self, track: int) -> None:
        self.send(track, 0, 0)
        stream = self.streams[track]
        self.give(Tail(track, 0, len(stream), stream))

    def _reported(self, report: r.Report) -> None:
        super()._reported(report)
        if isinstance(report, r.Joined):
            self.at_hand = report.track


ACTS = ["load", "load paused", "load at", "prepare", "fade in", "fade out", "seek"]
ACCIDENTS = ["drip", "drip", "run dry", "unplug", "hang", "occupy", "plug in"]
ORDERS = [o.Pause(), o.Pause(), o.Resume(), o.Resume(), o.KeepOn(0), o.Warm()]
STEP = st.tuples(
    st.sampled_from(ACTS + ACCIDENTS) | st.sampled_from(ORDERS) | st.booleans(),
    st.floats(0.0, 1.0),
    st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.4, 1.0]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, min_size=2, max_size=14))
def test_told_to_resume_it_sounds_or_ends(
    script: list[tuple[str | o.Order | bool, float, float]],
) -> None:
    stage = SlowStage()
    stage.act("load", 1.0)
    for what, value, seconds in script:
        if isinstance(what, bool):
            stage.slow = what
        elif isinstance(what, str):
            stage.act(what, value)
        else:
            stage.give(what)
        stage.run(seconds)
    stage.device.mend()
    stage.slow = False
    stage.drip(1 << 30)
    stage.give(o.KeepOn(0))
    stage.run(1.2)  # a fade out that had begun is over, a lost device found
    stage.give(o.Resume())
    stage.run(1.5)  # that it is lost may be noticed only now
    over = [x.track for x in stage.reports if isinstance(x, r.Ended | r.Failed)]
    assert stage.at_hand in over or np.any(stage.heard[-RATE // 4 :])
    stage.run(TRACK_S + 3.0)
    assert not stage.voices
    assert stage.engine.quiet
