"""MPD: its own protocol over a Unix socket."""
# ruff: noqa: D102 - what the methods do is said in base.py

from __future__ import annotations

import socket
from typing import IO

from benchmarks.peers.base import PATIENCE, Player, PlayerError

CONFIG = """
bind_to_address "{folder}/socket"
pid_file "{folder}/pid"
playlist_directory "{folder}"
audio_output {{
    type "alsa"
    name "{sink}"
    device "{sink}"
    mixer_type "software"
    {buffer}
}}
decoder {{
    plugin "vorbis"
    enabled "{vorbis}"
}}
"""


class Mpd(Player):
    """The player next door: C++, its own decoder threads, a music library that is not used here."""

    name = "mpd"
    program = "mpd"
    vorbis = "yes"

    def command(self) -> list[str]:
        buffer = ""
        if self.buffer_ms is not None:
            microseconds = 1000 * self.buffer_ms
            buffer = f'buffer_time "{microseconds}"\n    period_time "{microseconds // 4}"'
        config = self.folder / "mpd.conf"
        config.write_text(
            CONFIG.format(folder=self.folder, sink=self.sink, buffer=buffer, vorbis=self.vorbis)
        )
        return ["mpd", "--no-daemon", "--stderr", str(config)]

    def connect(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        while self._socket.connect_ex(str(self.folder / "socket")) != 0:
            self.until_it_answers()
        self._answers: IO[str] = self._socket.makefile("r", encoding="utf-8")
        self._answers.readline()
        self._ask("status")

    def disconnect(self) -> None:
        self._answers.close()
        self._socket.close()

    def play(self, url: str) -> None:
        self._ask("command_list_begin", "clear", f'add "{url}"', "play", "command_list_end")

    def queue(self, url: str) -> None:
        self._ask(f'add "{url}"')

    def next(self) -> None:
        self._ask("next")

    def pause(self) -> None:
        self._ask("pause 1")

    def resume(self) -> None:
        self._ask("pause 0")

    def stop(self) -> None:
        self._ask("stop")

    def seek(self, seconds: float) -> None:
        self._ask(f"seekcur {seconds:.6f}")

    def volume(self, percent: int) -> None:
        self._ask(f"setvol {percent}")

    def _ask(self, *lines: str) -> None:
        self._socket.sendall("".join(f"{line}\n" for line in lines).encode())
        for answer in self._answers:
            if answer.startswith("ACK"):
                raise PlayerError(f"mpd: {answer.strip()}")
            if answer == "OK\n":
                return
        raise PlayerError("mpd closed the connection")


class MpdFfmpeg(Mpd):
    """MPD as it must be set to seek over HTTP, which its own Vorbis decoder refuses."""

    name = "mpd-ffmpeg"
    vorbis = "no"
