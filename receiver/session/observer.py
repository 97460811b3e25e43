"""Whoever counts what happens, without taking part in it."""

from __future__ import annotations

from receiver.model.reports import Report
from receiver.model.state import Receipt


class Observer:
    """Is told what happens, for the metrics. Does nothing by itself."""

    def played(self, receipt: Receipt) -> None:
        """A play sounded."""

    def reported(self, report: Report) -> None:
        """The engine said something."""

    def was_refused(self, code: str) -> None:
        """A command was answered with an error."""
