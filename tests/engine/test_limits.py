"""What the audio process may use, as the kernel has it then."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from receiver.engine import limits
from receiver.sink import portaudio

NAMES = ("AS", "NOFILE", "CORE", "RTTIME", "CPU")
TOLD = f"""
import json, resource
from receiver.engine import limits
{{before}}
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
{{act}}
told = {{{{name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in {NAMES}}}}}
print(json.dumps([used, told]))
"""


def limited(act: str, before: str = "") -> tuple[int, dict[str, tuple[int, int]]]:
    """What a process has in memory that then does `act`, and its limits after: soft and hard."""
    script = TOLD.format(before=before, act=act)
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    used, told = json.loads(said.stdout)
    return used, {name: (soft, hard) for name, (soft, hard) in told.items()}


def most(name: str) -> int:
    """What a limit of this process can be raised to."""
    _, hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard


def test_memory_files_and_time_are_limited_for_good() -> None:
    used, told = limited("limits.apply_limits()")
    soft, hard = told["AS"]
    assert soft == hard
    assert soft == pytest.approx(used + limits.MEMORY, abs=2**20)
    assert told["NOFILE"] == (limits.FILES, limits.FILES)
    assert told["CORE"] == (0, 0)
    spin = limits.REALTIME_SPIN_US
    assert told["RTTIME"] == (min(spin, most("RTTIME")), min(2 * spin, most("RTTIME")))


def test_what_was_less_before_stays() -> None:
    less = "resource.setrlimit(resource.RLIMIT_NOFILE, (50, 60))"
    _, told = limited("limits.apply_limits()", less)
    assert told["NOFILE"] == (60, 60)


def test_no_more_than_so_many_files_can_be_open() -> None:
    script = "from receiver.engine import limits\nlimits.apply_limits()\n"
    script += f"files = [open('/dev/null') for _ in range({limits.FILES})]"
    said = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert "Too many open files" in said.stderr


def test_cpu_is_granted_for_a_few_seconds_and_can_be_granted_again() -> None:
    _, told = limited("limits.allow_cpu()")
    soft, hard = told["CPU"]
    assert limits.SPIN_S < soft <= limits.SPIN_S + 3, "it has used some to start"
    assert hard == resource.getrlimit(resource.RLIMIT_CPU)[1]


def test_a_loop_that_does_not_come_round_is_ended() -> None:
    script = "from receiver.engine import limits\nlimits.SPIN_S = 0\n"
    script += "limits.allow_cpu()\nwhile True: pass"
    said = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert said.returncode == -signal.SIGXCPU


def test_cpu_is_granted_anew_however_much_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    granted: list[tuple[int, int]] = []
    usage = SimpleNamespace(ru_utime=10.0, ru_stime=0.75)
    monkeypatch.setattr(resource, "getrusage", lambda _: usage)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (7, 100_000))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: granted.append(both))
    limits.allow_cpu()
    usage.ru_utime = 5000.5
    limits.allow_cpu()
    assert granted == [(11 + limits.SPIN_S, 100_000), (5002 + limits.SPIN_S, 100_000)]


def refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_what_the_system_refuses_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "setrlimit", refuse)
    limits.apply_limits()
    limits.allow_cpu()


def test_it_goes_before_others_where_that_is_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []
    monkeypatch.setattr(os, "setpriority", lambda *words: asked.append(words))
    limits.raise_priority()
    assert asked == [(os.PRIO_PROCESS, 0, limits.NICENESS)]
    monkeypatch.setattr(os, "setpriority", refuse)
    limits.raise_priority()


def test_the_thread_of_the_device_is_told_what_it_was_granted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int, int]] = []

    def grant(pid: int, policy: int, how: os.sched_param) -> None:
        asked.append((pid, policy, how.sched_priority))

    monkeypatch.setattr(os, "sched_setscheduler", grant)
    assert portaudio._take_priority()
    assert asked == [(0, os.SCHED_RR, portaudio.PRIORITY)]
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert not portaudio._take_priority()


def test_one_thread_alone_gets_real_time_priority() -> None:
    """Granted or not, as this machine is set."""
    seen: list[tuple[bool, int]] = []

    def ask() -> None:
        seen.append((portaudio._take_priority(), os.sched_getscheduler(0)))

    before = os.sched_getscheduler(0)
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert seen in ([(True, os.SCHED_RR)], [(False, before)])
    assert os.sched_getscheduler(0) == before
