"""What PortAudio does not say of an ALSA device."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PLAYBACK = 0
NONBLOCK = 1
S16 = 2
FINER = (6, 10, 14, 32)
"""ALSA's numbers of S24_LE, S32_LE, FLOAT_LE and S24_3LE."""


def takes_only_int16(pcm: str) -> bool:
    """Whether the device `pcm` ("hw:1,0", "default") takes 16 bits and nothing finer.

    Opens it for a moment; False when that cannot be done.
    """
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError:
        return False
    handle = ctypes.c_void_p()
    with quiet_stderr():
        if alsa.snd_pcm_open(ctypes.byref(handle), pcm.encode(), PLAYBACK, NONBLOCK) < 0:
            return False
        try:
            alsa.snd_pcm_hw_params_sizeof.restype = ctypes.c_size_t
            choices = ctypes.create_string_buffer(alsa.snd_pcm_hw_params_sizeof())
            if alsa.snd_pcm_hw_params_any(handle, choices) < 0:
                return False
            test = alsa.snd_pcm_hw_params_test_format
            return test(handle, choices, S16) == 0 and all(
                test(handle, choices, finer) != 0 for finer in FINER
            )
        finally:
            alsa.snd_pcm_close(handle)


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what C libraries write to stderr nowhere: ALSA and PortAudio tell there of each device
    that they could not open, and what matters comes back as an error too.
    """
    sys.stderr.flush()
    before = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)
