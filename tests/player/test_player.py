"""The player between a scripted source and an engine that is played by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from receiver.clock.mock import MockClock
from receiver.engine.link import CREDIT, Data, Receive, Tail, ToEngine
from receiver.errors import HttpRefused, Stalled, UnsupportedScheme
from receiver.model import orders as o
from receiver.model import reports as r
from receiver.player.player import Player
from receiver.source.mock import MockSource, MockStream

BODY = bytes(range(256)) * 4096  # 1 MiB


class Engine:
    """The other end of the link: keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[ToEngine] = []
        self.receive: Receive = lambda _: None

    def send(self, message: ToEngine) -> None:
        self.sent.append(message)

    async def run(self, receive: Receive) -> None:
        self.receive = receive
        await asyncio.Event().wait()

    def data(self, feed: int = 0, track: int = 1) -> bytes:
        sent = [m for m in self.sent if isinstance(m, Data)]
        return b"".join(m.data for m in sent if (m.track, m.feed) == (track, feed))

    @property
    def ended(self) -> bool:
        return any(isinstance(m, Data) and m.last for m in self.sent)

    @property
    def tails(self) -> list[Tail]:
        return [m for m in self.sent if isinstance(m, Tail)]


class Stage:
    """A player, its engine, and what it tells the control loop."""

    def __init__(self, stream: MockStream) -> None:
        self.clock = MockClock()
        self.engine = Engine()
        self.told: list[r.Report] = []
        self.stream = stream
        self.sources: list[MockSource] = []
        self.player = Player(self.engine, self._open, self.clock, self.told.append)

    def _open(self, url: str) -> MockSource:
        if not url.startswith("mock:"):
            raise UnsupportedScheme("No.")
        self.sources.append(MockSource(self.stream, self.clock))
        return self.sources[-1]

    def load(self, track: int = 1, start_ms: float = 0.0, url: str = "mock:x") -> None:
        self.player.load(o.Load(track, start_ms), url, self.clock.now())

    async def say(self, report: r.Report) -> None:
        self.engine.receive(report)
        await self.clock.settle(60)

    def failed(self) -> r.Failed | None:
        found = [x for x in self.told if isinstance(x, r.Failed)]
        return found[-1] if found else None


@asynccontextmanager
async def playing(stream: MockStream) -> AsyncIterator[Stage]:
    stage = Stage(stream)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(stage.player.run())
        await stage.clock.settle()
        yield stage
        task.cancel()


async def test_bytes_flow_as_far_as_there_is_room() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        await stage.clock.advance(0.1)
        await stage.clock.settle(400)
        first = len(stage.engine.data())
        assert CREDIT - 8192 < first <= CREDIT
        await stage.say(r.Taken(1, 0, 100_000))
        await stage.clock.settle(400)
        assert first < len(stage.engine.data()) <= CREDIT + 100_000
        assert stage.engine.data() == BODY[: len(stage.engine.data())]
        assert isinstance(stage.engine.sent[0], o.Load)
        assert r.Opened(1, seekable=True, live=False) in stage.told


async def test_the_first_bytes_go_before_the_news_of_them() -> None:
    async with playing(MockStream(BODY)) as stage:
        sent: list[int] = []
        stage.player._tell = lambda _: sent.append(len(stage.engine.data()))
        stage.load()
        await stage.clock.settle(400)
        assert sent[0] > 0


async def test_that_the_last_byte_has_come_is_told_when_the_engine_has_it() -> None:
    async with playing(MockStream(BODY[: CREDIT + 1], seekable=False)) as stage:
        stage.load()
        await stage.clock.settle(400)
        assert r.Fetched(1) not in stage.told
        await stage.say(r.Taken(1, 0, 50_000))
        await stage.clock.settle(60)
        assert stage.engine.ended
        assert r.Fetched(1) in stage.told


async def test_a_stream_that_cannot_seek_any_more_fails_and_nothing_else_does() -> None:
    async with playing(MockStream(BODY, seekable=False)) as stage:
        stage.load()
        await stage.clock.settle(400)
        await stage.say(r.Want(1, feed=1, offset=500_000))
        assert stage.engine.sent[-1] == Data(1, 1, b"", last=True)
        await stage.say(r.Ended(1))
        failed = stage.failed()
        assert failed is not None
        assert failed.code == "not_seekable"
        stage.load(2)
        await stage.clock.settle(400)
        assert stage.engine.data(track=2)


async def test_the_engine_gets_the_bytes_it_wants_from_there_on() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        await stage.clock.settle(400)
        await stage.say(r.Want(1, feed=1, offset=500_000))
        await stage.clock.settle(400)
        got = stage.engine.data(feed=1)
        assert got
        assert got == BODY[500_000 : 500_000 + len(got)]


async def test_bytes_that_were_on_their_way_are_not_taken_for_those_that_are_wanted() -> None:
    """Room for more and the wish to be elsewhere come in one breath: the bytes that had waited for
    the room are from the old place.
    """
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        await stage.clock.settle(400)
        stage.engine.receive(r.Taken(1, 0, 100_000))
        await stage.say(r.Want(1, feed=1, offset=500_000))
        await stage.clock.settle(400)
        got = stage.engine.data(feed=1)
        assert got == BODY[500_000 : 500_000 + len(got)]


async def test_a_want_is_heard_while_the_source_stalls() -> None:
    async with playing(MockStream(BODY, stalls={8192: 1000.0})) as stage:
        stage.load()
        await stage.clock.settle(100)
        assert len(stage.engine.data()) == 8192
        await stage.say(r.Want(1, feed=1, offset=700_000))
        await stage.clock.settle(400)
        assert stage.engine.data(feed=1)


async def test_a_seek_before_anything_sounds_gets_the_length_that_it_needs() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        stage.player.order(o.Seek(1, 1, 8000.0))
        await stage.clock.settle(400)
        assert [tail.size for tail in stage.engine.tails] == [len(BODY)]


NEWS = [r.Sounding(1, 0.0, 0.0, 0.0), r.Ready(1, 0.0), r.Buffering(1, 0.0)]


@pytest.mark.parametrize("news", NEWS)
async def test_the_tail_is_not_fetched_while_the_sound_is_on_its_way(news: r.Report) -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        await stage.say(r.Decoded(1, stage.clock.now()))
        await stage.clock.settle(100)
        assert not stage.engine.tails
        await stage.say(news)
        (tail,) = stage.engine.tails
        assert (tail.size, tail.data) == (len(BODY), BODY[tail.offset :])


async def test_a_start_in_the_middle_wants_the_tail_at_once() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load(start_ms=5000.0)
        await stage.clock.settle(100)
        assert stage.engine.tails


async def test_what_cannot_seek_has_no_tail_and_says_so() -> None:
    async with playing(MockStream(BODY, seekable=False)) as stage:
        stage.load()
        await stage.say(r.Sounding(1, 0.0, 0.0, 0.0))
        (tail,) = stage.engine.tails
        assert tail.data == b""


async def test_the_end_is_told() -> None:
    async with playing(MockStream(BODY[:9000])) as stage:
        stage.load()
        await stage.clock.settle(100)
        assert stage.engine.ended
        assert stage.engine.data() == BODY[:9000]


async def test_what_came_before_a_failure_is_played_first() -> None:
    failure = Stalled("The server sends nothing.")
    async with playing(MockStream(BODY, failures={8192: failure})) as stage:
        stage.load()
        await stage.clock.settle(100)
        assert (len(stage.engine.data()), stage.engine.ended) == (8192, True)
        assert stage.failed() is None
        await stage.say(r.Ended(1))
        assert stage.failed() == r.Failed(1, "stalled", "The server sends nothing.")


async def test_a_refused_stream_fails_with_the_servers_reason() -> None:
    refusal = HttpRefused("404", status=404)
    async with playing(MockStream(BODY, refusal=refusal)) as stage:
        stage.load()
        await stage.clock.settle(100)
        await stage.say(r.Failed(1, "unsupported_format", "It is empty."))
        assert stage.failed() == r.Failed(1, "http_refused", "404", {"status": 404})


async def test_a_url_that_is_none_fails_at_once() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load(url="ftp://x")
        failed = stage.failed()
        assert failed is not None
        assert failed.code == "unsupported_scheme"
        assert not stage.engine.sent


async def test_a_new_load_ends_the_old_ones_fetching() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load(1)
        await stage.clock.settle(100)
        stage.load(2)
        await stage.clock.settle(400)
        before = len(stage.engine.sent)
        await stage.say(r.Taken(1, 0, 200_000))
        await stage.say(r.Want(1, 1, 0))
        assert len(stage.engine.sent) == before
        assert {m.track for m in stage.engine.sent if isinstance(m, Data)} == {1, 2}


async def test_the_receipt_counts_from_the_command() -> None:
    async with playing(MockStream(BODY, delay=0.5)) as stage:
        stage.load()
        await stage.clock.advance(0.6)
        now = stage.clock.now()
        await stage.say(r.Decoded(1, now))
        await stage.say(r.Sounding(1, 0.0, now + 0.02, now + 0.01))
        await stage.say(r.Sounding(1, 9.0, now + 5, now + 5))
        receipt = stage.player.receipt(1)
        assert receipt.connected == pytest.approx(500)
        assert receipt.first_block == pytest.approx(600)
        assert receipt.first_frame == pytest.approx(610)
        assert receipt.resolved is None
        times = stage.sources[-1].times
        times.resolved, times.first_byte = times.connected - 0.2, times.connected + 0.05
        receipt = stage.player.receipt(1)
        assert (receipt.resolved, receipt.first_byte) == pytest.approx((300, 550))
        assert stage.player.receipt(7).first_frame is None


async def test_a_follower_is_fetched_beside_the_track_at_hand() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        await stage.clock.settle(100)
        stage.player.prepare(o.Prepare(2), "mock:y")
        await stage.clock.settle(100)
        assert stage.engine.data(track=1) == stage.engine.data(track=2) == BODY[:CREDIT]
        await stage.say(r.Taken(2, 0, 4096))
        await stage.say(r.Taken(1, 0, 8192))
        assert len(stage.engine.data(track=1)) > len(stage.engine.data(track=2)) > CREDIT
        await stage.say(r.Joined(2, 0.0))
        assert [tail.track for tail in stage.engine.tails] == [2]
        await stage.say(r.Taken(1, 0, CREDIT))
        before = len(stage.engine.data(track=1))
        await stage.clock.settle(100)
        assert len(stage.engine.data(track=1)) == before, "nobody fetches it any more"


async def test_a_track_that_is_overlapped_is_fetched_until_it_has_ended() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        await stage.clock.settle(100)
        stage.player.prepare(o.Prepare(2, crossfade_s=3.0), "mock:y")
        await stage.clock.settle(100)
        assert [tail.track for tail in stage.engine.tails] == [2], "its length limits the overlap"
        await stage.say(r.Joined(2, 0.0, overlaps=True))
        before = len(stage.engine.data(track=1))
        await stage.say(r.Taken(1, 0, CREDIT))
        await stage.clock.settle(100)
        assert len(stage.engine.data(track=1)) > before
        await stage.say(r.Ended(1))
        before = len(stage.engine.data(track=1))
        await stage.say(r.Taken(1, 0, 2 * CREDIT))
        await stage.say(r.Taken(2, 0, CREDIT))
        await stage.clock.settle(100)
        assert len(stage.engine.data(track=1)) == before
        assert len(stage.engine.data(track=2)) > CREDIT


async def test_a_follower_that_is_let_be_is_fetched_no_more() -> None:
    async with playing(MockStream(BODY)) as stage:
        stage.load()
        stage.player.prepare(o.Prepare(2), "mock:y")
        await stage.clock.settle(100)
        stage.player.forget(3)
        stage.player.forget(2)
        assert o.Forget(2) in stage.engine.sent
        assert o.Forget(3) not in stage.engine.sent
        await stage.say(r.Taken(2, 0, CREDIT))
        assert len(stage.engine.data(track=2)) == CREDIT


async def test_a_playlist_is_told_and_not_sent() -> None:
    body = b"#EXTM3U\n" + b"song.ogg\n" * 9000
    async with playing(MockStream(body, url="http://x/list")) as stage:
        stage.load()
        await stage.clock.settle(300)
        (listed,) = [report for report in stage.told if isinstance(report, r.Listed)]
        assert len(listed.entries) == 9000
        assert stage.engine.data() == b""


@pytest.mark.parametrize("others", [b"song.ogg\n", b""])
async def test_what_a_playlist_must_not_name_is_left_out(others: bytes) -> None:
    body = b"#EXTM3U\nhttp://192.168.1.1/\n" + others
    stream = MockStream(body, url="http://x/list", unnamed=["http://192.168.1.1/"])
    async with playing(stream) as stage:
        stage.load()
        await stage.clock.settle(300)
        await stage.say(r.Ended(1))
        told = [entry.url for x in stage.told if isinstance(x, r.Listed) for entry in x.entries]
        failed = stage.failed()
    assert told == (["http://x/song.ogg"] if others else [])
    assert (failed is None) == bool(others)
    assert failed is None or failed.code == "refused_address"


async def test_a_playlist_without_an_end_is_refused() -> None:
    async with playing(MockStream(b"#EXTM3U\n" + b"#" * (5 << 20))) as stage:
        stage.load()
        await stage.clock.settle(5000)
        assert stage.engine.ended
        await stage.say(r.Ended(1))
        failed = stage.failed()
        assert failed is not None
        assert failed.code == "unplayable"
