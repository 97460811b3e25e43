"""libvorbis by ctypes: the one file that imports PyOgg.

PyOgg is used as what loads the libraries and as the source of struct definitions. Its own loader is
kept out, because it starts a process per library and writes into `os.environ["PATH"]`; so are its
bindings of other codecs, which cost a megabyte; and each function is taken fresh from the library,
because several of its wrappers are broken.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Collection
from ctypes import c_char_p, c_int, c_int64, c_long, c_void_p
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

from receiver.decoder.loudness import Loudness, bounded
from receiver.errors import ConfigError, Unplayable
from receiver.pcm.format import Samples

SONAMES = {"ogg": "libogg.so.0", "vorbis": "libvorbis.so.0", "vorbisfile": "libvorbisfile.so.3"}
MISSING = (
    "The Ogg Vorbis libraries are missing: run 'apt install libogg0 libvorbis0a libvorbisfile3'."
)

PASSES = 4
"""What was decoded is looked at again where something became silence: what overlaps that may be too
loud as well.
"""

EMPTY_COMMENTS = b"\x03vorbis" + bytes(8) + b"\x01"
"""A comment header without comments. libvorbis wants one, and never gets to see a stranger's."""


class _Loader:
    """Stands in for PyOgg's loader: asks for the libraries by soname."""

    @staticmethod
    def load(name: str, *_args: object, **_kwargs: object) -> ctypes.CDLL | None:
        """The library, or None when it is missing or not needed."""
        try:
            return ctypes.CDLL(SONAMES[name])
        except (KeyError, OSError):
            return None


@cache
def _pyogg() -> Any:
    """PyOgg's module of Vorbis definitions, imported with our loader in the place of its own, and
    without the package's `__init__`, which would import the rest.
    """
    spec = find_spec("pyogg")
    assert spec is not None
    package = ModuleType("pyogg")
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules[package.__name__] = package
    loader = ModuleType("pyogg.library_loader")
    vars(loader).update(ExternalLibrary=_Loader, ExternalLibraryError=OSError)
    sys.modules[loader.__name__] = loader
    from pyogg import vorbis  # noqa: PLC0415 - only after its loader was replaced

    if not vorbis.PYOGG_VORBIS_FILE_AVAIL:
        raise ConfigError(MISSING)
    return vorbis


class _Packet(ctypes.Structure):
    """`ogg_packet` with a data pointer that takes `bytes` as they are."""

    _fields_ = (
        ("packet", c_char_p),
        ("bytes", c_long),
        ("b_o_s", c_long),
        ("e_o_s", c_long),
        ("granulepos", c_int64),
        ("packetno", c_int64),
    )


@cache
def _function(name: str, arguments: int) -> Any:
    """A function of libvorbis that takes pointers and gives an int."""
    function = _pyogg().libvorbis[name]
    function.argtypes = [c_void_p] * arguments
    function.restype = c_int
    return function


def _call(name: str, *structs: ctypes.Structure) -> int:
    """Call a function of libvorbis with the addresses of `structs`."""
    result: int = _function(name, len(structs))(*map(ctypes.addressof, structs))
    return result


class Synthesis:
    """libvorbis' decoder for one logical stream: audio packets in, frames out.

    Made from the identification and setup headers, which must have passed `headers` and
    `setup_guard`: libvorbis itself can be crashed. Raises `Unplayable` when it refuses them,
    `ConfigError` when the libraries are missing. One thread at a time.
    """

    def __init__(self, identification: bytes, setup: bytes) -> None:
        vorbis = _pyogg()
        self._info = vorbis.vorbis_info()
        self._comment = vorbis.vorbis_comment()
        self._state = vorbis.vorbis_dsp_state()
        self._block = vorbis.vorbis_block()
        self._packet = _Packet(granulepos=-1)
        self._views: list[Samples] = []
        self._loudness = Loudness()
        self._last: tuple[bytes, bool] | None = None  # that was taken, and was it silenced?
        _call("vorbis_info_init", self._info)
        _call("vorbis_comment_init", self._comment)
        self._open = True
        try:
            self._read_headers((identification, EMPTY_COMMENTS, setup))
        except Unplayable:
            self.close()
            raise
        self._most_frames: int = self._state.pcm_storage // 2  # that a packet completes
        self._synthesis = _function("vorbis_synthesis", 2)
        self._blockin = _function("vorbis_synthesis_blockin", 2)

    def _read_headers(self, headers: tuple[bytes, ...]) -> None:
        """Hand the three headers over and set the decoder up."""
        for index, header in enumerate(headers):
            packet = _Packet(packet=header, bytes=len(header), b_o_s=int(index == 0))
            if _call("vorbis_synthesis_headerin", self._info, self._comment, packet):
                raise Unplayable("The stream's Vorbis headers are damaged; it cannot be played.")
        if _call("vorbis_synthesis_init", self._state, self._info):
            raise Unplayable("The stream's Vorbis set-up is damaged; it cannot be played.")
        _call("vorbis_block_init", self._state, self._block)
        # libvorbis writes each channel into one array that stays where it is until it is freed.
        storage = ctypes.c_float * self._state.pcm_storage
        for channel in range(self._info.channels):
            address = ctypes.addressof(self._state.pcm[channel].contents)
            self._views.append(np.frombuffer(storage.from_address(address), dtype=np.float32))

    def decode(self, packets: list[bytes]) -> tuple[Samples, int]:
        """The frames that `packets` complete, and how many of the packets were damaged.

        The first packet of all gives none: each is overlapped with the one before it. Never above
        full scale, never NaN. Where packets are damaged, those that are louder than the stream has
        been become silence; see `loudness`.
        """
        before = self._last
        samples, ends, refused, misfits = self._run(packets)
        if refused or misfits:
            self._loudness.doubt()
        elif self._loudness.is_sound(samples):
            return bounded(samples), 0
        silent: set[int] = set()
        for _ in range(PASSES):
            too_loud = self._loudness.too_loud(samples, ends, misfits, silent)
            if not too_loud:
                break
            silent |= too_loud
            _call("vorbis_synthesis_restart", self._state)
            if before is not None:
                self._run([before[0]], {0} if before[1] or -1 in silent else ())
            samples, ends, refused, _ = self._run(packets, silent)
        return bounded(samples), refused + len(silent - {-1})

    def _run(
        self, packets: list[bytes], silent: Collection[int] = ()
    ) -> tuple[Samples, list[int], int, set[int]]:
        """Decode `packets`: the frames, where those of each packet end, how many packets were
        refused, and which misfit. Those in `silent` become silence, with the slopes of their
        windows on both sides.
        """
        out = np.empty((len(packets) * self._most_frames, len(self._views)), dtype=np.float32)
        packet, state, block = self._packet, self._state, self._block
        packet_at, state_at, block_at = map(ctypes.addressof, (packet, state, block))
        bits = block.opb
        filled = damaged = 0
        ends: list[int] = []
        misfits: set[int] = set()
        taken = None
        for index, data in enumerate(packets):
            if not data:  # is allowed, and stands for nothing
                ends.append(filled)
                continue
            packet.packet = data
            size = len(data)
            packet.bytes = size + 1  # the zero behind all `bytes`: does anybody ask for it?
            refused = self._synthesis(block_at, packet_at)
            left = 8 * (size - bits.endbyte) - bits.endbit
            odd = data[-1] >> (8 - left) if 0 <= left < 8 else _odd_end(data, left)
            if refused or odd or index in silent:
                refused = self._retry(data, index in silent)
                if not refused:
                    misfits.add(index)
            if refused or self._blockin(state_at, block_at):
                damaged += 1
                ends.append(filled)
                continue
            taken = index
            start, stop = state.pcm_returned, state.pcm_current
            end = filled + stop - start
            for channel, view in enumerate(self._views):
                out[filled:end, channel] = view[start:stop]
            state.pcm_returned = stop  # what vorbis_synthesis_read does
            filled = end
            ends.append(filled)
        if taken is not None:
            self._last = packets[taken], taken in silent
        return out[:filled], ends, damaged, misfits

    def _retry(self, data: bytes, silent: bool) -> int:
        """Decode a packet that misfits as libvorbis would have it, or make `silent` of it. Not 0:
        it is refused.
        """
        self._packet.packet = data
        self._packet.bytes = len(data)
        refused: int = self._synthesis(*map(ctypes.addressof, (self._block, self._packet)))
        if silent and not refused:
            size = self._block.pcmend * ctypes.sizeof(ctypes.c_float)
            for channel in range(self._info.channels):
                ctypes.memset(self._block.pcm[channel], 0, size)
        return refused

    def packets_in(self, frames: int) -> int:
        """How many packets complete no more than so many frames, whatever they hold; at least 1."""
        return max(frames // self._most_frames, 1)

    def frames(self, packets: list[bytes]) -> list[int]:
        """How many frames each of the first packets of a stream completes, without decoding: half
        of its own block and of the one before overlap (Vorbis I, 1.3.2). 0 for damaged ones.
        """
        packet = self._packet
        counts, before = [], 0
        for data in packets:
            packet.packet = data
            packet.bytes = len(data)
            size = max(_call("vorbis_packet_blocksize", self._info, packet), 0)
            counts.append((before + size) // 4 if before and size else 0)
            before = size or before
        return counts

    def restart(self) -> None:
        """Forget what came before: the next packet comes from another place, or another stream."""
        _call("vorbis_synthesis_restart", self._state)
        self._loudness = Loudness()
        self._last = None

    def close(self) -> None:
        """Free what libvorbis holds. Harmless twice."""
        if not self._open:
            return
        self._open = False
        self._views.clear()
        _call("vorbis_block_clear", self._block)
        _call("vorbis_dsp_clear", self._state)
        _call("vorbis_comment_clear", self._comment)
        _call("vorbis_info_clear", self._info)


def _odd_end(data: bytes, left: int) -> bool:
    """Whether a packet of which `left` bits were not read (below 0: too many were) does not end
    there. Zeros are what some encoders put behind the contents.
    """
    return left < 0 or bool(int.from_bytes(data, "little") >> (8 * len(data) - left))
