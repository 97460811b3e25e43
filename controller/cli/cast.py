"""`tonearm cast`: what is cast, to whom, and whether one stays to see it."""

from __future__ import annotations

import json
import sys
from typing import Any

from controller import one_shot
from controller.cli.arguments import Arguments
from controller.cli.complain import complain
from controller.cli.myself import signed
from controller.cli.values import is_url, parse_seek
from controller.known import Known, Memory
from controller.locate import locate
from receiver.errors import BadRequest, NoReceiver, Superseded, TonearmError


def cast(arguments: Arguments) -> int:
    """Play what is named, one after the other."""
    start_ms = _start(arguments.start)
    _check_files(arguments.what)
    detached = _detached(arguments)
    receiver = locate(arguments.device, Memory()).receiver
    if detached:
        return _send(arguments, receiver, start_ms)

    import asyncio  # noqa: PLC0415 - URLs that are not watched do not need it

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
    possible = all(map(is_url, arguments.what))
    if arguments.detach and not possible:
        raise BadRequest(
            "--detach takes URLs only: files are served from this computer for as long as the"
            " command runs."
        )
    return possible and (arguments.detach or arguments.json or not sys.stdout.isatty())


def _send(arguments: Arguments, receiver: Known, start_ms: float) -> int:
    """Play the first that can be played, and leave the others in the queue. What cannot be played
    is told of, and left out.
    """
    exit_code = 0
    for tried, url in enumerate(arguments.what, 1):
        fields = {"url": url, "position_ms": start_ms, "paused": arguments.paused, **signed()}
        start_ms = 0.0
        try:
            result = one_shot.send(receiver.address, "play", fields)
        except (NoReceiver, Superseded):
            raise
        except TonearmError as error:
            complain(error, arguments.json, url if len(arguments.what) > 1 else "")
            exit_code = exit_code or error.exit_code
            continue
        ids = _add(receiver, arguments.what[tried:])
        _tell(arguments, {"receiver": receiver.id, "url": url, **result, "queued": ids})
        break
    return exit_code


def _add(receiver: Known, urls: list[str]) -> list[str]:
    if not urls:
        return []
    from controller.cli.queue import add  # noqa: PLC0415 - one URL does not need it

    return add(receiver.address, urls)


def _tell(arguments: Arguments, result: dict[str, Any]) -> None:
    if arguments.json:
        print(json.dumps(result))
    elif arguments.verbose:
        import msgspec  # noqa: PLC0415 - only for the table

        from controller.cli.receipt import receipt_lines  # noqa: PLC0415
        from receiver.model.state import Receipt  # noqa: PLC0415

        print("\n".join(receipt_lines(msgspec.convert(result.get("receipt", {}), Receipt))))
