"""A receiver that runs looks at itself."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from receiver.config.config import Config
from receiver.doctor.base import Live, Patient
from receiver.doctor.examination import examine
from receiver.doctor.machine import ThisMachine
from receiver.model.health import Examination
from receiver.model.state import State


async def examine_running(
    config: Config,
    state: State,
    port: int,
    instance: str | None,
    hardware: Sequence[str],
    pin_faults: Sequence[str],
) -> Examination:
    """See `examine`; called in the control process. `instance` and `pin_faults` as in `Live`,
    `hardware` as in `Patient`.
    """
    live = Live(state, port, instance, os.getpid(), pin_faults)
    patient = Patient(config, state.receiver.id, live, hardware)
    told: Future[Examination] = Future()
    told.set_running_or_notify_cancel()
    # A thread of asyncio's own would keep a receiver that is stopped meanwhile from ending.
    threading.Thread(target=_look, args=(patient, told), name="doctor", daemon=True).start()
    return await asyncio.wrap_future(told)


def _look(patient: Patient, told: Future[Examination]) -> None:
    try:
        told.set_result(examine(ThisMachine(), patient))
    except Exception as error:  # noqa: BLE001 - whoever waits is to know
        told.set_exception(error)
