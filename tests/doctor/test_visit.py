"""`tonearm-receiver --doctor`: whom it asks."""

from __future__ import annotations

import json

import msgspec

from receiver.doctor.visit import report, visit
from receiver.model.health import Examination
from tests.doctor.patients import ID, Ward

TOLD = Examination(ID, "Kitchen", "0.1.0", True, "ok", [])
STATE_FILE = "/var/lib/tonearm/state.json"


def ward_with(told: Examination | None, own_id: str | None = ID) -> Ward:
    """A receiver that would say this, if it runs, and whose state holds this id."""
    ward = Ward()
    if told is None:
        ward.stops()
    else:
        ward.machine.serve("/v1/doctor", msgspec.json.encode(told))
    if own_id is not None:
        ward.machine.files[STATE_FILE] = json.dumps({"receiver_id": own_id, "muted": False})
    return ward


def visited(ward: Ward) -> Examination:
    return visit(ward.machine, ward.patient.config)


def test_the_one_that_runs_is_asked() -> None:
    assert visited(ward_with(TOLD)) == TOLD
    assert visited(ward_with(TOLD, own_id=None)) == TOLD, "its state cannot be read by everybody"
    assert visited(ward_with(TOLD, own_id="c" * 32)) == TOLD, "it goes by its name too"


def test_without_one_what_can_be_seen_is_told() -> None:
    told = visited(ward_with(None))
    assert not told.running
    assert told.id == ID
    assert told.verdict == "warn"


def test_another_receiver_on_the_port_is_not_ours() -> None:
    attic = msgspec.structs.replace(TOLD, name="Attic")
    told = visited(ward_with(attic, own_id="c" * 32))
    assert not told.running
    assert {f.name for f in told.findings if f.verdict == "fail"} == {"port"}


def test_another_program_on_the_port_is_none() -> None:
    ward = ward_with(None)
    ward.machine.occupy(7766, "mpd", 812)
    ward.machine.serve("/v1/doctor", b"<html>")
    assert visited(ward).findings[0].seen == "Port 7766 is taken by mpd (process 812)."


def test_what_is_printed() -> None:
    told = visited(ward_with(None))
    lines = list(report(told, as_json=False, colour=False))
    assert lines[0] == f"Kitchen, tonearm {told.version}, not running"
    assert lines[-1] == "It works; worth a look: port."
    (line,) = report(told, as_json=True, colour=True)
    assert msgspec.json.decode(line, type=Examination) == told
