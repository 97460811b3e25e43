"""`tonearm-receiver --doctor`: a visit to the receiver of this machine, whether it runs or not."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence

import msgspec

from receiver.config.config import Config
from receiver.doctor.base import Machine, Patient
from receiver.doctor.checks.reach import LOOPBACK
from receiver.doctor.examination import examine
from receiver.model.health import Examination
from receiver.model.sheet import in_words, sheet
from receiver.protocol.limits import DOCTOR_PATH
from receiver.store.file import FILE_NAME


def visit(machine: Machine, config: Config, hardware: Sequence[str] = ()) -> Examination:
    """What the receiver that `config` describes says of itself, since it knows its device as it is
    used; where it does not run, what can be seen without it. Takes some seconds.
    """
    own = own_id(machine, config)
    for told in _told(machine, config):
        # Started by hand and as a service, one speaker keeps its state in two places.
        if own in ("", told.id) or told.name == config.name:
            return told
    return examine(machine, Patient(config, own, hardware=hardware))


def _told(machine: Machine, config: Config) -> Iterator[Examination]:
    """What a receiver says that is asked like any other, and, where it tells only those who are
    paired, at its local door.
    """
    answer = machine.fetch(config.host or LOOPBACK, config.port, DOCTOR_PATH)
    if answer is not None:
        # Another program may have the port, which its check will tell.
        with contextlib.suppress(msgspec.MsgspecError, UnicodeError, RecursionError):
            yield msgspec.json.decode(answer, type=Examination)
    told = machine.knock(config.state_dir)
    if told is not None:
        yield told


def own_id(machine: Machine, config: Config) -> str:
    """The id of the receiver whose state is kept there; empty before its first start. Only read:
    whoever asks may be another user than the receiver.
    """
    text = machine.read(str(config.state_dir / FILE_NAME)) or ""
    found = re.search(r'"receiver_id":\s*"([0-9a-f]{32})"', text)
    return found[1] if found else ""


def report(told: Examination, *, as_json: bool, colour: bool) -> Iterator[str]:
    """The lines to print."""
    if as_json:
        yield msgspec.json.encode(told).decode()
        return
    yield f"{told.name}, tonearm {told.version}{'' if told.running else ', not running'}"
    yield ""
    yield from sheet(told.findings, colour=colour)
    yield ""
    yield in_words(told.findings)
