"""The latency receipt as a small table."""

from __future__ import annotations

from receiver.model.state import Receipt

STAGES = ("accepted", "resolved", "connected", "first_byte", "first_block", "first_frame")


def receipt_lines(receipt: Receipt) -> list[str]:
    """One line for each stage: milliseconds since the start, and since the stage before."""
    lines = ["stage          at ms   took ms"]
    before = 0.0
    for stage in STAGES:
        at: float | None = getattr(receipt, stage)
        name = stage.replace("_", " ")
        if at is None:
            lines.append(f"{name:11}  {'-':>7}  {'-':>8}")
        else:
            lines.append(f"{name:11}  {at:7.1f}  {at - before:8.1f}")
            before = at
    return lines
