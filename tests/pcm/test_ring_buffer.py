"""The ring buffer against a list."""

from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from receiver.pcm.ring_buffer import RingBuffer


def numbered(start: int, frames: int) -> np.ndarray:
    """Frames that hold their own number, and its negative on the right."""
    count = np.arange(start, start + frames, dtype=np.float32)
    return np.stack([count, -count], axis=1)


def test_capacity_is_the_next_power_of_two() -> None:
    sizes = [RingBuffer(frames, 1).capacity for frames in (1, 2, 3, 1000, 1024, 1025)]
    assert sizes == [1, 2, 4, 1024, 1024, 2048]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["write", "read", "skip"]),
            st.integers(0, 40),
            st.sampled_from([1.0, 0.5]),
        )
    )
)
def test_behaves_like_a_list(steps: list[tuple[str, int, float]]) -> None:
    ring, model, written = RingBuffer(32, 2), [], 0
    for step, frames, gain in steps:
        if step == "write":
            assert ring.writable == 32 - len(model)
            taken = ring.write(numbered(written, frames))
            assert taken == min(frames, 32 - len(model))
            model.extend(range(written, written + taken))
            written += taken
        elif step == "read":
            out = np.full((min(frames, len(model)), 2), np.nan, np.float32)
            ring.read_into(out, gain)
            expected, model = model[: len(out)], model[len(out) :]
            assert out[:, 0].tolist() == [gain * number for number in expected]
            assert out[:, 1].tolist() == [-gain * number for number in expected]
        else:
            skipped = ring.skip(frames)
            assert skipped == min(frames, len(model))
            model = model[skipped:]
        assert ring.readable == len(model)
        assert ring.written == written
        assert ring.read == written - len(model)


def test_two_threads_lose_and_double_nothing() -> None:
    ring, total = RingBuffer(1024, 2), 30_000

    def produce() -> None:
        while ring.written < total:
            ring.write(numbered(ring.written, min(300, total - ring.written)))

    producer = threading.Thread(target=produce)
    producer.start()
    parts: list[np.ndarray] = []
    while ring.read < total:
        out = np.empty((min(257, ring.readable), 2), np.float32)
        ring.read_into(out)
        parts.append(out)
    producer.join()
    np.testing.assert_array_equal(np.concatenate(parts), numbered(0, total))
