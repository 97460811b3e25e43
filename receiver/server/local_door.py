"""The door for who has a shell on the machine: a socket in the file system, which its permissions
guard. It lets somebody new in, and tells what is wrong; it plays nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from receiver.errors import NoReceiver

T = TypeVar("T")

SERVICE_DIR = Path("/run/tonearm")
FILE_NAME = "local.sock"
MOST_BYTES = 1 << 20
ANSWER_S = 20.0
"""A doctor takes some seconds."""

Answers = Mapping[str, Callable[[], Awaitable[msgspec.Struct]]]
"""What is answered to each word."""


class Invitation(msgspec.Struct, frozen=True):
    """What to say or show to whoever is to come in: a `code`, or an address that holds it, which
    is also what the QR code is of.
    """

    code: str
    url: str
    seconds: float


@contextlib.asynccontextmanager
async def local_door(path: Path, answers: Answers) -> AsyncIterator[None]:
    """Answer each line that is one word at `path`, while the block lasts. Raises `OSError` where
    there can be no socket.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                word = (await reader.readline()).decode(errors="replace").strip()
                if word in answers:
                    writer.write(msgspec.json.encode(await answers[word]()))
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


def local_doors(state_dir: Path) -> list[Path]:
    """Where the receiver of this machine may have its socket: the service, or one that somebody
    started.
    """
    return [SERVICE_DIR / FILE_NAME, state_dir / FILE_NAME]


def knock(paths: Iterable[Path], word: str, kind: type[T]) -> T:
    """What the receiver on this machine answers to a word. Blocks. Raises `NoReceiver`."""
    reason = "it does not run"
    for path in paths:
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(ANSWER_S)
                door.connect(str(path))
                door.sendall(f"{word}\n".encode())
                return msgspec.json.decode(_all_of(door), type=kind)
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
