"""libvorbisfile and libogg by ctypes: what ours is compared with."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def decode(path: Path) -> list[Samples]:
    """The links of a file as libvorbisfile decodes them, clipped to full scale."""
    lib = ctypes.CDLL("libvorbisfile.so.3")
    lib.ov_info.restype = ctypes.POINTER(ctypes.c_int)
    lib.ov_read_float.restype = ctypes.c_long
    file = ctypes.create_string_buffer(8192)  # larger than any OggVorbis_File
    assert lib.ov_fopen(str(path).encode(), file) == 0
    channels_at = ctypes.POINTER(ctypes.POINTER(ctypes.c_float))()
    link = ctypes.c_int(-1)
    links: dict[int, list[Samples]] = {}
    while True:
        count = lib.ov_read_float(file, ctypes.byref(channels_at), 4096, ctypes.byref(link))
        if count == 0:
            break
        if count < 0:
            continue  # a hole: played over
        channels = lib.ov_info(file, link)[1]
        planes = [np.ctypeslib.as_array(channels_at[c], (count,)) for c in range(channels)]
        links.setdefault(link.value, []).append(np.stack(planes, axis=1).clip(-1, 1))
    lib.ov_clear(file)
    return [np.concatenate(blocks) for blocks in links.values()]


class _Sync(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("numbers", ctypes.c_int * 6))


class _Page(ctypes.Structure):
    _fields_ = (
        ("header", ctypes.POINTER(ctypes.c_ubyte)),
        ("header_len", ctypes.c_long),
        ("body", ctypes.POINTER(ctypes.c_ubyte)),
        ("body_len", ctypes.c_long),
    )


class _Packet(ctypes.Structure):
    _fields_ = (
        ("packet", ctypes.POINTER(ctypes.c_ubyte)),
        ("bytes", ctypes.c_long),
        ("flags", ctypes.c_long * 2),
        ("numbers", ctypes.c_int64 * 2),
    )


def packets(data: bytes) -> list[bytes]:
    """The packets of the one logical stream in `data`, as libogg finds them."""
    lib = ctypes.CDLL("libogg.so.0")
    lib.ogg_sync_buffer.restype = ctypes.c_void_p
    lib.ogg_sync_buffer.argtypes = [ctypes.c_void_p, ctypes.c_long]
    sync, found, packet = _Sync(), _Page(), _Packet()
    stream = ctypes.create_string_buffer(4096)
    lib.ogg_sync_init(ctypes.byref(sync))
    ctypes.memmove(lib.ogg_sync_buffer(ctypes.byref(sync), len(data) + 1), data, len(data))
    lib.ogg_sync_wrote(ctypes.byref(sync), ctypes.c_long(len(data)))
    out: list[bytes] = []
    begun = False
    while True:
        result = lib.ogg_sync_pageout(ctypes.byref(sync), ctypes.byref(found))
        if result == 0:
            break
        if result < 0:
            continue
        if not begun:
            lib.ogg_stream_init(stream, lib.ogg_page_serialno(ctypes.byref(found)))
            lib.ogg_stream_reset(stream)
            begun = True
        lib.ogg_stream_pagein(stream, ctypes.byref(found))
        while result := lib.ogg_stream_packetout(stream, ctypes.byref(packet)):
            if result > 0:
                out.append(bytes(packet.packet[: packet.bytes]))
    if begun:
        lib.ogg_stream_clear(stream)
    lib.ogg_sync_clear(ctypes.byref(sync))
    return out
