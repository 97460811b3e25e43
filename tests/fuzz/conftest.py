"""What the tests of the fuzzing share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_is_logged() -> Iterator[None]:
    """Each broken file is worth a line in the log, and there are thousands."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
