"""A receiver that runs looks at itself."""

from __future__ import annotations

import os
from collections.abc import Sequence

from receiver.config.config import Config
from receiver.doctor.base import Live, Patient
from receiver.doctor.examination import examine
from receiver.doctor.machine import ThisMachine
from receiver.model.health import Examination
from receiver.model.state import State


def examine_running(
    config: Config,
    state: State,
    port: int,
    instance: str | None,
    hardware: Sequence[str] = (),
) -> Examination:
    """See `examine`; called in the control process. `instance` is the name that is advertised;
    `hardware` as in `Patient`.
    """
    live = Live(state, port, instance, os.getpid())
    return examine(ThisMachine(), Patient(config, state.receiver.id, live, hardware))
