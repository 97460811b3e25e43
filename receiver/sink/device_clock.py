"""When a device plays a frame, from what it says of its delay again and again.

Each report errs: drivers round to their periods, and the moment at which we read it varies. But
the device takes its frames at an even pace, so many reports together tell far more than one. A
Kalman filter (R. E. Kalman, 1960) over two numbers: the instant at which the next frame is heard,
and how much slower than its nominal rate the device really runs.
"""

from __future__ import annotations

NOISE_S = 150e-6
"""How much one report errs, as a standard deviation."""
PRIOR_SKEW = 50e-6
"""As crystals are sold."""
SKEW_WANDER = 3e-7
"""Per root of a second: crystals follow the temperature."""
WANDER_S = 5e-6
"""Seconds per root of a second."""
MAX_SKEW = 300e-6

DOUBT_S = 1.5e-3
"""A report that is off by more, and by `DOUBT_SIGMAS`, is not believed."""
DOUBT_SIGMAS = 5.0
DOUBTS = 12
"""So many such reports in a row are believed: the device has stood still in between. Fewer are, if
they outnumber those believed before: of a device that is being filled, the first is worth no more
than the next.
"""


class DeviceClock:
    """Tells when frames are heard. Cheap: it runs on the audio thread with every pull.

    Frames are counted from any point on; `restart` whenever the device begins anew, or ran dry.
    All instants are seconds on one clock.
    """

    __slots__ = (
        "_agreed",
        "_both",
        "_doubts",
        "_frame",
        "_known",
        "_phase",
        "_rate",
        "_skew",
        "_skew_spread",
        "_spread",
    )

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frame = 0
        self._phase = 0.0  # the instant at which `_frame` is heard
        self._skew = 0.0  # seconds late per second
        self._known = False
        # Variances of the two, and the covariance.
        self._spread = 0.0
        self._both = 0.0
        self._skew_spread = PRIOR_SKEW**2
        self._doubts = 0
        self._agreed = 0  # reports believed since the phase was acquired, besides the first

    @property
    def skew(self) -> float:
        """By how much a second of frames is longer than a second; 0 is nominal."""
        return self._skew

    def restart(self) -> None:
        """Know nothing of the instant before the next report; the pace stays as it was."""
        self._known = False

    def heard_at(self, frame: int, reported: float) -> float:
        """The instant at which `frame` is heard, which the device reports as `reported`. Frames
        ascend from call to call. Audio thread.
        """
        if not self._known:
            return self._acquire(frame, reported)
        elapsed = (frame - self._frame) / self._rate
        self._frame = frame
        # What is believed of this frame: less sure than of the one before.
        phase = self._phase + elapsed * (1.0 + self._skew)
        skew_spread = self._skew_spread
        both = self._both
        spread = self._spread + elapsed * (2.0 * both + elapsed * skew_spread + WANDER_S**2)
        both += elapsed * skew_spread
        skew_spread += elapsed * SKEW_WANDER**2
        surprise = reported - phase
        total = spread + NOISE_S**2
        if (surprise > DOUBT_S or surprise < -DOUBT_S) and surprise * surprise > total * (
            DOUBT_SIGMAS**2
        ):
            self._doubts += 1
            if self._doubts > min(self._agreed, DOUBTS - 1):
                return self._acquire(frame, reported)
            gain = skew_gain = 0.0
        else:
            self._doubts = 0
            self._agreed += 1
            gain, skew_gain = spread / total, both / total
        self._phase = phase = phase + gain * surprise
        self._skew = min(max(self._skew + skew_gain * surprise, -MAX_SKEW), MAX_SKEW)
        self._spread = spread * (1.0 - gain)
        self._skew_spread = skew_spread - skew_gain * both
        self._both = both * (1.0 - gain)
        return phase

    def _acquire(self, frame: int, reported: float) -> float:
        self._known = True
        self._doubts = self._agreed = 0
        self._frame, self._phase = frame, reported
        self._spread, self._both = NOISE_S**2, 0.0
        return reported
