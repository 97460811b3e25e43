"""How the log is written: to stderr, for the journal or for a terminal.

Under systemd each line begins with its priority, as sd-daemon(3) has it, and the journal adds the
time; elsewhere a line begins with time and level. Each of the two processes sets this up.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TextIO

from receiver.clock.base import Clock
from receiver.clock.system import SystemClock
from receiver.logs.redact import harmless
from receiver.logs.repeats import Repeats

CHATTY = ("aiohttp", "asyncio", "zeroconf")
"""Libraries whose small talk means nothing to people: from a warning on they are heard."""

_OURS = "receiver"
_PRIORITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
    (logging.NOTSET, 7),
)
"""Syslog's priorities, each with the least level that has it."""
_DEEPEST = 3
"""So many places of a traceback are shown."""


class Lines(logging.Formatter):
    """Makes a record into one line without secrets, whatever it holds."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end. Never raises because of what is logged."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):  # a template that its arguments do not fit
            said = f"{record.msg} {record.args}"
        if record.exc_info and record.exc_info[1] is not None:
            said = f"{said} {_in_one_line(record.exc_info[1])}"
        if not record.name.startswith(_OURS):
            said = f"{record.name}: {said}"
        said = harmless(said)
        if self._journal:
            return f"<{_priority(record.levelno)}>{said}"
        when = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{when} {record.levelname.lower():<8} {said}"


class Handler(logging.StreamHandler[TextIO]):
    """Writes to a stream, and holds back what repeats."""

    def __init__(self, stream: TextIO, clock: Clock, *, journal: bool) -> None:
        super().__init__(stream)
        self.setFormatter(Lines(journal=journal))
        self._repeats = Repeats(clock.now)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging, under its lock."""
        for line in self._repeats.take(record):
            super().emit(line)

    def close(self) -> None:
        """Sum up what is still held back. The stream stays open."""
        for line in self._repeats.rest():
            super().emit(line)
        super().close()


def set_up(level: str) -> None:
    """Have this process log to stderr from `level` on, a fault that ends it included. In the place
    of what was set up before.
    """
    logging.raiseExceptions = False  # a stderr that is gone must not cost more than the log
    journal = is_journal(sys.stderr, os.environ)
    handler = Handler(sys.stderr, SystemClock(), journal=journal)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_the_end


def last_words(why: str) -> str:
    """The line for stderr of a receiver that cannot start."""
    journal = is_journal(sys.stderr, os.environ)
    priority = f"<{_priority(logging.ERROR)}>" if journal else ""
    return f"{priority}tonearm-receiver: {harmless(why)}\n"


def is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether a stream leads to the journal: `JOURNAL_STREAM` names its device and inode."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _log_the_end(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log = logging.getLogger(__name__)
    log.critical("This is a fault in Tonearm, which ends it:", exc_info=(kind, error, trace))


def _priority(level: int) -> int:
    return next(number for least, number in _PRIORITIES if level >= least)


def _in_one_line(error: BaseException) -> str:
    """An error and where it came about, the innermost place first; of a group each one."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(map(_in_one_line, error.exceptions))
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_DEEPEST:])
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__}: {error}" + (f" ({places})" if places else "")
