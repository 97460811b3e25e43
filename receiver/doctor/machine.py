"""The machine that this runs on, with all that belongs to it."""

from __future__ import annotations

from receiver.doctor.network import ThisNetwork
from receiver.doctor.sound import ThisSound
from receiver.doctor.system import ThisSystem


class ThisMachine(ThisSystem, ThisNetwork, ThisSound):
    """See `Machine`."""
