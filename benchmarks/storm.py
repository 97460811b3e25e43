"""A program: our receiver with a storm of garbage collections in its control process."""

from __future__ import annotations

import gc
import threading
import time

from receiver.__main__ import main
from receiver.engine.child import AudioChild
from receiver.engine.settings import EngineSettings

CALM_S = 2.0
"""Until it has started."""
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


def fork_and_storm(settings: EngineSettings) -> AudioChild:
    """Fork the audio process as ever, and then let the storm loose in this one."""
    child = fork(settings)
    threading.Thread(target=storm, daemon=True).start()
    return child


if __name__ == "__main__":
    fork, AudioChild.fork = AudioChild.fork, fork_and_storm  # type: ignore[method-assign]
    main()
