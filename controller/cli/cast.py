"""`tonearm cast`: what is cast, to whom, and whether one stays to see it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from controller.cli.arguments import Arguments
from controller.cli.complain import complain
from controller.cli.myself import signed
from controller.cli.named import wanted
from controller.cli.values import parse_seek
from controller.known import Memory
from controller.locate import Located, locate
from controller.parts import NOTHING_BEGUN, parts
from controller.wanted import Wanted
from receiver.errors import BadRequest, TonearmError


def cast(arguments: Arguments) -> int:
    """Play what is named, one after the other. A wrong name is told before anything plays."""
    start_ms = _start(arguments.start)
    what = wanted(arguments.what)
    detached = _detached(arguments, what)
    located = locate(arguments.device, Memory())
    if detached:
        return _send(arguments, located, [one.entry(one.what) for one in what], start_ms)

    import asyncio  # noqa: PLC0415 - URLs that are not watched do not need it

    from controller.cli.casting import run  # noqa: PLC0415

    return asyncio.run(run(arguments, located, what, start_ms))


def _start(text: str | None) -> float:
    fields = parse_seek(text or "0")
    if "position_ms" not in fields:
        raise BadRequest(f"--start takes a position, not the step {text.strip() if text else ''}.")
    return float(fields["position_ms"])


def _detached(arguments: Arguments, what: Sequence[Wanted]) -> bool:
    """Whether the command returns when the music is heard. Raises `BadRequest`."""
    possible = not any(one.is_file for one in what)
    if arguments.detach and not possible:
        raise BadRequest(
            "--detach takes URLs only: files are served from this computer for as long as the"
            " command runs."
        )
    return possible and (arguments.detach or arguments.json or not sys.stdout.isatty())


def _send(
    arguments: Arguments, located: Located, entries: Sequence[dict[str, Any]], start_ms: float
) -> int:
    """Play it all, and return when the first is heard. If that cannot be played, it is told of, and
    the others play.
    """
    first, *rest = parts(entries, lambda entry: len(json.dumps(entry)))
    fields = {"items": first, "position_ms": start_ms, "paused": arguments.paused, **signed()}
    url, exit_code = entries[0]["url"], 0
    try:
        result = located.send("play", fields)
    except NOTHING_BEGUN:
        raise
    except TonearmError as error:
        complain(error, arguments.json, url if len(entries) > 1 else "")
        exit_code = error.exit_code
    for part in rest:
        located.send("queue.add", {"items": part, **signed()})
    if not exit_code:
        _tell(
            arguments,
            {"receiver": located.receiver.id, "url": url, "items": len(entries), **result},
        )
    return exit_code


def _tell(arguments: Arguments, result: dict[str, Any]) -> None:
    if arguments.json:
        print(json.dumps(result))
    elif arguments.verbose:
        import msgspec  # noqa: PLC0415 - only for the table

        from controller.cli.receipt import receipt_lines  # noqa: PLC0415
        from receiver.model.state import Receipt  # noqa: PLC0415

        print("\n".join(receipt_lines(msgspec.convert(result.get("receipt", {}), Receipt))))
