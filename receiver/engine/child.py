"""The audio process as control sees it: how it is made, and how it ended.

The first is forked from the daemon before that has loaded its own half, and shares what both have
in memory. One that died is followed by a fresh interpreter, since by then control has threads and
an event loop and is not free to fork.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from typing import NoReturn

import msgspec

from receiver.engine.settings import EngineSettings
from receiver.logs.lines import set_up
from receiver.memory import settle

log = logging.getLogger(__name__)
TURNED = signal.SIGXCPU
"""What a thread at real-time priority gets that never sleeps (`engine/limits.py`)."""


class AudioChild:
    """One audio process and our end of the socket to it, which may be written to at once: the
    process reads it when it has loaded what it needs. Event loop's thread.
    """

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid = pid
        self.channel = channel
        self._status: int | None = None
        self._lost = False

    @classmethod
    def fork(cls, settings: EngineSettings) -> AudioChild:
        """Split off from this process, sharing its memory. Only while it has no other thread."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settle()
        pid = os.fork()
        if pid == 0:
            ours.close()
            _run_and_exit(theirs, settings)
        theirs.close()
        return cls(pid, ours)

    @classmethod
    def start(cls, settings: EngineSettings) -> AudioChild:
        """Start a fresh interpreter. Raises `OSError` when the system cannot."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            theirs.set_inheritable(True)
            told = msgspec.json.encode(settings).decode()
            command = [sys.executable, "-m", __name__, str(theirs.fileno()), told]
            stops = {signal.SIGINT, signal.SIGTERM}  # they are control's to act upon
            pid = os.posix_spawn(sys.executable, command, os.environ, setsigmask=stops)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(pid, ours)

    def kill(self) -> None:
        """End it at once."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)

    @property
    def ended(self) -> bool:
        """Whether it is over. Never waits."""
        if self._status is None and not self._lost:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self._status = status if pid else None
            except ChildProcessError:  # reaped by somebody else: nobody knows how it ended
                self._lost = True
        return self._status is not None or self._lost

    @property
    def spun(self) -> bool:
        """Whether it ended because its audio thread did nothing but turn, as with a device that is
        gone: no other is at real-time priority. One whose engine turns so falls silent before.
        """
        status = self._status
        return status is not None and os.WIFSIGNALED(status) and os.WTERMSIG(status) == TURNED

    @property
    def how_it_ended(self) -> str:
        """In words; once it has `ended`."""
        if self._status is None:
            return "it went away"
        if os.WIFSIGNALED(self._status):
            return f"ended by {signal.Signals(os.WTERMSIG(self._status)).name}"
        return f"it exited with {os.waitstatus_to_exitcode(self._status)}"


def _run_and_exit(channel: socket.socket, settings: EngineSettings) -> NoReturn:
    """The life of the process: it must never return into its parent's stack."""
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        # Control does not load it at all.
        from receiver.engine.process import main  # noqa: PLC0415

        main(channel, settings)
        code = 0
    except BaseException:
        log.critical("This is a fault in the audio process, which ends it:", exc_info=True)
    finally:
        logging.shutdown()
        os._exit(code)


def _main() -> NoReturn:
    settings = msgspec.json.decode(sys.argv[2], type=EngineSettings)
    set_up(settings.log_level)
    _run_and_exit(socket.socket(fileno=int(sys.argv[1])), settings)


if __name__ == "__main__":
    _main()
