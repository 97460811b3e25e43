"""A receiver that is served every fault lives, answers, and plays what is good after it."""

from __future__ import annotations

import pytest

from tests.hostile import trial

pytestmark = [pytest.mark.tools("oggenc"), pytest.mark.slow, pytest.mark.timeout(300)]


async def test_every_fault_becomes_what_it_should() -> None:
    rows = [row async for row in trial.rows()]
    assert [row for row in rows if not row.ok] == []
