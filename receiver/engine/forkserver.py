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

_NEWS = struct.Struct("<iii")
"""Number of the request, process id, and how it ended: `_STARTED`, or a status of `waitpid`."""
_STARTED = -1
NEWS_S = 0.3
_MAX_REQUEST = 4096


class ForkServer:
    """Control's end: asks for audio processes and hears how they ended. Event loop's thread.

    Processes are known by the number of their request, since their ids are not known at once: the
    fork server may still be loading what they need.
    """

    def __init__(self, channel: socket.socket, pid: int) -> None:
        self._channel = channel
        self._server: int | None = pid
        self._requests = 0
        self._pids: dict[int, int] = {}
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
        """Ask for a new audio process: its number, and our end of the socket to it, which may be
        written to at once. Raises `OSError` when the fork server is gone.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            socket.send_fds(self._channel, [msgspec.msgpack.encode(settings)], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._requests += 1
        return self._requests, ours

    def pid(self, number: int) -> int | None:
        """The process id of a request, once it is known."""
        with contextlib.suppress(OSError):
            while number not in self._pids:
                self._take_news(0.0)
        return self._pids.get(number)

    def how_ended(self, number: int) -> str:
        """How a process ended whose socket is closed, in words. Waits for the news a little."""
        with contextlib.suppress(OSError):
            while number not in self._ended:
                self._take_news(NEWS_S)
        self._pids.pop(number, None)
        return _in_words(self._ended.pop(number, None))

    def close(self) -> None:
        """Have the fork server end, and wait for it. Its children end when their own sockets are
        closed. Harmless twice.
        """
        self._channel.close()
        server, self._server = self._server, None
        if server is not None:
            os.waitpid(server, 0)

    def _take_news(self, timeout: float) -> None:
        """Take in one message. Raises `OSError` when there is none, or never will be."""
        self._channel.settimeout(timeout)
        try:
            news = self._channel.recv(_NEWS.size)
        finally:
            self._channel.settimeout(None)
        if len(news) < _NEWS.size:
            raise ConnectionResetError("the fork server is gone")
        number, pid, status = _NEWS.unpack(news)
        if status == _STARTED:
            self._pids[number] = pid
        else:
            self._ended[number] = status


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
    requests = 0
    numbers: dict[int, int] = {}
    while True:
        ready = {fd for fd, _ in poller.poll()}
        if wake_read in ready:
            os.read(wake_read, 512)
            _reap(channel, numbers)
        if channel.fileno() in ready:
            pid = _answer(channel)
            if pid is None:
                return
            requests += 1
            numbers[pid] = requests
            channel.send(_NEWS.pack(requests, pid, _STARTED))


def _answer(channel: socket.socket) -> int | None:
    """Fork one audio process and return its id; None when control is gone."""
    try:
        request, fds, _, _ = socket.recv_fds(channel, _MAX_REQUEST, 1)
    except ConnectionResetError:  # control closed its end without reading the last news
        return None
    if not request:
        return None
    pid = os.fork()
    if pid == 0:
        channel.close()
        _run_engine(socket.socket(fileno=fds[0]), request)
    os.close(fds[0])
    return pid


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


def _reap(channel: socket.socket, numbers: dict[int, int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            channel.send(_NEWS.pack(numbers.pop(pid), pid, status))


if __name__ == "__main__":
    _run_and_exit(socket.socket(fileno=int(sys.argv[1])))
