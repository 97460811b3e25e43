"""All faults of media, class by class."""

from __future__ import annotations

from tests.hostile import damage, foreign, framing, header_packets, lies, streams

FAULTS = (
    *damage.FAULTS,
    *framing.FAULTS,
    *header_packets.FAULTS,
    *streams.FAULTS,
    *foreign.FAULTS,
    *lies.FAULTS,
)
