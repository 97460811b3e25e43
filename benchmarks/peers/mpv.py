"""mpv: JSON lines over a Unix socket."""
# ruff: noqa: D102 - what the methods do is said in base.py

from __future__ import annotations

import itertools
import json
import socket
from typing import IO, Any

from benchmarks.peers.base import PATIENCE, Player, PlayerError


class Mpv(Player):
    """The player with the quickest edges: C, libavformat, one small buffer."""

    name = "mpv"
    program = "mpv"

    def command(self) -> list[str]:
        flags = ["--no-config", "--idle", "--no-video", "--no-terminal", "--hr-seek=yes"]
        flags += ["--ao=alsa", f"--audio-device=alsa/{self.sink}", "--volume-max=100"]
        if self.buffer_ms is not None:
            flags += [f"--alsa-buffer-time={1000 * self.buffer_ms}"]
        return ["mpv", *flags, f"--input-ipc-server={self.folder}/socket"]

    def connect(self) -> None:
        self._numbers = itertools.count(1)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        while self._socket.connect_ex(str(self.folder / "socket")) != 0:
            self.until_it_answers()
        self._answers: IO[str] = self._socket.makefile("r", encoding="utf-8")
        self._ask("get_property", "volume")

    def disconnect(self) -> None:
        self._answers.close()
        self._socket.close()

    def play(self, url: str) -> None:
        self._ask("loadfile", url)

    def queue(self, url: str) -> None:
        self._ask("loadfile", url, "append")

    def next(self) -> None:
        self._ask("playlist-next")

    def pause(self) -> None:
        self._ask("set_property", "pause", True)

    def resume(self) -> None:
        self._ask("set_property", "pause", False)

    def stop(self) -> None:
        self._ask("stop")

    def seek(self, seconds: float) -> None:
        self._ask("seek", seconds, "absolute+exact")

    def volume(self, percent: int) -> None:
        self._ask("set_property", "volume", percent)

    def _ask(self, *command: Any) -> None:
        number = next(self._numbers)
        line = json.dumps({"command": command, "request_id": number})
        self._socket.sendall(line.encode() + b"\n")
        for text in self._answers:
            answer = json.loads(text)
            if answer.get("request_id") == number and "error" in answer:
                if answer["error"] != "success":
                    raise PlayerError(f"mpv: {command[0]}: {answer['error']}")
                return
        raise PlayerError("mpv closed the connection")
