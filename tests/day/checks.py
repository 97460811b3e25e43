"""What must be so in the house whenever nothing has happened for a while."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator

from receiver.protocol import commands as c
from tests.day.house import House
from tests.day.music import LONG, PLAYABLE, RATE
from tests.day.speaker import Speaker

RECENT_S = 1.0
NEAR_MS = 2.0
SOON_S = 10.0
"""Within so long all that is waited for has come."""
FULL = 1.0 + 1e-6


class Stuck(AssertionError):
    """Something is not as it should be; the message holds what went before."""


async def all_is_well(house: House) -> None:
    """Wait until nothing is amiss; raises `Stuck`."""
    if not await house.until(lambda: not any(complaints(house)), SOON_S):
        raise stuck(house, *complaints(house))
    house.asked = [asked for asked in house.asked if not asked.answers]


async def plays_on_command(house: House, speaker: Speaker) -> None:
    """Whatever was before, what can be played sounds within moments; raises `Stuck`."""
    house.ask(speaker, c.SetVolume, percent=100)
    house.ask(speaker, c.Mute, muted=False)
    asked = house.ask(speaker, c.Play, url=house.random.choice(LONG))
    began = house.clock.now()

    def sounds() -> bool:
        state = speaker.parts.state.session
        return bool(asked.answers) and state.playback == "playing" and heard(house, speaker)

    if not await house.until(sounds, SOON_S):
        raise stuck(house, f"{speaker.name} does not play: {asked.answers}")
    await house.clock.sleep(2.0)
    if speaker.card.ears.silent_at > began + SOON_S:
        raise stuck(house, f"{speaker.name} does not go on")


def complaints(house: House) -> Iterator[str]:
    """All that is amiss now."""
    for asked in house.asked:
        if asked.wrong:
            yield f"{asked.speaker.name}: {asked.command} has the answers {asked.answers}"
    for speaker in house.speakers:
        yield from (f"{speaker.name} {complaint}" for complaint in alone(house, speaker))
    for one, other in itertools.permutations(house.speakers, 2):
        yield from together(one, other)
    sessions = Counter(speaker.parts.state.session.id for speaker in house.speakers)
    yield from (f"{name} has {many} owners" for name, many in sessions.items() if many > 1)
    for onlooker in house.onlookers.values():
        mirror, speaker = onlooker.mirror, onlooker.speaker
        if speaker.runs != onlooker.run or not onlooker.quick:
            continue
        if mirror is None or mirror.state != speaker.parts.state:
            yield f"a controller of {speaker.name} sees another state"


def alone(house: House, speaker: Speaker) -> Iterator[str]:
    """What is amiss with one speaker."""
    state, ears = speaker.parts.state, speaker.card.ears
    playback = state.session.playback
    if playback in ("loading", "buffering"):
        yield f"is {playback}: {state.session}"
    if speaker.parts.waits_until < math.inf:
        yield "waits for a handoff"
    if state.problem is not None and state.problem.code == "no_device":
        yield f"is {playback} and has a problem: {state.problem}"
    if ears.loudest > FULL:
        yield f"was as loud as {ears.loudest}"
    audible = state.volume.percent > 0 and not state.volume.muted
    if heard(house, speaker) != (playback == "playing" and audible):
        yield f"is {playback} at {state.volume}, and is heard: {heard(house, speaker)}"
    if playback == "playing" and audible and is_calm(house, speaker):
        yield from misplaced(house, speaker)


def misplaced(house: House, speaker: Speaker) -> Iterator[str]:
    """Whether what is heard is from another place than the state says, or was broken."""
    session, ears = speaker.parts.state.session, speaker.card.ears
    item, anchor, number = session.item, session.anchor, speaker.number
    assert item is not None
    assert anchor is not None
    if item.url not in PLAYABLE or number is None:
        return
    ago = house.clock.now() - ears.heard_at
    told = anchor.position_at(round((speaker.parts.clock.now() - ago) * 1e6))
    is_at = 1000 * number / RATE
    if abs(is_at - told) > NEAR_MS:
        yield f"says {told:.1f} ms and sounds {is_at:.1f} ms of {item.url}"
    edge = max(ears.uneven_at, ears.silent_at)
    if edge > speaker.notes.calm_at:
        yield f"had an edge in its sound at {edge}"


def together(one: Speaker, other: Speaker) -> Iterator[str]:
    """What one speaker has wrong of another."""
    seen, state = one.parts.state.peers.get(other.name), other.parts.state
    if seen is None or not seen.connected:
        yield f"{one.name} is not connected to {other.name}"
    elif (seen.session, seen.volume, seen.problem) != (state.session, state.volume, state.problem):
        yield f"{one.name} sees {seen.session} at {other.name}, which is {state.session}"


def heard(house: House, speaker: Speaker) -> bool:
    """Whether there was sound just now."""
    return speaker.card.ears.heard_at > house.clock.now() - RECENT_S


def is_calm(house: House, speaker: Speaker) -> bool:
    """Whether no edge is to be expected in the sound."""
    return house.clock.now() - speaker.notes.calm_at > RECENT_S


def stuck(house: House, *what: str) -> Stuck:
    """What is amiss, and what went before."""
    return Stuck("\n".join([*house.diary, "", f"{house.clock.now():.3f} amiss:", *what]))
