"""A small process that has everything loaded and makes audio processes by forking itself.

A fresh interpreter takes seconds on a small computer to load numpy and the codecs, and each has a
copy of its own; a fork is there in milliseconds and shares all of it. Nothing runs in the fork
server but this file: no thread, no event loop, no sound device, so forking it is safe.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import struct
import sys
import traceback
from typing import NoReturn

import msgspec

from receiver.engine.settings import EngineSettings

_PID = struct.Struct("<ii")
_MAX_REQUEST = 4096


class ForkServer:
    """Control's end: asks for audio processes and hears how they ended. Event loop's thread."""

    def __init__(self, channel: socket.socket, pid: int) -> None:
        self._channel = channel
        self._pid: int | None = pid
        self._ended: dict[int, int] = {}

    @classmethod
    def fork(cls) -> ForkServer:
        """Split off from this process, sharing its memory. Only while it has no other thread."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        gc.collect()
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            ours.close()
            _run_and_exit(theirs)
        theirs.close()
        return cls(ours, pid)

    @classmethod
    def launch(cls) -> ForkServer:
        """Start as a fresh interpreter: for a process that is not free to fork."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs.set_inheritable(True)
        command = [sys.executable, "-m", "receiver.engine.forkserver", str(theirs.fileno())]
        pid = os.posix_spawn(sys.executable, command, os.environ)
        theirs.close()
        return cls(ours, pid)

    def spawn(self, settings: EngineSettings) -> tuple[int, socket.socket]:
        """A new audio process: its id, and our end of the socket to it. Waits until it is forked.

        Raises `OSError` when the fork server is gone.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            socket.send_fds(self._channel, [msgspec.msgpack.encode(settings)], [theirs.fileno()])
            while True:
                pid, status = self._receive()
                if status == -1:
                    return pid, ours
                self._ended[pid] = status
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()

    def how_ended(self, pid: int) -> str:
        """How a process ended whose socket is closed, in words. Waits for the news a little."""
        with contextlib.suppress(OSError):
            self._channel.settimeout(0.3)
            while pid not in self._ended:
                other, status = self._receive()
                self._ended[other] = status
        self._channel.settimeout(None)
        return _in_words(self._ended.pop(pid, None))

    def close(self) -> None:
        """Have the fork server end, and wait for it. Its children end when their own sockets are
        closed. Harmless twice.
        """
        self._channel.close()
        pid, self._pid = self._pid, None
        if pid is not None:
            os.waitpid(pid, 0)

    def _receive(self) -> tuple[int, int]:
        news = self._channel.recv(_PID.size)
        if len(news) < _PID.size:
            raise ConnectionResetError("the fork server is gone")
        pid, status = _PID.unpack(news)
        return pid, status


def _in_words(status: int | None) -> str:
    if status is None:
        return "it went away"
    if os.WIFSIGNALED(status):
        return f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"it exited with {os.waitstatus_to_exitcode(status)}"


# --- in the fork server ------------------------------------------------------------------------


def _run_and_exit(channel: socket.socket) -> NoReturn:
    """The life of a process that was forked: it must never return into its parent's stack."""
    code = 1
    try:
        _serve(channel)
        code = 0
    except BaseException:  # noqa: BLE001 - the last frame of this process
        traceback.print_exc()
    finally:
        os._exit(code)


def _serve(channel: socket.socket) -> None:
    # What is loaded here, no child loads again. Control does not load it at all.
    import receiver.engine.process  # noqa: F401, PLC0415
    from receiver.engine.rehearsal import rehearse  # noqa: PLC0415

    rehearse()
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    gc.collect()
    gc.freeze()
    poller = select.poll()
    poller.register(channel, select.POLLIN)
    poller.register(wake_read, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poller.poll()}
        if wake_read in ready:
            os.read(wake_read, 512)
            _reap(channel)
        if channel.fileno() in ready and not _answer(channel):
            return


def _answer(channel: socket.socket) -> bool:
    """Fork one audio process; False when control is gone."""
    try:
        request, fds, _, _ = socket.recv_fds(channel, _MAX_REQUEST, 1)
    except ConnectionResetError:  # control closed its end without reading the last news
        return False
    if not request:
        return False
    pid = os.fork()
    if pid == 0:
        channel.close()
        _run_engine(socket.socket(fileno=fds[0]), request)
    os.close(fds[0])
    channel.send(_PID.pack(pid, -1))
    return True


def _run_engine(channel: socket.socket, request: bytes) -> NoReturn:
    code = 1
    try:
        from receiver.engine.process import main  # noqa: PLC0415 - after the fork, with the device

        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        main(channel, msgspec.msgpack.decode(request, type=EngineSettings))
        code = 0
    except BaseException:  # noqa: BLE001 - the last frame of this process
        traceback.print_exc()
    finally:
        os._exit(code)


def _reap(channel: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            channel.send(_PID.pack(pid, status))


if __name__ == "__main__":
    _run_and_exit(socket.socket(fileno=int(sys.argv[1])))
