"""The door for who has a shell on the machine: a socket in the file system, which its permissions
guard. It lets somebody new in, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import msgspec

from receiver.errors import NoReceiver

FILE_NAME = "pair.sock"
MOST_BYTES = 4096
ANSWER_S = 10.0


class Invitation(msgspec.Struct, frozen=True):
    """What to say or show to whoever is to come in: a `code`, or an address that holds it, which
    is also what the QR code is of.
    """

    code: str
    url: str
    seconds: float


@contextlib.asynccontextmanager
async def local_door(path: Path, invite: Callable[[], Invitation]) -> AsyncIterator[None]:
    """Answer with an invitation at `path` while the block lasts. Raises `OSError` where there can
    be no socket.
    """

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(msgspec.json.encode(invite()))
        writer.close()

    server = await asyncio.start_unix_server(serve, sock=_bound(path))
    try:
        yield
    finally:
        server.close()
        _remove(path)


def _bound(path: Path) -> socket.socket:
    """A socket at `path` for its owner alone."""
    _remove(path)
    bound, before = socket.socket(socket.AF_UNIX), os.umask(0o177)
    try:
        bound.bind(str(path))
    except OSError:
        bound.close()
        raise
    finally:
        os.umask(before)
    return bound


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def local_door_path(environ: Mapping[str, str], state_dir: Path) -> Path:
    """Where the socket of a receiver is that was started with this environment."""
    runtime = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(runtime or state_dir) / FILE_NAME


def knock(paths: list[Path]) -> Invitation:
    """Ask the receiver on this machine to let somebody in. Raises `NoReceiver`."""
    reason = "it does not run"
    for path in paths:
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(ANSWER_S)
                door.connect(str(path))
                return msgspec.json.decode(_all_of(door), type=Invitation)
        except PermissionError:
            reason = f"you may not use {path}; try sudo"
        except (FileNotFoundError, ConnectionRefusedError):
            continue
        except (OSError, msgspec.MsgspecError) as error:
            reason = str(error)
    raise NoReceiver(f"The receiver on this machine cannot be asked: {reason}.")


def _all_of(door: socket.socket) -> bytes:
    told = b""
    while len(told) < MOST_BYTES and (more := door.recv(MOST_BYTES)):
        told += more
    return told
