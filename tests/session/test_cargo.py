"""A queue in parts: each fits into a message, and together they are the queue again."""

from __future__ import annotations

from receiver.model.state import Item
from receiver.protocol import codec
from receiver.protocol import peers as m
from receiver.protocol.limits import MAX_PEER_MESSAGE_BYTES
from receiver.session.cargo import Cargo, parts_of
from receiver.session.queue import Queue

WIDE = "\N{MUSICAL SYMBOL G CLEF}" * 1024
"""As long as a text may be, and each character as long as one can be."""


def long_queue() -> Queue:
    queue = Queue(lambda: 1)
    queue.add([Item(f"i-{n}", "http://x", added_by=WIDE) for n in range(3000)])
    queue.set_shuffle(True)
    return queue


def test_no_part_is_too_long_for_a_message() -> None:
    longest = max(len(codec.encode(part)) for part in parts_of(long_queue(), "h"))
    assert longest < MAX_PEER_MESSAGE_BYTES / 4


def test_it_is_complete_when_every_part_has_come_in_any_order_and_twice() -> None:
    queue = long_queue()
    moving = m.Moving("s", 1, len(queue), queue.revision, shuffle=True)
    cargo = Cargo()
    cargo.expect(m.Prepare("h", 1, moving, None, 0.0, 0))
    parts = list(parts_of(queue, "h"))
    for part in parts[:0:-1] + parts[1:]:
        cargo.put(part)
        assert not cargo.complete
    cargo.put(parts[0])
    assert cargo.complete
    assert cargo.rows == queue.rows()
