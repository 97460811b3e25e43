"""`python -m controller.demo`: exits with 0 when everything worked."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from controller.demo.show import run_show
from controller.demo.speaker import Speaker
from receiver.errors import TonearmError


def main() -> int:
    """Start a speaker in a folder of its own and run the show on it."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix="tonearm-demo-") as folder,
            Speaker(Path(folder)) as speaker,
        ):
            asyncio.run(run_show(speaker))
    except TonearmError as error:
        sys.stderr.write(f"demo: {error.message}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
