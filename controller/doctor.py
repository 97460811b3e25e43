"""What is wrong, if anything: on the way from this computer to a receiver, and with itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import NamedTuple

import msgspec

from controller import one_shot
from controller.address import Address
from controller.clock_offset import ClockOffset
from controller.discovery import Found, service_types
from controller.known import Memory
from controller.locate import NEAR_SECONDS, Located, Search, by_mdns, identify, locate
from receiver import __version__
from receiver.errors import NoReceiver
from receiver.model.health import Examination, Finding, Verdict, worst
from receiver.protocol.limits import MDNS_PORT

SEARCH_SECONDS = 2.0
TRIPS = 8
SLOW_MS = 100.0
"""A round trip that takes longer is felt."""

ON = "Is it on, in this network?"
BLOCKED = (
    f"Multicast may be blocked: by a firewall here (UDP port {MDNS_PORT}), a guest network, or the"
    " router (IGMP snooping, client isolation)."
)
BY_ADDRESS = "Name its address: tonearm doctor --device HOST[:PORT]."


class Diagnosis(NamedTuple):
    """What is seen from here, and what the receiver says of itself, if it could be asked."""

    here: list[Finding]
    receiver: Examination | None = None

    @property
    def findings(self) -> list[Finding]:
        """All of them."""
        return self.here + (self.receiver.findings if self.receiver else [])

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        return worst(self.findings)


def diagnose(device: str | None, memory: Memory, search: Search | None = None) -> Diagnosis:
    """Look for the receiver, go there, ask it. Blocks for some seconds. Raises `BadRequest` where
    `device` is neither a name nor an address.
    """
    try:
        found = (search or by_mdns)(SEARCH_SECONDS, lambda _: False)
    except NoReceiver as error:
        found, network = [], [Finding("network", "fail", error.message)]
    else:
        network = []
    try:
        located = locate(device, memory, lambda _seconds, _enough: found)
    except NoReceiver as error:
        which = found and "found" in error.detail  # nothing is wrong: it has only to be chosen
        advice = "" if found else f"{ON} {BY_ADDRESS}"
        lost = Finding("receiver", "warn" if which else "fail", error.message, advice)
        return Diagnosis([*network, *_names(found), lost, *_silence(found)])
    here = [*network, _seen(located, found), *_names(found), *_twins(located, found)]
    if located.forwarded:
        seen = f"{located.receiver.name} is reached from here through another receiver only."
        way = Finding("way", "warn", seen, f"See the network between. {BLOCKED}")
        return Diagnosis([*here, way])
    here += [_way(located.receiver.address), _version(located)]
    told = _asked(located.receiver.address)
    if isinstance(told, Finding):
        return Diagnosis([*here, told])
    return Diagnosis(here, told)


def _silence(found: list[Found]) -> list[Finding]:
    """Whether it is mDNS that does not work here, when it has found no receiver."""
    if found:
        return []
    try:
        heard = len(asyncio.run(service_types(SEARCH_SECONDS)))
    except NoReceiver:
        return []  # without a network, which is told already
    if heard:
        seen = f"mDNS works here: {heard} kinds of services answer, but no receiver."
        return [Finding("mdns", "ok", seen)]
    return [Finding("mdns", "warn", "Nothing at all answers to mDNS here.", BLOCKED)]


def _seen(located: Located, found: list[Found]) -> Finding:
    """Whether mDNS finds it."""
    for one in found:
        if one.id == located.receiver.id:
            at = ", ".join(address.host for address in one.addresses)
            return Finding("found", "ok", f"{one.name} is found by mDNS at {at}")
    seen = f"{located.receiver.name} is known by its address only: mDNS does not find it."
    return Finding("found", "warn", seen, BLOCKED)


def _names(found: list[Found]) -> list[Finding]:
    """Names that several receivers have."""
    names = {one.name.casefold(): one.name for one in found}
    count = Counter(one.name.casefold() for one in found)
    advice = "Give each a name of its own, or use their ids: tonearm discover."
    return [
        Finding("names", "warn", f"{number} receivers are called {names[name]}.", advice)
        for name, number in count.items()
        if number > 1
    ]


def _twins(located: Located, found: list[Found]) -> list[Finding]:
    """Machines that have the same id, as copied cards do: each start of a machine has a name."""
    boots = {}
    for one in found:
        for address in one.addresses if one.id == located.receiver.id else ():
            try:
                status = identify(address, NEAR_SECONDS).status
            except NoReceiver:
                continue
            boots[status["state"]["receiver"].get("clock", {}).get("boot")] = address
    if len(boots) < 2:
        return []
    where = " and ".join(map(str, boots.values()))
    seen = f"Several machines have the same id, at {where}."
    advice = "Was a card copied? Remove state.json from the state folder of all but one."
    return [Finding("ids", "fail", seen, advice)]


def _way(address: Address) -> Finding:
    """How quickly it answers, and how well that lets its clock be known."""
    offset = ClockOffset()
    shortest_ms = float("inf")
    try:
        for _ in range(TRIPS):
            before = time.monotonic_ns() // 1000
            told = one_shot.send(address, "time", {"t1_us": before})
            after = time.monotonic_ns() // 1000
            offset.add(before, int(told["t2_us"]), int(told["t3_us"]), after)
            shortest_ms = min(shortest_ms, (after - before) / 1000)
    except (NoReceiver, KeyError, ValueError, TypeError) as error:
        return Finding("way", "fail", f"It stopped answering at {address}: {error}.", ON)
    seen = f"{address} answers in {shortest_ms:.1f} ms"
    if offset.uncertainty_us is not None:
        seen += f"; its clock is known to {offset.uncertainty_us / 1000:.1f} ms"
    if shortest_ms > SLOW_MS:
        return Finding("way", "warn", f"{seen}.", "The way there is slow: is its Wi-Fi weak?")
    return Finding("way", "ok", seen)


def _version(located: Located) -> Finding:
    version = located.status["state"].get("receiver", {}).get("version", "")
    if version == __version__:
        return Finding("version", "ok", f"{version} here and there")
    seen = f"It is tonearm {version}, this command {__version__}."
    return Finding("version", "warn", seen, "Bring both to the same version.")


def _asked(address: Address) -> Examination | Finding:
    """What it says of itself."""
    try:
        return msgspec.convert(one_shot.fetch_examination(address), Examination)
    except NoReceiver as error:
        seen = f"It cannot be asked for its own findings: {error.message}"
    except msgspec.ValidationError as error:
        seen = f"Its own findings cannot be read: {error}."
    advice = "An older receiver has none to tell: bring both to the same version."
    return Finding("receiver", "warn", seen, advice)
