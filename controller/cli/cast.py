"""`tonearm cast`: what is cast, to whom, and whether one stays to see it."""

from __future__ import annotations

import json
import sys
from typing import Any

from controller import one_shot
from controller.cli.arguments import Arguments
from controller.cli.values import is_url, parse_seek
from controller.known import Known, Memory
from controller.locate import locate
from receiver.errors import BadRequest


def cast(arguments: Arguments) -> int:
    """Play what is named, one after the other."""
    start_ms = _start(arguments.start)
    _check_files(arguments.what)
    detached = _detached(arguments)
    receiver = locate(arguments.device, Memory()).receiver
    if detached:
        return _send(arguments, receiver, start_ms)

    import asyncio  # noqa: PLC0415 - a single URL that is not watched does not need it

    from controller.cli.casting import run  # noqa: PLC0415

    return asyncio.run(run(arguments, receiver, start_ms))


def _check_files(names: list[str]) -> None:
    """A wrong name is told before anything plays. Raises `BadRequest`."""
    files = [name for name in names if not is_url(name)]
    if files:
        from controller.file_server import open_readable  # noqa: PLC0415 - it loads asyncio

        for name in files:
            open_readable(name).close()


def _start(text: str | None) -> float:
    fields = parse_seek(text or "0")
    if "position_ms" not in fields:
        raise BadRequest(f"--start takes a position, not the step {text.strip() if text else ''}.")
    return float(fields["position_ms"])


def _detached(arguments: Arguments) -> bool:
    """Whether the command returns when the music is heard. Raises `BadRequest`."""
    possible = len(arguments.what) == 1 and is_url(arguments.what[0])
    if arguments.detach and not possible:
        raise BadRequest(
            "--detach takes one URL: files are served, and lists played, from this computer"
            " for as long as the command runs."
        )
    return possible and (arguments.detach or arguments.json or not sys.stdout.isatty())


def _send(arguments: Arguments, receiver: Known, start_ms: float) -> int:
    url = arguments.what[0]
    fields: dict[str, Any] = {"url": url, "position_ms": start_ms, "paused": arguments.paused}
    result = one_shot.send(receiver.address, "play", fields)
    if arguments.json:
        print(json.dumps({"receiver": receiver.id, "url": url, **result}))
    elif arguments.verbose:
        import msgspec  # noqa: PLC0415 - only for the table

        from controller.cli.receipt import receipt_lines  # noqa: PLC0415
        from receiver.model.state import Receipt  # noqa: PLC0415

        print("\n".join(receipt_lines(msgspec.convert(result.get("receipt", {}), Receipt))))
    return 0
