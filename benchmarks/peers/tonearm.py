"""Our own receiver, through our own client."""
# ruff: noqa: D102 - what the methods do is said in base.py

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import psutil

from benchmarks import unit
from benchmarks.peers.base import PATIENCE, Player
from controller.client import Client
from receiver.errors import NoReceiver
from receiver.model.state import Transferred
from tests.rig.card import Card


class Tonearm(Player):
    """`python -m receiver` with PortAudio, as the service runs it. The client has an event loop and
    a thread of its own.
    """

    name = "tonearm"
    program = sys.executable
    module = "receiver"
    host = "127.0.0.1"
    auth = "open"

    def __init__(self, card: Card, sink: str, folder: Path, buffer_ms: int | None = None) -> None:
        super().__init__(card, sink, folder, buffer_ms)
        self._queued = ""
        with socket.socket() as probe:
            probe.bind((self.host, 0))
            self.port: int = probe.getsockname()[1]

    def command(self) -> list[str]:
        flags = ["--audio", "portaudio", "--auth", self.auth, "--device", self.sink]
        flags += ["--host", self.host, "--port", str(self.port), "--loopback"]
        flags += ["--state-dir", str(self.folder / "state")]
        if self.buffer_ms is not None:
            flags += ["--buffer-ms", str(self.buffer_ms)]
        return [sys.executable, "-m", self.module, *flags]

    def environment(self) -> dict[str, str]:
        # An installed package is compiled; here that is done by the first that is started.
        compiled = str(self.folder.parent / "compiled")
        ours = {"PYTHONPATH": str(unit.ROOT), "PYTHONPYCACHEPREFIX": compiled}
        ours["PYTHONDONTWRITEBYTECODE"] = ""
        return {**super().environment(), **unit.environment(), **ours}

    def connect(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.live, name="client")
        self._thread.start()
        self._closing = asyncio.Event()
        opened = threading.Event()
        self._session = asyncio.run_coroutine_threadsafe(self._hold(opened), self._loop)
        while not opened.wait(0.01):
            if self._session.done():
                self._session.result()
        self._do(self._client.status())

    def live(self) -> None:
        """What the client's thread does."""
        self._loop.run_forever()

    def disconnect(self) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._session.result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hold(self, opened: threading.Event) -> None:
        """Keep the client open until `disconnect`."""
        while True:
            try:
                async with Client(self.host, self.port) as self._client:
                    opened.set()
                    await self._closing.wait()
                    return
            except NoReceiver:
                self.until_it_answers()

    def _do(self, command: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(command, self._loop).result(PATIENCE)

    def kill_audio(self) -> None:
        """End the audio process; returns when control has noticed."""
        (audio,) = psutil.Process(self.process.pid).children()
        audio.kill()
        self._do(self._noticed())

    async def _noticed(self) -> None:
        if self._client.state.problem is None:
            async for state in self._client.changes():
                if state.problem is not None:
                    return

    def until_it_knows(self, name: str) -> None:
        """Wait for the link to another receiver."""
        self._do(self._knows(name))

    async def _knows(self, name: str) -> None:
        async for state in self._client.changes():
            if any(peer.name == name and peer.connected for peer in state.peers.values()):
                return

    def transfer(self, to: str) -> Transferred:
        """Hand over to the receiver of a name. Raises `TonearmError`."""
        answer = self._do(self._client.transfer(to))
        assert isinstance(answer, Transferred)
        return answer

    def says_of_itself(self) -> dict[str, float]:
        output = self._do(self._client.status()).output
        return {"underruns counted": output.underruns, "device buffer (ms)": output.buffer_ms}

    def play(self, url: str) -> None:
        self._do(self._client.play(url))

    def repeat(self, url: str) -> None:
        """Play this over and over."""
        self.play(url)
        self._do(self._client.set_repeat("one"))

    def queue(self, url: str) -> None:
        self._queued = url

    def next(self) -> None:
        self._do(self._client.play(self._queued))

    def pause(self) -> None:
        self._do(self._client.pause())

    def resume(self) -> None:
        self._do(self._client.resume())

    def stop(self) -> None:
        self._do(self._client.stop())

    def seek(self, seconds: float) -> None:
        self._do(self._client.seek(1000 * seconds))

    def volume(self, percent: int) -> None:
        self._do(self._client.set_volume(percent))
