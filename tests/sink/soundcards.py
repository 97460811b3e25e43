"""The sound cards of a machine: what ALSA tells of them in files, and PortAudio over them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

DEVICE_UNAVAILABLE, INVALID_RATE, HOST_ERROR = -9985, -9997, -9999


@dataclass(eq=False)
class SoundCard:
    """`rate` is the one that it claims to have, `rates` are those that it takes; `own_rate` that of
    who plays on it, 0 while nobody does. `shy`: it opens for a moment also while it is in use.
    """

    number: int
    id: str
    rates: tuple[int, ...]
    rate: int
    own_rate: int = 0
    only_int16: bool = False
    shy: bool = False

    @property
    def name(self) -> str:
        return f"{self.id} of the test"


class Machine:
    """Its cards, and ALSA's files about them."""

    def __init__(self, folder: Path) -> None:
        self.files, self.nodes = folder / "asound", folder / "snd"
        self.nodes.mkdir()
        self.cards: dict[int, SoundCard] = {}
        """Those that can play, by their numbers."""

    def plug_in(
        self,
        number: int,
        card: str,
        *,
        plays: bool = True,
        rates: tuple[int, ...] = (44100, 48000),
        claims: int = 0,
    ) -> SoundCard:
        """`claims` is the rate that it says it has, if that is none of those that it takes."""
        folder = self.files / f"card{number}"
        (folder / f"pcm0{'p' if plays else 'c'}" / "sub0").mkdir(parents=True)
        (folder / "id").write_text(f"{card}\n")
        made = SoundCard(number, card, rates, claims or rates[0])
        if plays:
            self.cards[number] = made
            self._tell(made, "closed")
        self._stir()
        return made

    def unplug(self, number: int) -> None:
        shutil.rmtree(self.files / f"card{number}")
        self.cards.pop(number, None)
        self._stir()

    def occupy(self, card: SoundCard) -> None:
        """Another program plays on it."""
        card.own_rate = card.rates[0]
        self._tell(card, "state: RUNNING\nowner_pid   : 812")

    def free(self, card: SoundCard) -> None:
        card.own_rate = 0
        self._tell(card, "closed")

    def _tell(self, card: SoundCard, status: str) -> None:
        file = self.files / f"card{card.number}" / "pcm0p" / "sub0" / "status"
        file.write_text(f"{status}\n")

    def _stir(self) -> None:
        told = (f"{c.number:2} [{c.id:15}]: USB-Audio - {c.name}\n" for c in self.cards.values())
        (self.files / "cards").write_text("".join(told))
        before = self.nodes.stat().st_mtime_ns
        os.utime(self.nodes, ns=(before, before + 1))


class PortAudioError(Exception):
    """As that of `sounddevice`: the words, and the number."""


class MockPortAudio:
    """The module `sounddevice` on such a machine. It sees the cards that are there when it is
    started and that open, and knows them by their numbers from then on.
    """

    PortAudioError = PortAudioError

    def __init__(self, machine: Machine) -> None:
        self.looks = 0
        """How often it has looked at the cards."""
        self.broken = False
        """Whether it cannot be started any more."""
        self._machine = machine
        self._seen: list[dict[str, Any]] = []
        self._numbers: list[int] = []
        self._streams: list[Stream] = []
        self._initialize()

    @property
    def stream(self) -> Stream:
        """The one that is open."""
        (found,) = (stream for stream in self._streams if not stream.closed)
        return found

    def _initialize(self) -> None:
        if self.broken:
            raise PortAudioError("Error initializing PortAudio: Host error", HOST_ERROR)
        self.looks += 1
        cards = sorted(self._machine.cards.values(), key=lambda card: card.number)
        there = [card for card in cards if card.shy or not card.own_rate]
        self._numbers = [card.number for card in there]
        self._seen = [
            {
                "index": index,
                "name": f"{card.name}: Audio (hw:{card.number},0)",
                "max_output_channels": 2,
                "default_samplerate": float(card.rate),
            }
            for index, card in enumerate(there)
        ]

    def _terminate(self) -> None:
        assert all(stream.closed for stream in self._streams), "that would end a stream"

    def query_devices(self, kind: str | None = None) -> Any:
        if kind is None:
            return list(self._seen)
        if not self._seen:
            raise PortAudioError("Error querying device -1", -1)
        return self._seen[0]

    def RawOutputStream(self, **wanted: Any) -> Stream:  # noqa: N802 - its name
        card = self._machine.cards.get(self._numbers[wanted["device"]])
        if card is None:
            raise PortAudioError("Error opening RawOutputStream: Host error", HOST_ERROR)
        if card.own_rate:
            error = "Error opening RawOutputStream: Device unavailable"
            raise PortAudioError(error, DEVICE_UNAVAILABLE)
        if wanted["samplerate"] not in card.rates:
            raise PortAudioError("Error opening RawOutputStream: Invalid sample rate", INVALID_RATE)
        stream = Stream(self._machine, card, wanted)
        self._streams.append(stream)
        return stream

    def only_int16(self, pcm: str) -> bool:
        """See `takes_only_int16`."""
        return any(pcm == f"hw:{c.number},0" and c.only_int16 for c in self._machine.cards.values())


class Stream:
    """To a card. Pulls when it is told to."""

    def __init__(self, machine: Machine, card: SoundCard, wanted: dict[str, Any]) -> None:
        self.card = card
        self.rate: int = wanted["samplerate"]
        self.blocksize: int = wanted["blocksize"]
        self.latency: float = wanted["latency"]
        self.active = self.closed = False
        self._machine = machine
        self._type = np.dtype(wanted["dtype"])
        self._channels: int = wanted["channels"]
        self._callback: Callable[..., None] = wanted["callback"]

    def start(self) -> None:
        assert self.card in self._machine.cards.values(), "PortAudio never comes back from this"
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        self.active, self.closed = False, True

    def pull(self) -> np.ndarray:
        """What the card plays next, as it takes it."""
        assert self.active
        buffer = bytearray(self.blocksize * self._channels * self._type.itemsize)
        time = SimpleNamespace(outputBufferDacTime=0.0, currentTime=0.0)
        self._callback(buffer, self.blocksize, time, SimpleNamespace(output_underflow=False))
        return np.frombuffer(buffer, self._type).reshape(self.blocksize, self._channels)
