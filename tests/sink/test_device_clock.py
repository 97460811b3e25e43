"""The instant at which a frame is heard, from reports that err: the truth is known here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from receiver.sink.device_clock import DOUBTS, MAX_SKEW, DeviceClock

RATE = 44100
PERIOD = 192
PERIOD_S = PERIOD / RATE
NOISE_S = 150e-6


class Device:
    """Plays a period at a time, at its own pace, and reports when it will be heard: nearly."""

    def __init__(self, skew: float = 0.0, seed: int = 0) -> None:
        self.skew = skew
        self.frame = 0
        self.truth = 5000.0
        self._noise = np.random.default_rng(seed)

    def reports(self, seconds: float, noise_s: float = NOISE_S) -> Iterator[tuple[int, float]]:
        """Frames, each with the instant reported; `truth` is the right one meanwhile."""
        for _ in range(round(seconds / PERIOD_S)):
            yield self.frame, self.truth + float(self._noise.normal(0.0, noise_s))
            self.frame += PERIOD
            self.truth += PERIOD_S * (1 + self.skew)


def errors(
    clock: DeviceClock, device: Device, seconds: float, noise_s: float = NOISE_S
) -> np.ndarray:
    """By how much the clock errs at each report, in seconds."""
    found = [
        clock.heard_at(frame, reported) - device.truth
        for frame, reported in device.reports(seconds, noise_s)
    ]
    return np.array(found)


def test_without_noise_it_says_what_is_reported() -> None:
    assert np.abs(errors(DeviceClock(RATE), Device(), 1.0, 0.0)).max() < 1e-9


@pytest.mark.parametrize("skew", [0.0, 40e-6, -90e-6, 250e-6])
def test_noise_is_averaged_and_the_pace_found(skew: float) -> None:
    clock = DeviceClock(RATE)
    found = errors(clock, Device(skew), 20.0)
    assert np.abs(found[round(0.2 / PERIOD_S) :]).max() < NOISE_S / 2, "soon"
    assert np.abs(found[round(10 / PERIOD_S) :]).max() < NOISE_S / 6, "then better"
    assert clock.skew == pytest.approx(skew, abs=5e-6)


def test_the_instants_never_jump_as_the_reports_do() -> None:
    clock, device = DeviceClock(RATE), Device(30e-6)
    told = [clock.heard_at(*report) for report in device.reports(5.0)]
    steps = np.diff(told)[round(1.0 / PERIOD_S) :] - PERIOD_S
    assert np.abs(steps).max() < 15e-6


def test_a_report_that_is_far_off_is_not_believed() -> None:
    clock, device = DeviceClock(RATE), Device()
    errors(clock, device, 2.0)
    for number, (frame, reported) in enumerate(device.reports(1.0)):
        late = 0.02 if number % DOUBTS else 0.0
        assert abs(clock.heard_at(frame, reported + late) - device.truth) < NOISE_S / 2


@pytest.mark.parametrize("stall_s", [0.004, 0.5, -0.1])
def test_a_stall_is_believed_when_it_lasts_and_the_pace_is_kept(stall_s: float) -> None:
    clock, device = DeviceClock(RATE), Device(80e-6)
    errors(clock, device, 10.0)
    pace = clock.skew
    device.truth += stall_s
    found = errors(clock, device, 1.0)
    assert np.abs(found[: DOUBTS - 1] + stall_s).max() < 1e-3
    assert np.abs(found[DOUBTS + 100 :]).max() < NOISE_S / 2
    assert clock.skew == pytest.approx(pace, abs=10e-6)


def test_a_restart_keeps_the_pace_and_nothing_else() -> None:
    clock, device = DeviceClock(RATE), Device(80e-6)
    errors(clock, device, 20.0)
    device.truth += 3.3
    device.frame = 0
    clock.restart()
    found = errors(clock, device, 1.0)
    assert np.abs(found).max() < 4 * NOISE_S
    assert np.abs(found[round(0.2 / PERIOD_S) :]).max() < NOISE_S / 2
    assert clock.skew == pytest.approx(80e-6, abs=6e-6)


def test_a_device_that_is_filled_anew_is_not_misjudged_for_long() -> None:
    clock, device = DeviceClock(RATE), Device()
    errors(clock, device, 10.0)
    clock.restart()
    filling = [-0.049, -0.025]  # what ran dry holds less than it will
    for (frame, reported), early in zip(
        device.reports(len(filling) * PERIOD_S), filling, strict=True
    ):
        clock.heard_at(frame, reported + early)
    assert np.abs(errors(clock, device, 1.0)).max() < 4 * NOISE_S


def test_a_pace_that_changes_is_followed() -> None:
    clock, device = DeviceClock(RATE), Device(20e-6)
    for _ in range(60):
        device.skew += 1e-6  # it gets warm
        found = errors(clock, device, 1.0)
    assert np.abs(found).max() < NOISE_S / 2


def test_no_glitch_makes_it_believe_in_an_impossible_pace() -> None:
    clock, device = DeviceClock(RATE), Device(2e-3)
    found = errors(clock, device, 5.0)
    assert abs(clock.skew) <= MAX_SKEW
    assert np.abs(found).max() < 2e-3


def test_periods_need_not_be_even() -> None:
    clock = DeviceClock(RATE)
    frame, noise = 0, np.random.default_rng(1)
    for _ in range(1000):
        frame += int(noise.integers(64, 2048))
        truth = 7.0 + frame / RATE
        told = clock.heard_at(frame, truth + float(noise.normal(0.0, NOISE_S)))
    assert abs(told - truth) < NOISE_S / 3
