"""Things to be remembered."""

from __future__ import annotations

from receiver.model.moment import Moment
from receiver.model.state import Item, Tags
from receiver.protocol.peers import Moving, Row
from receiver.store.base import Saved, SavedPeer
from receiver.store.runs import Run

RECEIVER = "0123456789abcdef" * 2
RUN = Run("boot", stopped=False, crashes=[12.5])
BEDROOM = SavedPeer("b", "Bedroom", "192.0.2.7", 7766)


def saved(mark: int = 0, items: int = 3) -> Saved:
    """Something to be saved, another one for each mark."""
    rows = [
        Row(
            Item(
                f"i-{n:012x}",
                f"http://192.0.2.5/music/artist/album/{n:05} a track of it.ogg",
                Tags("Title", "Artist", "Album"),
                180_000.0,
                added_by="anna's telephone",
            ),
            n,
            items - n - 1,
        )
        for n in range(items)
    ]
    return Saved(
        receiver_id=RECEIVER,
        peers=[BEDROOM],
        moment=moment(mark),
        run=RUN,
        session=Moving("s", mark, items, 7, None, "all", shuffle=True, crossfade_ms=3000),
        rows=rows,
    )


def moment(mark: int) -> Moment:
    """A moment, another one for each mark."""
    return Moment(30, True, "playing", "i-000000000001", mark)
