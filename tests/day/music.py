"""What there is to play in the house: good streams, odd ones, and what no one can play."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np

from receiver.clock.base import Clock
from receiver.decoder.mock import encode
from receiver.errors import HttpRefused, Stalled, Unreachable
from receiver.pcm.format import Block, Format
from receiver.source.mock import MockSource, MockStream

RATE = 4000
SCALE = 2**19
"""Frame n of a stream is as loud as (n + 1) / SCALE."""
WIDTH = 4
"""Bytes of a frame."""

LONG = [f"http://music/long-{number}" for number in range(4)]
SHORT = [f"http://music/short-{number}" for number in range(4)]
ODD = {
    "live": "http://radio/live",
    "no ranges": "http://music/no-ranges",
    "other rate": "http://music/other-rate",
    "slow": "http://music/slow",
    "list": "http://music/list.m3u",
    "list of lists": "http://music/lists.m3u",
}
BAD = ["http://music/empty", "http://music/garbage", "http://music/gone", "ftp://music/old"]
PLAYABLE = [*LONG, *SHORT, ODD["no ranges"], ODD["slow"]]
"""What can be played to its end, and tells its frames."""


def stream(seconds: float, rate: int = RATE, **fields: object) -> MockStream:
    """A stream in which every frame tells its number."""
    numbers = np.arange(1, round(seconds * rate) + 1, dtype=np.float32) / SCALE
    body = encode(Block(numbers[:, None], Format(rate, 1)))
    return MockStream(body, **{"piece": 16384, **fields})  # type: ignore[arg-type]


def library() -> dict[str, MockStream]:
    """All of it, by address."""
    served = {url: stream(45.0 + 25 * number) for number, url in enumerate(LONG)}
    served |= {url: stream(3.0 + 4 * number) for number, url in enumerate(SHORT)}
    m3u = "application/x-mpegurl"
    served[ODD["live"]] = stream(20.0, live=True)
    served[ODD["no ranges"]] = stream(30.0, seekable=False)
    served[ODD["other rate"]] = stream(20.0, rate=3000)
    served[ODD["slow"]] = stream(40.0, delay=0.7)
    served[ODD["list"]] = MockStream("\n".join([*SHORT, BAD[0]]).encode(), content_type=m3u)
    served[ODD["list of lists"]] = MockStream(ODD["list"].encode(), content_type=m3u)
    served[BAD[0]] = MockStream(b"")
    served[BAD[1]] = MockStream(b"no music at all" * 100)
    served[BAD[2]] = MockStream(b"", refusal=HttpRefused("404 Not Found"))
    return served


class Servers:
    """Serves the library to each room by itself, with faults."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._library = library()
        self._faulty: dict[tuple[str, str], MockStream] = {}

    def open(self, url: str, room: str) -> MockSource:
        """A source for a room."""
        served = self._faulty.get((url, room)) or self._library.get(url)
        if served is None:
            served = MockStream(b"", refusal=Unreachable("There is no such server."))
        return MockSource(served, self._clock)

    def spoil(self, random: Random, room: str) -> str:
        """Let one of the streams be faulty for a room; gives a word for what it is now."""
        url = random.choice(PLAYABLE)
        kind, faulty = random.choice(list(faults(self._library[url], random)))
        self._faulty[url, room] = faulty
        return f"{url} {kind}"

    def mend(self, room: str) -> None:
        """All streams are as they should be."""
        self._faulty = {key: served for key, served in self._faulty.items() if key[1] != room}


def faults(good: MockStream, random: Random) -> Iterator[tuple[str, MockStream]]:
    """What can become of a stream."""
    body = good.body
    at = random.randrange(100, len(body)) // WIDTH * WIDTH
    stall = random.choice([0.3, 2.0, 5.0, 20.0])
    yield "refused", MockStream(b"", refusal=Unreachable("The server does not answer."))
    yield "late", MockStream(body, delay=random.uniform(1, 8))
    yield "stalls", MockStream(body, piece=4096, stalls={at: stall, at // 2: stall})
    yield "breaks off", MockStream(body, failures={at: Stalled("It stopped sending.")})
    yield "truncated", MockStream(body[:at])
    yield "garbage", MockStream(random.randbytes(5000))
