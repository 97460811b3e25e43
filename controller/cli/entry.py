"""From the words on the command line to a command and an exit code."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from pathlib import Path

from controller.cli.arguments import Arguments, make_parser, shield_negative
from controller.cli.complain import complain
from receiver.errors import Internal, TonearmError

TRACEBACK = "TONEARM_TRACEBACK"
OWN_MODULE = {
    "cast", "watch", "discover", "status", "transfer", "queue", "doctor", "pair", "pairings",
    "join", "history", "settings", "completion",
}  # fmt: skip
"""Commands with a module and a function of their name; all others are `simple`."""
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
    """Call the command; its module is loaded only now: each loads what it needs, and no more."""
    name = arguments.command if arguments.command in OWN_MODULE else "simple"
    command = getattr(importlib.import_module(f"controller.cli.{name}"), name)
    code: int = command(arguments)
    return code
