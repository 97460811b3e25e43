"""`tonearm doctor`: what is wrong, and what to do."""

from __future__ import annotations

import sys

import msgspec

from controller.cli.arguments import Arguments
from controller.cli.text import plain
from controller.doctor import Diagnosis, diagnose
from controller.known import Memory
from receiver.model.health import exit_code
from receiver.model.sheet import in_words, sheet


def doctor(arguments: Arguments) -> int:
    """Show what is found. Returns 0, or `FAILED` where something is wrong."""
    diagnosis = diagnose(arguments.device, Memory())
    if arguments.json:
        print(_as_json(diagnosis))
    else:
        _show(diagnosis, colour=sys.stdout.isatty())
    return exit_code(diagnosis.verdict)


def _show(diagnosis: Diagnosis, *, colour: bool) -> None:
    print("From this computer\n")
    print("\n".join(sheet(diagnosis.here, colour=colour)), end="\n\n")
    told = diagnosis.receiver
    if told is not None:
        print(f"{plain(told.name)}, tonearm {plain(told.version)}\n")
        print("\n".join(sheet(told.findings, colour=colour)), end="\n\n")
    print(in_words(diagnosis.findings))


def _as_json(diagnosis: Diagnosis) -> str:
    told = {
        "verdict": diagnosis.verdict,
        "here": diagnosis.here,
        "receiver": diagnosis.receiver,
    }
    return msgspec.json.encode(told).decode()
