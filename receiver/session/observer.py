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


class Observers(Observer):
    """Several, told in their order."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def played(self, receipt: Receipt) -> None:
        """See `Observer`."""
        for observer in self._observers:
            observer.played(receipt)

    def reported(self, report: Report) -> None:
        """See `Observer`."""
        for observer in self._observers:
            observer.reported(report)

    def was_refused(self, code: str) -> None:
        """See `Observer`."""
        for observer in self._observers:
            observer.was_refused(code)
