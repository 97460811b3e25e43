"""How a receiver is set, and what people change of that while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import msgspec

from receiver.clock.base import Clock, within
from receiver.config.config import SETTABLE, Config, Option
from receiver.config.load import Loaded, check, shown
from receiver.control_loop import Reply, error_answer
from receiver.errors import BadRequest, ConfigError, NoDevice, Pinned, TonearmError
from receiver.model import orders, reports
from receiver.model.state import SettingsState, SoundDevice
from receiver.protocol.commands import Command, SettingsGet, SettingsSet
from receiver.protocol.events import Done
from receiver.session.caps import Caps
from receiver.store.settings import SettingsFile

log = logging.getLogger(__name__)

QUIET_S = 1.0
"""What is being changed is written when it has been let alone for so long,"""
EVERY_S = 5.0
"""and at most so long after the change."""
RETRY_S = 60.0
LIST_S = 1.0
"""So long the audio process may take to name the devices; then it is told which it named last."""
OPEN_S = 10.0
"""How long it may take to open another one."""

T = TypeVar("T", reports.Chosen, reports.Devices)


class Subject(NamedTuple):
    """What is set: the parts of the receiver. Nothing here waits."""

    be_set: Callable[[Config], None]
    """Has all go by this configuration but the session, and the device, which is in use already."""
    order: Callable[[orders.Order], None]
    """Gives the engine an order."""
    set_session: Callable[[Command, Reply, str, Caps, dict[str, Any]], None]
    """See `ControlLoop.be_set`."""


class Settings:
    """See the module. Commands are carried out one at a time. Event loop only."""

    subject: Subject

    def __init__(self, loaded: Loaded, file: SettingsFile, clock: Clock) -> None:
        self.config = loaded.config
        self.state = SettingsState()
        self._origins = dict(loaded.origins)
        self._kept: dict[str, Any] = dict(loaded.kept.values)
        self._file = file
        self._clock = clock
        self._inbox: asyncio.Queue[tuple[SettingsGet | SettingsSet, Reply]] = asyncio.Queue()
        self._awaited: dict[type[reports.Report], asyncio.Future[Any]] = {}
        self._device = loaded.config.device
        """What the engine was asked last to use."""
        self._devices: list[SoundDevice] = []
        self._dirty = asyncio.Event()
        self._changed_at = 0.0

    def ask(self, command: SettingsGet | SettingsSet, reply: Reply) -> None:
        """Carry out a command; `reply` gets exactly one answer."""
        self._inbox.put_nowait((command, reply))

    async def run(self) -> None:
        """Carry out what is asked, and keep what changes, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep())
            while True:
                command, reply = await self._inbox.get()
                try:
                    await self._carry_out(command, reply)
                except TonearmError as error:
                    reply(error_answer(command.id, error))

    async def _carry_out(self, command: SettingsGet | SettingsSet, reply: Reply) -> None:
        values = {} if isinstance(command, SettingsGet) else self._wanted(command)
        if "device" in values:
            await self._use(values["device"])
        await self._list_devices()
        if not values:
            reply(Done(command.id, self._told()))
            return
        self._adopt(values)
        config = self.config
        self.subject.be_set(config)
        caps = Caps.configured(config.volume_cap, config.night_cap, config.night_hours)
        self.subject.set_session(command, reply, config.name, caps, self._told())

    # --- telling ----------------------------------------------------------------------------

    async def _list_devices(self) -> None:
        try:
            listed = await self._asked(orders.ListDevices(), reports.Devices, LIST_S)
            self._devices = listed.devices
        except TimeoutError:
            log.debug("The audio process does not name its devices in time.")

    def _told(self) -> dict[str, Any]:
        """What both commands are answered with."""
        return {
            **{option.key: getattr(self.config, option.key) for option in SETTABLE},
            "devices": msgspec.to_builtins(self._devices),
            "from": {
                option.key: {
                    "origin": self._origins[option.key],
                    "editable": not self._is_pinned(option),
                }
                for option in SETTABLE
            },
        }

    def _is_pinned(self, option: Option) -> bool:
        return self._origins[option.key] in (option.variable, option.flag)

    # --- changing ---------------------------------------------------------------------------

    def _wanted(self, command: SettingsSet) -> dict[str, Any]:
        """What is to be another value than it is, as the configuration holds it. Raises
        `BadRequest`, `Pinned`.
        """
        named = {
            option: value
            for option in SETTABLE
            if (value := getattr(command, option.key)) is not None
        }
        if not named:
            raise BadRequest("Name what is to be set.")
        values = {}
        for option, value in named.items():
            try:
                values[option.key] = check(option, value)
            except ConfigError as error:
                raise BadRequest(error.message, key=option.key) from None
            if self._is_pinned(option):
                raise Pinned(
                    f"{option.key} is set by {self._origins[option.key]} where the receiver is"
                    " started, which wins. Change it there.",
                    key=option.key,
                )
        return {k: value for k, value in values.items() if value != getattr(self.config, k)}

    def _adopt(self, values: dict[str, Any]) -> None:
        for key, value in values.items():
            log.info("Set: %s = %s", key, shown(value))
            self._origins[key] = str(self._file.path)
        self.config = replace(self.config, **values)
        self.state = SettingsState(self.state.revision + 1)
        self._kept |= values
        self._changed_at = self._clock.now()
        self._dirty.set()

    async def _use(self, device: str) -> None:
        """Have the engine use another sound device. Raises `NoDevice`; then the one before is in
        use.
        """
        self._device = device
        try:
            chosen = await self._asked(orders.UseDevice(device), reports.Chosen, OPEN_S)
        except TimeoutError:
            raise NoDevice("The sound device does not answer; the one before stays.") from None
        if chosen.problem is not None:
            raise NoDevice(f"{chosen.problem} The one before stays.", device=device)

    # --- the engine -------------------------------------------------------------------------

    async def _asked(self, order: orders.Order, kind: type[T], seconds: float) -> T:
        """The report that an order is answered with. Raises `TimeoutError`."""
        waiting = self._awaited[kind] = asyncio.get_running_loop().create_future()
        self.subject.order(order)
        try:
            report: T = await within(self._clock, seconds, waiting)
        finally:
            del self._awaited[kind]
        return report

    def reported(self, report: reports.Report) -> None:
        """Take in what the engine says."""
        match report:
            case reports.Died(reason):
                why = f"The audio process died of it ({reason})."
                self._answer(reports.Chosen(self._device, why))
            case reports.Chosen(device, problem):
                answers = device == self._device and self._answer(report)
                if not answers and problem is None and device != self.config.device:
                    self.subject.order(orders.UseDevice(self.config.device))
            case reports.Devices():
                self._answer(report)

    def _answer(self, report: reports.Report) -> bool:
        """Give a report to whoever waits for it; whether there is anybody."""
        waiting = self._awaited.get(type(report))
        if waiting is None or waiting.done():
            return False
        waiting.set_result(report)
        return True

    # --- keeping ----------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Write what was changed, a burst at once; the last change, too, when it ends."""
        try:
            while True:
                await self._dirty.wait()
                latest = self._clock.now() + EVERY_S
                while (wait := min(self._changed_at + QUIET_S, latest) - self._clock.now()) > 0:
                    await self._clock.sleep(wait)
                self._dirty.clear()
                if not await asyncio.to_thread(self._file.save, dict(self._kept)):
                    self._dirty.set()
                    await self._clock.sleep(RETRY_S)
        finally:
            if self._dirty.is_set():
                self._file.save(self._kept)
