"""What was played on a receiver: the newest hundred, one value for each."""

from __future__ import annotations

from typing import Annotated

import msgspec

from receiver.model.state import Number, Tags, Text

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class Played(msgspec.Struct, frozen=True):
    """Something that was heard here. `number` counts what was played, from 1 and over restarts;
    `item` is its id in the queue that it was in; `played_at` when it was first heard, in Unix
    seconds by the receiver's clock. `url` is without user and password. Texts are shortened.
    """

    number: Count
    item: Text
    url: Annotated[str, msgspec.Meta(max_length=2048)]
    played_at: Count
    tags: Tags = Tags()
    duration_ms: Number | None = None
    live: bool = False
    added_by: Text | None = None
