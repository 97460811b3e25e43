"""Versions: of Python, of the packages and of the libraries."""

from __future__ import annotations

import re

from receiver.doctor.base import LIBRARIES, Patient, System
from receiver.model.health import Finding

OLDEST_PYTHON = (3, 11)
OLDEST_VORBIS = (1, 3, 7)
"""Older ones can be crashed by a file (CVE-2018-10392, CVE-2018-10393)."""
_SPECIFIER = re.compile(r"(==|>=|<)\s*([\w.]+)")


def check_python(machine: System, _: Patient) -> list[Finding]:
    """The interpreter is one that Tonearm is made for."""
    version = ".".join(map(str, machine.python))
    if machine.python < OLDEST_PYTHON:
        seen = f"Python {version} is too old; Tonearm needs 3.11."
        return [Finding("python", "fail", seen, "Upgrade the system.")]
    return [Finding("python", "ok", version)]


def check_packages(machine: System, _: Patient) -> list[Finding]:
    """Each package is there, and not older or newer than Tonearm was made for."""
    required = machine.required()
    wrong = [found for line in required if (found := _unfit(machine, line)) is not None]
    if not wrong:
        return [Finding("packages", "ok", f"{len(required)} packages, as they are required")]
    advice = "Upgrade: pip install --upgrade tonearm, in the environment it is installed in."
    return [Finding("packages", "fail", f"{'; '.join(wrong)}.", advice)]


def _unfit(machine: System, requirement: str) -> str | None:
    """What is wrong with a package, if anything is: "aiohttp is 3.9, must be >=3.14"."""
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    version = machine.installed(name)
    if version is None:
        return f"{name} is missing"
    limits = _SPECIFIER.findall(requirement.partition(";")[0])
    if all(_holds(version, how, limit) for how, limit in limits):
        return None
    return f"{name} is {version}, must be {','.join(how + limit for how, limit in limits)}"


def _holds(version: str, how: str, limit: str) -> bool:
    have, bound = numbers(version), numbers(limit)
    match how:
        case ">=":
            return have >= bound
        case "<":
            return have < bound
        case _:
            return version == limit


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, in order, without zeros at the end: "3.14.0" is "3.14"."""
    found = [int(number) for number in re.findall(r"\d+", version)]
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def check_libraries(machine: System, _: Patient) -> list[Finding]:
    """What PyOgg and sounddevice load."""
    loaded = machine.libraries()
    missing = [name for name in LIBRARIES if name not in loaded]
    if missing:
        seen = f"{', '.join(missing)} cannot be loaded."
        advice = "sudo apt install libogg0 libvorbis0a libvorbisfile3 libportaudio2"
        return [Finding("libraries", "fail", seen, advice)]
    vorbis = loaded["libvorbis.so.0"]
    if numbers(vorbis) < OLDEST_VORBIS:
        seen = f"{vorbis} can be crashed by a stream."
        return [Finding("libraries", "warn", seen, "sudo apt install libvorbis0a")]
    return [Finding("libraries", "ok", ", ".join(filter(None, loaded.values())))]
