"""The players that are measured, behind one small interface."""

from __future__ import annotations

from benchmarks.peers.base import Player
from benchmarks.peers.mpd import Mpd, MpdFfmpeg
from benchmarks.peers.mpv import Mpv
from benchmarks.peers.tonearm import Tonearm

PLAYERS: dict[str, type[Player]] = {
    player.name: player for player in (Tonearm, Mpd, MpdFfmpeg, Mpv)
}
"""By name, ours first."""
OURS = Tonearm.name
