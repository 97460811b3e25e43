"""The window against a model: one string of bytes with a position in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from receiver.source.window import PIECE, ByteWindow

AHEAD, BEHIND = 1000, 300


class Windows(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.start = 50
        self.window = ByteWindow(self.start, ahead=AHEAD, behind=BEHIND)
        self.model = bytearray()
        self.position = self.start

    @precondition(lambda self: not self.window.full)
    @rule(data=st.binary(max_size=400))
    def append(self, data: bytes) -> None:
        self.window.append(data)
        self.model += data

    @rule(limit=st.integers(1, 500))
    def take(self, limit: int) -> None:
        at = self.position - self.start
        taken = self.window.take(limit)
        assert taken == self.model[at : at + limit]
        self.position += len(taken)
        assert self.window.position - self.window.first <= BEHIND

    @rule(share=st.floats(0, 1))
    def seek(self, share: float) -> None:
        offset = self.window.first + int(share * self.window.held)
        self.window.seek(offset)
        self.position = offset

    @rule(one=st.floats(0, 1), two=st.floats(0, 1))
    def copy(self, one: float, two: float) -> None:
        start, stop = sorted(self.window.first + int(at * self.window.held) for at in (one, two))
        copied = self.window.copy(start, stop)
        assert copied == self.model[start - self.start : stop - self.start]

    @invariant()
    def accounts_are_right(self) -> None:
        window = self.window
        assert window.position == self.position
        assert window.end == self.start + len(self.model)
        assert window.held == window.end - window.first
        assert window.ahead == window.end - window.position
        assert window.full == (window.ahead >= AHEAD)
        assert window.held < AHEAD + BEHIND + 400
        assert window.holds(window.first)
        assert window.holds(window.end)
        assert not window.holds(window.first - 1)
        assert not window.holds(window.end + 1)


TestWindows = Windows.TestCase


@given(st.integers(1, 5 * PIECE))
def test_long_appends_are_cut_into_pieces(size: int) -> None:
    window = ByteWindow(0, ahead=1, behind=0)
    window.append(bytes(size))
    taken = [len(window.take(PIECE)) for _ in range(-(-size // PIECE))]
    assert sum(taken) == size
    assert set(taken[:-1]) <= {PIECE}


def test_small_pieces_are_taken_together() -> None:
    window = ByteWindow(0, ahead=1, behind=0)
    for piece in (b"ab", b"", b"c", b"def"):
        window.append(piece)
    assert window.take(5) == b"abcde"
    assert window.take(5) == b"f"
    assert window.take(5) == b""
