"""A program: our receiver with a storm of garbage collections in its control process."""

from __future__ import annotations

import gc
import threading
import time

from receiver.__main__ import main

CALM_S = 2.0
"""Until it has started: its children are to be born in good weather."""
PAUSE_S = 0.05


def storm() -> None:
    """Make much garbage and collect it, for ever."""
    time.sleep(CALM_S)
    while True:
        garbage: list[object] = [[number] for number in range(200_000)]
        garbage.append(garbage)
        del garbage
        gc.collect()
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    threading.Thread(target=storm, daemon=True).start()
    main()
