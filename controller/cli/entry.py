"""From the words on the command line to a command and an exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

from controller.cli.arguments import Arguments, make_parser, shield_negative
from controller.cli.complain import complain
from receiver.errors import Internal, TonearmError

TRACEBACK = "TONEARM_TRACEBACK"
INTERRUPTED = 128 + signal.SIGINT


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns the exit code, as listed in `tonearm --help`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if argv is None else argv
    arguments = make_parser().parse_args(shield_negative(words), Arguments())
    try:
        return _run(arguments)
    except TonearmError as error:
        complain(error, arguments.json)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone, as `head` does. The flush at exit must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:
        if TRACEBACK in os.environ:
            raise
        complain(_fault(error), arguments.json)
        return Internal.exit_code


def _fault(error: Exception) -> Internal:
    """What to say of an error that nobody expected: a line that can be reported."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    place = f"{Path(frame.f_code.co_filename).name}:{line}"
    return Internal(
        f"This is a fault in tonearm: {type(error).__name__} at {place}: {error}."
        f" Please report it; {TRACEBACK}=1 in the environment shows how it came about."
    )


def _run(arguments: Arguments) -> int:
    """Call the command; its module is loaded only now."""
    # ruff: noqa: PLC0415 - each command loads what it needs, and no more
    match arguments.command:
        case "cast":
            from controller.cli.cast import cast

            return cast(arguments)
        case "watch":
            from controller.cli.watch import watch

            return watch(arguments)
        case "discover":
            from controller.cli.discover import discover

            return discover(arguments)
        case "status":
            from controller.cli.status import status

            return status(arguments)
        case "transfer":
            from controller.cli.transfer import transfer

            return transfer(arguments)
        case "queue":
            from controller.cli.queue import queue

            return queue(arguments)
        case "doctor":
            from controller.cli.doctor import doctor

            return doctor(arguments)
        case "completion":
            from controller.cli.completion import completion

            return completion(arguments)
        case _:
            from controller.cli.simple import simple

            return simple(arguments)
