"""Which lines of ours a run reached: what reaches new ones is worth changing further."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
_OURS = tuple(str(ROOT / name) + "/" for name in ("receiver", "controller", "hw"))


def is_ours(file: str) -> bool:
    """Whether a file is one of those that are fuzzed."""
    return file.startswith(_OURS)


class Reach:
    """Watches while it is entered. One at a time, on one thread.

    From Python 3.12 on each line reports itself once (`sys.monitoring`), which costs nothing after
    that; before, every line of ours is traced.
    """

    def __init__(self) -> None:
        self._lines: set[tuple[CodeType, int]] = set()
        self._known = 0
        self._trace_before: Any = None

    def grew(self) -> bool:
        """Whether new lines were reached since this was asked last."""
        known, self._known = self._known, len(self._lines)
        return self._known > known

    if sys.version_info >= (3, 12):

        def __enter__(self) -> Self:
            watch = sys.monitoring
            watch.use_tool_id(watch.COVERAGE_ID, "tonearm fuzz")
            watch.register_callback(watch.COVERAGE_ID, watch.events.LINE, self._line)
            watch.set_events(watch.COVERAGE_ID, watch.events.LINE)
            watch.restart_events()
            return self

        def __exit__(
            self,
            kind: type[BaseException] | None,
            error: BaseException | None,
            trace: TracebackType | None,
        ) -> None:
            watch = sys.monitoring
            watch.set_events(watch.COVERAGE_ID, watch.events.NO_EVENTS)
            watch.register_callback(watch.COVERAGE_ID, watch.events.LINE, None)
            watch.free_tool_id(watch.COVERAGE_ID)

        def _line(self, code: CodeType, line: int) -> Any:
            if is_ours(code.co_filename):
                self._lines.add((code, line))
            return sys.monitoring.DISABLE

    else:

        def __enter__(self) -> Self:
            self._trace_before = sys.gettrace()
            sys.settrace(self._call)
            return self

        def __exit__(
            self,
            kind: type[BaseException] | None,
            error: BaseException | None,
            trace: TracebackType | None,
        ) -> None:
            sys.settrace(self._trace_before)

        def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
            return self._traced if is_ours(frame.f_code.co_filename) else None

        def _traced(self, frame: FrameType, event: str, argument: Any) -> Any:
            self._lines.add((frame.f_code, frame.f_lineno))
            return self._traced
