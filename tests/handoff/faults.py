"""Handoffs at which all kinds of things go wrong, each from the number of its run; and what must
hold all the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from receiver.model.state import Item, Transferred
from receiver.protocol import peers as m
from tests.handoff.house import House
from tests.handoff.receiver import Receiver, item
from tests.handoff.speaker import HUSH, Heard, Speaker, gaps, overlaps

PROFILES = {"wire": (0.0005, 0.002, 0.004), "Wi-Fi": (0.001, 0.02, 0.04), "bad": (0.001, 1.0, 1.5)}
"""Seconds of one way, from and to, and the round trip that is reckoned with."""
SILENCE = 0.6
"""Seconds of silence for which nobody has to give a reason."""
END = 90.0
LIVE = "live"
FAULTS = ["none", "kitchen", "bedroom", "mended", "cut"]
"""One is killed, or the link is cut, for a while or for good."""


@dataclass
class Run:
    """One handoff, or several, and what was done to it."""

    seed: int
    random: Random
    house: House
    wants_sound: bool = True
    lost_at: float | None = None
    cut: bool = False
    mended: bool = True
    insisted: bool = False
    killed: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    rows: list[Item] = field(default_factory=list)
    paused: bool = False
    """What the users want."""
    may_stand: bool = False
    began_with: int = 0
    link: str = ""
    """How good it is."""
    fault: str = "none"


def begin(seed: int) -> Run:
    """The scene before anything is asked for."""
    random = Random(seed)
    [profile] = random.choices(list(PROFILES), [5, 4, 1])
    shortest, longest, rtt95 = PROFILES[profile]
    loss, twice = random.choice([0, 0, 0.05, 0.2, 0.5]), random.choice([0, 0, 0.1, 0.5])
    late = random.choice([0, 0, 0, 0.05, 0.3])

    def trip(_message: m.HandoffMessage) -> list[float]:
        copies = (random.random() >= loss) + (random.random() < twice)
        return [
            random.uniform(shortest, longest) + (random.random() < late) * random.random()
            for _ in range(copies)
        ]

    clock_error = random.choice([0.0002, 0.0002, 0.002, 0.02, None])
    house = House(trip, rtt95, clock_error)
    for one in house.both:
        one.speaker.delay = random.uniform(0.01, 0.06)
        one.clock_off = random.uniform(-1, 1) * (clock_error or 0.05)
        one.open_time = random.uniform(0.005, 0.3)
        if random.random() < 0.1:
            one.open_time = random.uniform(1.0, 6.0)
        one.held_ms = random.choice([500.0, 2000.0, 10_000.0])
        if random.random() < 0.05:
            one.open_error = "unreachable"
        one.sounds = random.random() > 0.03
        one.reports = random.random() > 0.03
    kind = "lossy" if loss or late else profile
    return Run(seed, random, house, link=kind)


def play(run: Run) -> Run:
    """The whole of it, from the number alone."""
    random, house = run.random, run.house
    live = random.random() < 0.05
    run.rows = [item(name) for name in "abcde"[: random.randint(1, 5)]]
    run.began_with = len(run.rows)
    if live:
        run.rows[0] = item(LIVE, None, live=True)
    near_its_end = random.random() < 0.15 and not live
    if random.random() < 0.08:
        house.kitchen.idle(list(run.rows))
        run.wants_sound = False
    else:
        run.paused = random.random() < 0.15
        position = 180_000.0 - random.uniform(0, 6000) if near_its_end else 20_000.0
        house.kitchen.start(list(run.rows), position, paused=run.paused)
        run.wants_sound = not run.paused and not near_its_end
    house.watch = lambda: owned(run)
    house.run(1.0)
    script(run)
    house.run(END)
    return run


def script(run: Run) -> None:
    """What is asked for, and what goes wrong, from now on."""
    random, house = run.random, run.house
    ask(run, house.kitchen)
    if random.random() < 0.15:
        house.world.after(random.uniform(0, 0.5), lambda: ask(run, house.kitchen))
    if random.random() < 0.15:
        for _ in range(random.randint(5, 40)):
            house.world.after(random.uniform(0, 2.0), lambda: ask(run, house.bedroom))
    if random.random() < 0.35:
        for _ in range(random.randint(1, 3)):
            house.world.after(random.uniform(0, 3.0), lambda: command(run))
    [fault] = random.choices(FAULTS, [40, 12, 12, 24, 8])
    run.fault = fault
    if fault == "none":
        return
    if random.random() < 0.3:
        house.world.after(random.uniform(0, 1.5), lambda: strike(run, fault))
        return
    step = len(house.link.log) + random.randint(1, 25)

    def count(sent: int) -> None:
        if sent == step:
            house.world.after(random.choice([0.0, 0.0001, 0.05]), lambda: strike(run, fault))

    house.link.on_send = count


def ask(run: Run, who: Receiver) -> None:
    """A controller asks for a transfer, if it is there to be asked and has the session."""
    random = run.random
    if not who.alive or who.session.id != "s" or who.handoffs.in_doubt:
        return
    run.asked[who.id] += 1
    to_paused = random.random() < 0.08
    run.may_stand |= to_paused
    who.transfer(to_paused=to_paused, volume=random.choice([None, 20]))


def command(run: Run) -> None:
    """A user does something else meanwhile."""
    random, house = run.random, run.house
    who = house.kitchen if house.kitchen.alive else house.bedroom
    run.insisted |= who.handoffs.in_doubt
    kind = random.choice(["pause", "resume", "add", "play"])
    new = item(f"new{random.random()}")

    def do(owner: Receiver) -> None:
        if kind in ("pause", "resume"):
            owner.pause(kind == "pause")
            run.paused = owner.session.paused
            run.wants_sound &= not run.paused
        elif kind == "add":
            run.rows.append(new)
            owner.add(new)
        else:
            run.rows.append(new)
            owner.play(new)
            run.paused = False

    who.command(do)


def strike(run: Run, fault: str) -> None:
    """Kill one, or cut the link."""
    random, house = run.random, run.house
    if fault in ("mended", "cut"):
        run.cut, run.mended = True, fault == "mended"
        house.cut(random.uniform(0.05, 15.0) if run.mended else None, random)
        return
    victim = house.kitchen if fault == "kitchen" else house.bedroom
    run.killed.append(victim.id)
    if victim.id in house.owners():
        run.lost_at = house.now
    house.kill(victim, random.uniform(0.001, 0.05), first_as_lost=random.random() < 0.25)


# --- what must hold -----------------------------------------------------------------------------


def owned(run: Run) -> None:
    """At any instant: somebody has the session, unless who had it was killed."""
    assert run.lost_at is not None or run.house.owners(), f"run {run.seed}: nobody has it"


def check(run: Run) -> None:
    """At the end of a run."""
    house, why = run.house, f"run {run.seed}"
    alive = [one for one in house.both if one.alive]
    for one in alive:
        assert len(one.answers) == run.asked[one.id], f"{why}: {one.answers}"
    whole = not run.killed and (run.mended or not run.cut)
    owners = [one for one in alive if one.session.id == "s"]
    if whole:
        assert len(owners) == 1, f"{why}: {owners}"
    if whole or run.killed:
        assert house.at_rest, why
    if len(owners) == 1:
        [owner] = owners
        if run.lost_at is None:  # otherwise the last edits may be lost with who had made them
            assert owner.rows == run.rows, why
        assert owner.rows[: run.began_with] == run.rows[: run.began_with], why
        if owner.session.paused and not run.paused and not run.may_stand:
            assert owner.troubled, f"{why}: it stands, and nobody knows why"
        assert owner.session.paused or not run.paused, f"{why}: it does not stand any more"
    check_sound(run)


def check_sound(run: Run) -> None:
    """What a listener would notice."""
    house, why = run.house, f"run {run.seed}"
    kitchen, bedroom = (one.speaker for one in house.both)
    fades = [
        message.fade_us / 1e6 for _, _, message in house.link.log if isinstance(message, m.Commit)
    ]
    off = max(abs(one.clock_off) for one in house.both)
    most = max(fades, default=0.0) + off + 0.005
    if not all(one.reports for one in house.both):  # silenced when the other is heard again
        most += max(kitchen.delay, bedroom.delay)
    if not run.insisted:
        for start, end in merged(overlaps(kitchen, bedroom)):
            assert end - start <= most, f"{why}: both are heard for {end - start:.3f} s"
        for one, other in pairs(kitchen, bedroom, longer_than=off + HUSH):
            apart = (other.start - one.start) * 1e3 + one.position_ms - other.position_ms
            assert abs(apart) <= off * 1e3 + 1, f"{why}: {apart} ms apart"
    if not run.wants_sound or run.may_stand:
        return
    for start, end in gaps([kitchen, bedroom], 0.1, END):
        if end - start > SILENCE and (run.lost_at is None or start < run.lost_at - SILENCE):
            told = [t for one in house.both for t in one.troubled]
            assert any(since < start + SILENCE and until > start for since, until in told), (
                f"{why}: silent from {start:.3f} to {end:.3f} without a reason"
            )


def pairs(one: Speaker, other: Speaker, longer_than: float) -> list[tuple[Heard, Heard]]:
    """What is heard of the same item from both at once, for longer than so many seconds."""
    return [
        (a, b)
        for a in one.heard
        for b in other.heard
        if a.what == b.what
        and a.what != LIVE
        and min(a.end, b.end) - max(a.start, b.start) > longer_than
    ]


def merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that touch, as one."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + 1e-3:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def outcome(run: Run) -> str:
    """What became of the first transfer, in a word."""
    answers = run.house.kitchen.answers
    if not answers:
        return "asked receiver killed"
    first = answers[0]
    if isinstance(first, Transferred):
        return "transferred" if first.tight else "transferred, not tight"
    return first.code
