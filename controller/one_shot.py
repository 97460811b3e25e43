"""One command, one connection, one answer: for a command line that must start fast.

Standard library only, and little of it: `http.client` alone would double the time `tonearm pause`
takes, so the one request this needs is written here. It says HTTP/1.0, so that the answer ends
where the connection does and is never in chunks.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any

from controller.address import Address
from controller.keys import Key, Keys
from receiver.errors import NoReceiver, Unauthorized, error_from_code
from receiver.protocol.limits import COMMANDS_PATH, DOCTOR_PATH, STATUS_PATH

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 15.0
PLAY_SECONDS = 60.0
"""A play is answered when it is heard, so its answer waits for the server of the stream."""

TRANSFER_SECONDS = 30.0
"""A transfer is answered when the other receiver is heard, or when it has come to nothing."""

AS_PLAYS = ("play", "resume", "toggle", "next", "previous", "queue.jump")
"""Commands that are answered as a play is."""

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""The longest is a page of a queue."""


def send(
    address: Address, kind: str, fields: dict[str, Any] | None = None, key: Key | None = None
) -> dict[str, Any]:
    """Send the command `kind` with its `fields`, and return the result of its answer. With a `key`
    it is said to whom that is for, and to nobody else.

    Blocks the calling thread. Raises the `TonearmError` the receiver answers with, and
    `NoReceiver` where none answers.
    """
    command = {"type": kind, "id": "one-shot", **(fields or {})}
    body = json.dumps(command, allow_nan=False).encode()
    if key is None:
        answer = _exchange(address, "POST", COMMANDS_PATH, body, _patience(kind))
    else:
        answer = _request(
            address, "POST", COMMANDS_PATH, body, key, _patience(kind), CONNECT_SECONDS
        )
    if answer.get("type") != "done":
        raise _not_a_receiver(address)
    result = answer.get("result", {})
    return result if isinstance(result, dict) else {}


def fetch_status(address: Address, connect_seconds: float = CONNECT_SECONDS) -> dict[str, Any]:
    """The receiver's state message: `revision` and `state`. Raises as `send` does."""
    answer = _exchange(address, "GET", STATUS_PATH, b"", ANSWER_SECONDS, connect_seconds)
    state = answer.get("state")
    if not isinstance(state, dict):
        raise _not_a_receiver(address)
    if state.get("access", {}).get("auth") == "pair" and state.get("peers"):
        keys = Keys()
        key = keys.at(address)
        if key is not None:
            keys.share(key, state["peers"])
    return answer


def fetch_examination(address: Address) -> dict[str, Any]:
    """What the receiver finds wrong with itself, as in `receiver.model.health.Examination`. Takes
    some seconds. Raises as `send` does; for an older receiver, which has no doctor, `NoReceiver`.
    """
    return _exchange(address, "GET", DOCTOR_PATH, b"", ANSWER_SECONDS)


def _patience(kind: str) -> float:
    """So many seconds an answer is waited for."""
    if kind == "transfer":
        return TRANSFER_SECONDS
    return PLAY_SECONDS if kind in AS_PLAYS else ANSWER_SECONDS


def _exchange(
    address: Address,
    method: str,
    path: str,
    body: bytes,
    seconds: float,
    connect_seconds: float = CONNECT_SECONDS,
) -> dict[str, Any]:
    """One request and the JSON object it is answered with. It shows the token of a pairing with
    who was there last, or, where somebody else answers, of one with that.
    """
    keys = Keys()

    def request(key: Key | None) -> dict[str, Any]:
        return _request(address, method, path, body, key, seconds, connect_seconds)

    try:
        return request(keys.at(address))
    except Unauthorized as error:
        refused = error
    if "receiver" not in refused.detail:
        try:  # somebody else is there by now: who, it tells those who show nothing
            return request(None)
        except Unauthorized as error:
            refused = error
    other = keys.of(str(refused.detail.get("receiver")))
    if other is None:
        raise refused
    answer = request(other)
    keys.moved(other, address)
    return answer


def _request(
    address: Address,
    method: str,
    path: str,
    body: bytes,
    key: Key | None,
    seconds: float,
    connect_seconds: float,
) -> dict[str, Any]:
    authorization = f"Authorization: Bearer {key.token}\r\n" if key and key.token else ""
    request = (
        f"{method} {path} HTTP/1.0\r\nHost: {address.authority}\r\n{authorization}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode("ascii")
    try:
        with _connected(address, key, connect_seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(request + body)
            head, _, payload = _read_to_end(connection).partition(b"\r\n\r\n")
    except TimeoutError:
        raise no_answer(address, "it does not answer in time") from None
    except OSError as error:
        raise no_answer(address, reason_of(error)) from None
    return _message(address, head, payload)


def _connected(address: Address, key: Key | None, seconds: float) -> socket.socket:
    """A connection; over TLS to whom the key is for, and to nobody else, where that has any. Raises
    `Unauthorized`.
    """
    connection = socket.create_connection(address, seconds)
    if key is None or not key.fingerprint:
        return connection
    from controller.tls import secured  # noqa: PLC0415 - it loads OpenSSL

    return secured(connection, key.fingerprint)


def _read_to_end(connection: socket.socket) -> bytes:
    """All bytes up to the end of the connection, within the limit."""
    received = bytearray()
    while chunk := connection.recv(65536):
        received += chunk
        if len(received) > MAX_ANSWER_BYTES:
            break
    return bytes(received)


def _message(address: Address, head: bytes, payload: bytes) -> dict[str, Any]:
    """The message in an answer. Raises the error it stands for, if it is one."""
    if not head:
        raise no_answer(address, "it closed the connection")
    if not head.startswith(b"HTTP/1."):
        raise _not_a_receiver(address)
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError):
        raise _not_a_receiver(address) from None
    if not isinstance(message, dict):
        raise _not_a_receiver(address)
    if message.get("type") == "error":
        told = message.get("detail")
        detail = told if isinstance(told, dict) else {}
        error = error_from_code(str(message.get("code")), str(message.get("message")), detail)
        if isinstance(error, Unauthorized):
            error.detail["address"] = str(address)
        raise error
    return message


def reason_of(error: OSError) -> str:
    """The system's own words for an error; a name that was not found has no number to go by."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def no_answer(address: Address, reason: str) -> NoReceiver:
    """The error for an address that does not answer, with what to try."""
    return NoReceiver(
        f"No receiver answers at {address} ({reason}). Is it on and in this network?"
        " `tonearm discover` lists those in reach.",
        address=str(address),
    )


def _not_a_receiver(address: Address) -> NoReceiver:
    return NoReceiver(
        f"What answers at {address} is not a Tonearm receiver. Check the address and the port.",
        address=str(address),
    )
