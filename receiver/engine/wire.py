"""Messages between the two processes, one per datagram of a SEQPACKET socket pair.

To the engine: an order (msgpack), or encoded bytes behind a small header, which are not copied
through msgpack. From the engine: reports (msgpack). Both ends are of one version, by construction.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import msgspec

from receiver.model.orders import Order
from receiver.model.reports import Report

MAX_DATAGRAM = 80 * 1024
"""Bytes. Datagrams are received into a buffer that is kept: so much anew each time would have the
kernel map and clear its pages.
"""
MAX_DATA = 64 * 1024
CREDIT = 128 * 1024
"""Bytes of a feed that may be sent and not yet be told to be taken: what the engine holds."""

_ORDER, _DATA, _END, _TAIL = 0, 1, 2, 3
_HEADER = struct.Struct("<BIIQQ")

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


@dataclass(frozen=True, slots=True)
class Data:
    """Encoded bytes of a track, in the order of their feed; `last`: no more follow in this feed."""

    track: int
    feed: int
    data: bytes
    last: bool = False


@dataclass(frozen=True, slots=True)
class Tail:
    """The last bytes of a track's stream, from `offset` to its end at `size`."""

    track: int
    offset: int
    size: int
    data: bytes


ToEngine = Order | Data | Tail


def encode(message: ToEngine) -> bytes:
    """One datagram for the engine."""
    if isinstance(message, Data):
        kind = _END if message.last else _DATA
        return _HEADER.pack(kind, message.track, message.feed, 0, 0) + message.data
    if isinstance(message, Tail):
        return _HEADER.pack(_TAIL, message.track, 0, message.offset, message.size) + message.data
    return bytes((_ORDER,)) + _encoder.encode(message)


def decode(datagram: bytes | memoryview) -> ToEngine:
    """What `encode` was given; nothing of it stays in the datagram."""
    if datagram[0] == _ORDER:
        return _orders.decode(memoryview(datagram)[1:])
    kind, track, feed, offset, size = _HEADER.unpack_from(datagram)
    body = bytes(datagram[_HEADER.size :])
    if kind == _TAIL:
        return Tail(track, offset, size, body)
    return Data(track, feed, body, last=kind == _END)


def encode_report(report: Report) -> bytes:
    """One datagram for control."""
    return _encoder.encode(report)


def decode_report(datagram: bytes | memoryview) -> Report:
    """What `encode_report` was given. Raises `ValueError` for anything else."""
    try:
        return _reports.decode(datagram)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
