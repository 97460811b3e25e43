"""A receiver that is well, on a machine that is well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from receiver.config.config import Config
from receiver.doctor.base import Live, Patient, Record
from receiver.doctor.mock import CONTROL, MockMachine
from receiver.model.state import (
    ClockId,
    Output,
    Peer,
    PeerClock,
    ReceiverInfo,
    SessionState,
    State,
    Volume,
)

replace = msgspec.structs.replace
ID, OTHER = "a" * 32, "b" * 32
PORT = 7766
BEDROOM = Peer(
    OTHER, "Bedroom", "0.1.0", "192.168.1.30", PORT, connected=True, clock=PeerClock(12, 400)
)
STATE = State(
    ReceiverInfo(ID, "Kitchen", "0.1.0", ClockId(ID, "boot-1")),
    SessionState("s-1", playback="playing"),
    Volume(50, False, -20.0),
    Output("portaudio", "USB DAC: Audio (hw:1,0)", 48000, 2, 9.0),
    peers={OTHER: BEDROOM},
)


class Ward:
    """A machine, and the receiver on it; both may be changed before they are examined."""

    def __init__(self, **options: Any) -> None:
        chosen = {"name": "Kitchen", "audio": "portaudio", "state_dir": Path("/var/lib/tonearm")}
        self.machine = MockMachine()
        self.machine.announcements = [Record("Kitchen", ID, PORT), Record("Bedroom", OTHER, PORT)]
        self.patient = Patient(
            Config(**{**chosen, **options}), ID, Live(STATE, PORT, "Kitchen", CONTROL)
        )

    def becomes(self, **fields: Any) -> None:
        """The state is another."""
        assert self.patient.live is not None
        state = replace(self.patient.live.state, **fields)
        self.patient = replace(self.patient, live=replace(self.patient.live, state=state))

    def stops(self) -> None:
        """The receiver does not run."""
        self.machine.stop_receiver()
        self.patient = replace(self.patient, live=None)
