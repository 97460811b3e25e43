"""What a household does to its speakers: commands of every kind, and whatever breaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random

from receiver.protocol import commands as c
from tests.day.house import House
from tests.day.music import BAD, LONG, ODD, SHORT
from tests.day.speaker import Speaker

Fault = Callable[[House, Speaker], Awaitable[None]]


def address(random: Random) -> str:
    """Something to play; mostly it can be played."""
    return random.choice([*LONG * 2, *SHORT * 3, *ODD.values(), *BAD])


def entries(random: Random) -> list[c.Entry]:
    """A few things to play."""
    return [c.Entry(address(random)) for _ in range(random.randint(1, 8))]


def item(random: Random, speaker: Speaker) -> str:
    """An item of the queue, or one that never was in it."""
    known = [known.id for known in speaker.parts.session.queue.page(0, 500)]
    return random.choice(known) if known and random.random() < 0.9 else "no-such-item"


def wish(house: House, speaker: Speaker) -> None:
    """One command, to this speaker or through it to another."""
    random = house.random
    kinds = list(WISHES)
    (kind,) = random.choices(kinds, [WISHES[kind][0] for kind in kinds])
    fields = WISHES[kind][1](random, speaker)
    if random.random() < 0.1:
        fields["receiver"] = random.choice(house.speakers).name
    if random.random() < 0.03:
        fields["epoch"] = random.randint(0, 3)
    if kind is c.Transfer:
        fields["to"] = random.choice(house.speakers).name
    house.ask(speaker, kind, **fields)


WISHES: dict[type[c.Command], tuple[int, Callable[[Random, Speaker], dict[str, object]]]] = {
    c.Play: (
        6,
        lambda r, _: {
            "items": entries(r),
            "paused": r.random() < 0.1,
            "position_ms": r.choice([0.0, 0.0, 0.0, 1000.0, 1e6]),
        },
    ),
    c.Pause: (5, lambda *_: {}),
    c.Resume: (7, lambda *_: {}),
    c.Toggle: (3, lambda *_: {}),
    c.Stop: (1, lambda *_: {}),
    c.Seek: (
        8,
        lambda r, _: r.choice(
            [{"position_ms": r.uniform(0, 130_000)}, {"by_ms": r.uniform(-20_000, 40_000)}]
        ),
    ),
    c.SetVolume: (5, lambda r, _: r.choice([{"percent": r.randint(0, 100)}, {"by": 5}])),
    c.Mute: (2, lambda r, _: {"muted": r.random() < 0.3}),
    c.Next: (6, lambda *_: {}),
    c.Previous: (3, lambda *_: {}),
    c.QueueAdd: (6, lambda r, _: {"items": entries(r), "at": r.choice(["end", "next", 0, 3])}),
    c.QueueRemove: (3, lambda r, s: {"items": [item(r, s) for _ in range(r.randint(1, 3))]}),
    c.QueueMove: (3, lambda r, s: {"item": item(r, s), "at": r.choice(["end", "next", 0, 2])}),
    c.QueueClear: (1, lambda *_: {}),
    c.QueueJump: (3, lambda r, s: {"item": item(r, s)}),
    c.QueueList: (1, lambda *_: {}),
    c.SetRepeat: (2, lambda r, _: {"repeat": r.choice(["off", "one", "all"])}),
    c.SetShuffle: (2, lambda r, _: {"shuffle": r.random() < 0.5}),
    c.SetCrossfade: (2, lambda r, _: {"seconds": r.choice([0, 0, 0, 1, 3, 12])}),
    c.Transfer: (6, lambda r, _: {"replace": r.random() < 0.7, "paused": r.random() < 0.1}),
    c.Status: (1, lambda *_: {}),
}
"""How often each command is wished for, and with what."""


# --- what breaks ----------------------------------------------------------------------------


async def stream_fails(house: House, speaker: Speaker) -> None:
    """A server has a fault, for this speaker."""
    house.note(house.servers.spoil(house.random, speaker.name))
    await house.clock.sleep(house.random.uniform(5, 60))
    house.servers.mend(speaker.name)


async def card_is_unplugged(house: House, speaker: Speaker) -> None:
    """The card is gone for a while."""
    speaker.card.unplug()
    await house.clock.sleep(house.random.choice([0.2, 1.0, 5.0, 30.0]))
    speaker.card.mend()


async def card_hangs(house: House, speaker: Speaker) -> None:
    """The card asks for nothing for a while."""
    speaker.card.hang()
    await house.clock.sleep(house.random.choice([0.5, 2.5, 10.0]))
    speaker.card.mend()


async def runs_dry(house: House, speaker: Speaker) -> None:
    """The machine is too slow for its card, twice."""
    for _ in range(2):
        speaker.card.run_dry(house.random.choice([50, 800, 8000]))
        await house.clock.sleep(house.random.uniform(0.1, 20))


async def audio_dies(house: House, speaker: Speaker) -> None:
    """The audio process dies."""
    speaker.link.kill()


async def wires_break(house: House, speaker: Speaker) -> None:
    """All connections of a speaker to its peers are closed."""
    for wire in house.street.wires_of(speaker.parts.address.host):
        await wire.close()


async def is_cut_off(house: House, speaker: Speaker) -> None:
    """The network of a speaker is gone, silently, and comes back."""
    here = speaker.parts.address
    house.street.block(here)
    for wire in house.street.wires_of(here.host):
        wire.cut()
    await house.clock.sleep(house.random.choice([0.3, 3.0, 8.0, 40.0]))
    house.street.block(here, blocked=False)
    if speaker.on:
        house.announce(speaker)


async def moves(house: House, speaker: Speaker) -> None:
    """A speaker gets another address, and announces it."""
    await speaker.move()
    await house.clock.sleep(house.random.uniform(0.5, 5))
    if speaker.on:
        house.announce(speaker)


async def loses_power(house: House, speaker: Speaker) -> None:
    """A speaker is off for a while."""
    await speaker.cut_power()
    await house.clock.sleep(house.random.choice([0.0, 2.0, 20.0]))
    await house.switch_on(speaker)


FAULTS: dict[Fault, int] = {
    stream_fails: 6,
    card_is_unplugged: 3,
    card_hangs: 2,
    runs_dry: 2,
    audio_dies: 2,
    wires_break: 2,
    is_cut_off: 2,
    moves: 1,
    loses_power: 1,
}
"""How often each fault is."""


async def breaks(house: House) -> None:
    """Something breaks, and is mended."""
    speaker = house.random.choice(house.speakers)
    if not speaker.on:
        return
    (fault,) = house.random.choices(list(FAULTS), list(FAULTS.values()))
    house.faults += 1
    house.note(f"{speaker.name}: {fault.__name__}")
    speaker.notes.disturb()
    await fault(house, speaker)
    speaker.notes.disturb()
    house.note(f"{speaker.name}: {fault.__name__} is over")


async def busy(house: House, seconds: float, faults: int) -> None:
    """A while in which much is asked for, and so much breaks; all is mended at its end."""
    random, clock = house.random, house.clock
    end = clock.now() + seconds
    breaking = [house.tasks.create_task(later(house, seconds)) for _ in range(faults)]
    while clock.now() < end:
        await clock.sleep(random.choice([0.0, 0.01, 0.1, 0.5, 1.0, 3.0]))
        speaker = random.choice(house.speakers)
        if not speaker.on:
            continue
        if random.random() < 0.2:
            house.visit(speaker, random.choice([0.0, 0.1, 2.0]), random.uniform(0.0, 100.0))
        wish(house, speaker)
    for task in breaking:
        await task


async def goes_to_rest(house: House) -> None:
    """All is as at first: nothing plays, and no controller looks on."""
    for speaker in house.speakers:
        house.ask(speaker, c.Stop)
        house.ask(speaker, c.QueueClear)
        house.ask(speaker, c.SetRepeat, repeat="off")
        house.ask(speaker, c.SetCrossfade, seconds=0)
    for task in list(house.onlookers):
        task.cancel()
    await house.clock.sleep(1.0)


async def later(house: House, seconds: float) -> None:
    """Something breaks at some instant within so many seconds."""
    await house.clock.sleep(house.random.uniform(0, seconds))
    await breaks(house)
