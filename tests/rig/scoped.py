"""What is there for the length of a block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Scoped(ABC):
    """A context manager: made when the block is entered, all of it or nothing, and taken away when
    the block is left.
    """

    def __enter__(self) -> Self:
        try:
            self._make()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    @abstractmethod
    def _make(self) -> None:
        """Make it."""

    @abstractmethod
    def _remove(self) -> None:
        """Take away what there is of it, also when it was made only in part."""
