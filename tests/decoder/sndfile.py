"""libsndfile as an encoder, by ctypes."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np

from receiver.pcm.format import Samples

_WRITE, _OGG_VORBIS = 0x20, 0x200000 | 0x60


class _Info(ctypes.Structure):
    _fields_ = (("frames", ctypes.c_int64), ("numbers", ctypes.c_int * 5))


def write_with_libsndfile(path: Path, samples: Samples, rate: int) -> None:
    """Encode `samples` as Ogg Vorbis."""
    lib = ctypes.CDLL("libsndfile.so.1")
    lib.sf_open.restype = ctypes.c_void_p
    lib.sf_writef_float.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    lib.sf_close.argtypes = [ctypes.c_void_p]
    info = _Info(numbers=(rate, samples.shape[1], _OGG_VORBIS, 0, 0))
    file = lib.sf_open(str(path).encode(), _WRITE, ctypes.byref(info))
    assert file
    data = np.ascontiguousarray(samples, dtype=np.float32)
    assert lib.sf_writef_float(file, data.ctypes.data, len(data)) == len(data)
    lib.sf_close(file)
