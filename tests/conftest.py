"""What all tests share: the marks for what a machine may lack, the rig, a watch over threads.

A test that lacks something is not run, and says which package it needs. So does one that fails
where the receiver itself lacks something: it tells nothing. In CI (`CI` is set) both fail, so that
nothing is left out unseen.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.rig import stalls
from tests.rig.fixtures import card, recorder, tracks  # noqa: F401 - fixtures
from tests.rig.script import load_script

CARD = ("pulseaudio", "pactl", "parec", "ALSA pulse plugin")
"""What stands in for a sound card."""
BROWSER = ("chromium",)

# What is started in the background of a shell ignores Ctrl-C, and so would the commands we test.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says more of the machine than of the code.
settings.register_profile("tonearm", deadline=None)
settings.load_profile("tonearm")


_system = load_script("system")
"""Knows what is needed and by which package it comes."""


@cache
def _namespaces_missing() -> str | None:
    if os.geteuid() != 0:
        return "needs root"
    missing = _system.missing_for(("ip",))
    if missing:
        return str(missing)
    name = f"tonearm-probe-{os.getpid()}"
    try:
        for words in (["netns", "add", name], ["-n", name, "link", "set", "lo", "up"]):
            subprocess.run(["ip", *words], capture_output=True, check=True)
    except subprocess.CalledProcessError:
        return "needs the right to make network namespaces"
    finally:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return None


@cache
def _debian_root_missing() -> str | None:
    if os.geteuid() != 0:
        return "needs root"
    if not Path("/etc/debian_version").exists():
        return "needs Debian"
    mount = "mount -t overlay -o lowerdir=/usr:/etc overlay /mnt"
    words = ["unshare", "--mount", "sh", "-c", mount]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        return "needs the right to mount an overlay"
    return None


def _lacking(item: pytest.Item) -> str | None:
    """Why this test cannot run on this machine."""
    for mark in item.iter_markers("tools"):
        missing = _system.missing_for(mark.args)
        if missing:
            return str(missing)
    if item.get_closest_marker("device"):
        missing = _system.missing_for(CARD)
        if missing:
            return str(missing)
    if item.get_closest_marker("browser"):
        missing = _system.missing_for(BROWSER)
        if missing:
            return str(missing)
    if item.get_closest_marker("debian_root"):
        missing = _debian_root_missing()
        if missing:
            return missing
    return _namespaces_missing() if item.get_closest_marker("netns") else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what cannot run here."""
    lacking = _lacking(item)
    if lacking is not None:
        pytest.skip(lacking)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What listens to a sound card needs a machine that runs."""
    for item in items:
        if item.get_closest_marker("device"):
            stalls.mark(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A failure while the machine stood still says nothing."""
    if item.get_closest_marker("device"):
        return (yield from stalls.watched(stalls.Stalls()))
    return (yield)


@cache
def _receiver_lacks() -> str | None:
    """What the receiver itself needs and has not."""
    missing = _system.missing_for([need.name for need in _system.RUN])
    return str(missing) if missing else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What fails for want of what the receiver needs is left out; in CI nothing is, for whatever
    reason.
    """
    report = yield
    if report.failed and (lacks := _receiver_lacks()):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.reportinfo()[1] or 0, lacks)
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"left out, and this is CI: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Every thread that a test started ends with it."""
    before = set(threading.enumerate())
    yield
    for thread in threading.enumerate():
        # A thread that C code started (PortAudio's) is known to Python for as long as it lives.
        if thread not in before and not isinstance(thread, threading._DummyThread):
            thread.join(timeout=2)
            assert not thread.is_alive(), f"thread {thread.name} outlived the test"
