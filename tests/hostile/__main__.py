"""`python -m tests.hostile`: serve every fault to a receiver, and print what was seen of each.

Ends with 1 when something was not as expected.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable

from tests.hostile import trial
from tests.hostile.fault import Row

TABLES: tuple[Callable[[], AsyncIterator[Row]], ...] = (trial.rows,)
"""Each gives rows; one after the other they are the whole table."""


async def main() -> int:
    """Print the table as it comes; gives the exit code."""
    wrong = 0
    sys.stdout.write("| fault | expected | seen |\n|---|---|---|\n")
    for table in TABLES:
        async for row in table():
            wrong += not row.ok
            seen = row.seen if row.ok else f"**{row.seen}**"
            sys.stdout.write(f"| {row.fault} | {row.expected} | {seen} |\n")
            sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
