"""How the last run ended, and whether to go on as before."""

from __future__ import annotations

from receiver.store.runs import Run, how_it_ended, next_run


def crash(run: Run, at: float) -> Run:
    """The run after one that crashed at an instant."""
    assert how_it_ended(run, run.boot) == "crashed"
    return next_run(run, run.boot, at)


def test_the_first_run_follows_one_that_was_stopped() -> None:
    assert how_it_ended(Run(), "boot") == "was stopped"
    assert next_run(Run(), "boot", 10.0) == Run("boot", stopped=False)


def test_a_power_cut_is_no_crash_however_often() -> None:
    run = Run()
    for boot in "abcdef":
        run = next_run(run, boot, 20.0)
        assert not run.keeps_crashing
        assert how_it_ended(run, "another boot") == "lost its power"


def test_two_crashes_within_ten_minutes_are_too_many() -> None:
    run = crash(next_run(Run(), "boot", 0.0), 100.0)
    assert not run.keeps_crashing
    assert crash(run, 700.0).keeps_crashing
    assert not crash(run, 701.0).keeps_crashing
    assert crash(crash(run, 701.0), 900.0).keeps_crashing


def test_who_was_stopped_meanwhile_begins_anew() -> None:
    run = crash(next_run(Run(), "boot", 0.0), 100.0)
    stopped = Run(run.boot, stopped=True, crashes=run.crashes)
    assert next_run(stopped, "boot", 110.0).crashes == []
