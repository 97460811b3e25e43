"""`make faults`: every row of the threat model is tried, and what was seen is printed beside it."""

from __future__ import annotations

import contextlib
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "docs" / "threat-model.md"


class Threat(NamedTuple):
    """A row: a fault, what is expected, and the test that tries it."""

    fault: str
    expected: str
    test: str


def threats(text: str) -> list[Threat]:
    """Those of the document that name a test."""
    rows = (line.strip("|\n ").split(" | ") for line in text.splitlines())
    return [Threat(row[0], row[1], row[2].strip("`")) for row in rows if _has_test(row)]


def _has_test(row: Sequence[str]) -> bool:
    return len(row) == 3 and row[2].startswith("`tests/")


class _Seen:
    """Counts what became of each test, over all of its cases."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Counter[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A part of a case is over."""
        test = report.nodeid.partition("[")[0]
        counts = self.outcomes.setdefault(test, Counter())
        if report.when == "call" or report.failed:
            counts[report.outcome] += 1

    def of(self, test: str) -> tuple[bool, str]:
        """Whether all of it went as expected, and in words."""
        counts: Counter[str] = Counter()
        for name, outcomes in self.outcomes.items():
            if name == test or name.startswith(f"{test}::"):
                counts += outcomes
        good = bool(counts) and set(counts) == {"passed"}
        cases = f"{counts.total()} cases" if counts.total() > 1 else "once"
        return good, f"as expected ({cases})" if good else repr(dict(counts))


def table(model: Sequence[Threat]) -> Iterator[tuple[bool, str]]:
    """Run the tests of all rows; gives each row as it is printed, and whether all is well."""
    seen = _Seen()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([t.test for t in model], [seen])
    for threat in model:
        good, words = seen.of(threat.test)
        yield good, f"| {threat.fault} | {threat.expected} | {words} |"


def main() -> int:
    """Print the table, or the rows that name one of the words of the command line; the exit code
    tells whether all was as expected.
    """
    words = sys.argv[1:] or [""]
    model = [t for t in threats(MODEL.read_text("utf-8")) if any(w in t.fault for w in words)]
    wrong = 0
    sys.stdout.write("| fault | expected | seen |\n|---|---|---|\n")
    for good, row in table(model):
        wrong += not good
        sys.stdout.write(f"{row}\n")
    sys.stdout.write(f"\n{wrong} not as expected.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
