"""The lines as the journal and a terminal get them."""

from __future__ import annotations

import io
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.clock.mock import MockClock
from receiver.logs.lines import Handler, Lines, is_journal, last_words
from receiver.logs.repeats import FIRST

ROOT = Path(__file__).parents[2]


def logger(*, journal: bool) -> tuple[logging.Logger, io.StringIO]:
    """A logger of its own, and what it writes."""
    written = io.StringIO()
    made = logging.Logger("receiver.test", logging.DEBUG)
    made.addHandler(Handler(written, MockClock(), journal=journal))
    return made, written


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.DEBUG, 7),
        (logging.INFO, 6),
        (logging.WARNING, 4),
        (logging.ERROR, 3),
        (logging.CRITICAL, 2),
        (logging.WARNING + 1, 4),
    ],
)
def test_the_journal_gets_priorities_and_no_time(level: int, priority: int) -> None:
    log, written = logger(journal=True)
    log.log(level, "It rains on %s.", "Monday")
    assert written.getvalue() == f"<{priority}>It rains on Monday.\n"


def test_elsewhere_a_line_has_time_and_level() -> None:
    log, written = logger(journal=False)
    log.warning("It rains.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning  It rains\.\n", written.getvalue())


def test_a_library_is_named() -> None:
    line = Lines(journal=True).format(
        logging.LogRecord("zeroconf", logging.WARNING, "", 1, "odd", (), None)
    )
    assert line == "<4>zeroconf: odd"


def test_an_error_is_one_line_with_the_places_it_came_from() -> None:
    log, written = logger(journal=True)
    both = ExceptionGroup("both", [ValueError("one\ntwo"), KeyError("token=abcdef")])
    log.error("The link failed.", exc_info=both)
    assert re.fullmatch(
        r"<3>The link failed\. ValueError: one\\ntwo; KeyError: 'token=\*\*\*'\n",
        written.getvalue(),
    )
    try:
        int("x")
    except ValueError:
        log.exception("Odd.")
    assert re.search(r"<3>Odd\. ValueError: .* \(test_lines\.py:\d+\)\n$", written.getvalue())


@given(st.text(), st.text())
def test_what_strangers_write_makes_no_second_line(template: str, title: str) -> None:
    log, written = logger(journal=True)
    log.info("%s is played.", title)
    log.info(template, title)
    for line in written.getvalue().removesuffix("\n").split("\n"):
        assert line.startswith("<6>")
        assert line.isprintable()
    assert written.getvalue().count("\n") == 2


def test_why_it_does_not_start_is_one_line_too() -> None:
    assert last_words("no\npassword=x") == "tonearm-receiver: no\\npassword=***\n"


def test_the_end_sums_up() -> None:
    log, written = logger(journal=True)
    for _ in range(FIRST + 3):
        log.warning("gone")
    log.handlers[0].close()
    assert written.getvalue().splitlines()[-1] == "<4>gone (3 times more within 0 s)"


def test_the_journal_is_known_by_device_and_inode(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        status = os.fstat(stream.fileno())
        there = f"{status.st_dev}:{status.st_ino}"
        assert is_journal(stream, {"JOURNAL_STREAM": there})
        assert not is_journal(stream, {"JOURNAL_STREAM": f"{there}0"})
        assert not is_journal(stream, {})
    assert not is_journal(io.StringIO(), {"JOURNAL_STREAM": there})


PROGRAM = """
import logging, warnings
from receiver.logs.lines import set_up
set_up("info")
logging.getLogger("receiver.x").debug("too much")
logging.getLogger("receiver.x").info("ready")
logging.getLogger("aiohttp.access").info("small talk")
warnings.warn("old")
raise RuntimeError("http://bob:hunter2@host/")
"""


def test_a_process_logs_its_faults_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stream:
        status = os.fstat(stream.fileno())
        journal = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            stderr=stream, env={**os.environ, **journal}, check=False, cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 1
    ready, warned, fault = log.read_text().splitlines()
    assert ready == "<6>ready"
    assert warned.startswith("<4>py.warnings: ")
    assert fault.startswith(
        "<2>This is a fault in Tonearm, which ends it: RuntimeError: http://***@"
    )
