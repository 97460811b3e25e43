"""The audio process: an engine, fed and asked through one socket, and nothing else.

Its loop sleeps in `poll` until a message comes or the engine has something due. It ends when the
other end of the socket is closed, so it never outlives control.
"""

from __future__ import annotations

import logging
import select
import socket
import sys
from collections import deque
from collections.abc import Callable

from receiver.clock.base import Clock
from receiver.clock.system import SystemClock
from receiver.engine import wire
from receiver.engine.build import build_engine
from receiver.engine.limits import allow_cpu, apply_limits, raise_priority
from receiver.engine.link import Receive, SteppedEngine
from receiver.engine.rehearsal import rehearse
from receiver.engine.settings import EngineSettings
from receiver.memory import Thrift, forget_code, rest, settle
from receiver.model.orders import Speak, Stop
from receiver.model.reports import Decoded, Described, Health, Position, Report, Taken

MESSAGES_AT_ONCE = 16
SWITCH_S = 0.001
"""How long a thread may hold the interpreter while the audio thread waits for it."""
CPU_EVERY_S = 1.0
UNHURRIED = (Decoded, Described, Health, Position, Taken)
"""Told at the end of a turn, which may start the device: control, woken, would contend with that
for the processors, and so would the controllers that it tells.
"""
FADE_OUT_S = 0.5
"""How long the fade at the end may take: a ramp and the device's buffer."""


def main(channel: socket.socket, settings: EngineSettings) -> None:
    """Run the engine of `settings` until `channel` is closed at the other end. Of no signal: when
    it is over, and how it fades, is for control to decide.
    """
    forget_code()  # and the rehearsal brings back what is needed
    rehearse()
    apply_limits()
    raise_priority()
    sys.setswitchinterval(SWITCH_S)
    clock = SystemClock()

    def make(receive: Receive) -> SteppedEngine:
        return build_engine(settings, clock, receive)

    serve(channel, make, clock)


def serve(
    channel: socket.socket, make_engine: Callable[[Receive], SteppedEngine], clock: Clock
) -> None:
    """Carry messages between `channel` and an engine until the other end is closed."""
    channel.setblocking(False)
    outbox = Outbox(channel)
    engine = make_engine(outbox.put)
    engine.open()
    settle()
    poller = select.poll()
    try:
        _turn(channel, engine, outbox, poller, clock)
        _fade_out(engine, clock)
    finally:
        engine.close()


def _fade_out(engine: SteppedEngine, clock: Clock) -> None:
    """Let what sounds fade before the device is closed, which would cut it off with a pop."""
    engine.take(Stop())
    engine.take(Speak(""))
    end = clock.now() + FADE_OUT_S
    while not engine.quiet and clock.now() < end:
        select.poll().poll(min(engine.step(), 0.005) * 1000)


def _turn(
    channel: socket.socket,
    engine: SteppedEngine,
    outbox: Outbox,
    poller: select.poll,
    clock: Clock,
) -> None:
    cpu_at = float("-inf")
    thrift = Thrift(rest)
    watched: tuple[int, ...] = ()
    datagram = memoryview(bytearray(wire.MAX_DATAGRAM))
    while True:
        if clock.now() - cpu_at > CPU_EVERY_S:
            cpu_at = clock.now()
            allow_cpu()
            thrift.look(cpu_at, idle=engine.quiet)
        wait = engine.step()
        outbox.flush()
        if engine.descriptors != watched:
            for descriptor in watched:
                poller.unregister(descriptor)
            watched = engine.descriptors
            for descriptor in watched:
                poller.register(descriptor, select.POLLIN)
        poller.register(channel, select.POLLIN | (select.POLLOUT if outbox.waiting else 0))
        poller.poll(wait * 1000)
        for _ in range(MESSAGES_AT_ONCE):
            try:
                size = channel.recv_into(datagram)
            except BlockingIOError:
                break
            except OSError:
                return
            if not size:
                return
            engine.take(wire.decode(datagram[:size]))


class Outbox:
    """Reports on their way to control, which may be slow to read them. Engine thread only."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._reports: deque[bytes] = deque()

    @property
    def waiting(self) -> bool:
        """Whether there are some that have not gone yet."""
        return bool(self._reports)

    def put(self, report: Report) -> None:
        """Send it behind all that waits: now, or with the next one or `flush` if it can wait."""
        self._reports.append(wire.encode_report(report))
        if not isinstance(report, UNHURRIED):
            self.flush()

    def flush(self) -> None:
        """Send all that waits, as far as control takes it."""
        while self._reports:
            try:
                self._channel.send(self._reports[0])
            except BlockingIOError:
                return
            except OSError:
                logging.getLogger(__name__).debug("control is gone")
                self._reports.clear()
                return
            self._reports.popleft()
