"""`tonearm-receiver`, or `python -m receiver`: the daemon's way in."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from receiver.config.load import Kept, Loaded, load
from receiver.errors import TonearmError
from receiver.logs.lines import last_words, set_up

if TYPE_CHECKING:
    from hw.settings import Hardware


log = logging.getLogger(__name__)


def main() -> None:
    """Read the configuration and run the receiver; exits with the code of the error, if any."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy takes memory for every core
    try:
        _main()
    except Exception as error:
        cause = _cause(error)
        if not isinstance(cause, (TonearmError, OSError)):
            raise
        sys.stderr.write(last_words(_in_words(cause)))
        sys.exit(cause.exit_code if isinstance(cause, TonearmError) else 1)


def _cause(error: Exception) -> Exception:
    """The one error that a task met, out of the groups around it."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _in_words(error: TonearmError | OSError) -> str:
    if isinstance(error, TonearmError):
        return error.message
    return str(error) if error.filename else error.strerror or str(error)


def _main() -> None:
    loaded = load(sys.argv[1:], os.environ, _kept_in)
    hardware = _hardware(loaded)
    if loaded.task is not None:
        from receiver.errands import run_errand  # noqa: PLC0415 - a daemon has none to run

        sys.exit(run_errand(loaded.task, loaded, hardware))
    set_up(loaded.config.log_level)
    for trouble in loaded.kept.troubles:
        log.warning("%s", trouble)
    # The audio process splits off before control loads anything that it would only carry along.
    import asyncio  # noqa: PLC0415

    from receiver.engine.child import AudioChild  # noqa: PLC0415
    from receiver.engine.settings import EngineSettings  # noqa: PLC0415

    config = loaded.config
    settings = EngineSettings(
        backend=config.audio,
        device=config.device,
        rate=config.rate,
        buffer_ms=config.buffer_ms,
        max_buffer_ms=config.max_buffer_ms,
        log_level=config.log_level,
        linger_s=config.linger_s,
        release_s=config.release_s,
        volume=config.volume,
    )
    audio = AudioChild.fork(settings)
    from receiver.source.tls import certificates_later  # noqa: PLC0415

    with certificates_later():
        from receiver.daemon import run  # noqa: PLC0415

    asyncio.run(run(loaded, settings, audio, hardware))


def _kept_in(folder: Path) -> Kept:
    """What people have set while the receiver of this folder ran."""
    from receiver.store.settings import SettingsFile  # noqa: PLC0415 - not for those who ask for help

    file = SettingsFile(folder)
    values, troubles = file.load()
    return Kept(values, str(file.path), troubles)


def _hardware(loaded: Loaded) -> Hardware | None:
    """What the configuration says of buttons and lights. Most have none, and load nothing of it."""
    if not loaded.tables and not loaded.config.profile:
        return None
    from hw.parse import parse  # noqa: PLC0415 - see above

    return parse(loaded.tables, loaded.config.profile, loaded.origins["profile"])


if __name__ == "__main__":
    main()
