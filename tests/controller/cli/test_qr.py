"""QR codes on a terminal, read back."""

from __future__ import annotations

import pytest

from controller.cli.qr import QUIET, drawn
from receiver.pairing import qr_rows

MODULES = {"█": "00", "▀": "01", "▄": "10", " ": "11"}


def read(lines: list[str]) -> list[str]:
    """The rows that they show."""
    return ["".join(MODULES[block][half] for block in line) for line in lines for half in (0, 1)]


@pytest.mark.parametrize("text", ["x", "http://192.168.1.5:7766/#pair=123456&fp=" + "a" * 64])
def test_it_is_shown_with_the_quiet_zone_around_it(text: str) -> None:
    rows = qr_rows(text)
    shown = read(list(drawn(rows)))
    inner = [row[QUIET:-QUIET] for row in shown[QUIET : QUIET + len(rows)]]
    assert inner == rows
    around = shown[:QUIET] + shown[QUIET + len(rows) :]
    assert len(around) >= 2 * QUIET
    assert set("".join(around)) == {"0"}
    assert {row[:QUIET] + row[-QUIET:] for row in shown} == {"0" * 2 * QUIET}
