"""`tonearm-receiver`, or `python -m receiver`: the daemon's way in."""

from __future__ import annotations

import os
import sys

from receiver.config.load import Loaded, load, table
from receiver.errors import TonearmError
from receiver.logs.lines import last_words, set_up


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
    loaded = load(sys.argv[1:], os.environ)
    if loaded.check_config:
        sys.stdout.write(table(loaded))
        return
    if loaded.print_config:
        from receiver.config.sample import sample  # noqa: PLC0415 - only for this

        sys.stdout.write(sample())
        return
    if loaded.list_devices:
        from receiver.sink.portaudio import list_devices  # noqa: PLC0415 - only for this

        for device in list_devices():
            card = f"  card {device.card}" if device.card else ""
            sys.stdout.write(f"{device.name}  {device.channels} channels, {device.rate} Hz{card}\n")
        return
    if loaded.doctor:
        sys.exit(_doctor(loaded))
    set_up(loaded.config.log_level)
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
    )
    audio = AudioChild.fork(settings)
    from receiver.source.tls import certificates_later  # noqa: PLC0415

    with certificates_later():
        from receiver.app import run  # noqa: PLC0415

    asyncio.run(run(config, settings, audio))


def _doctor(loaded: Loaded) -> int:
    from receiver.doctor.machine import ThisMachine  # noqa: PLC0415 - only for this
    from receiver.doctor.visit import report, visit  # noqa: PLC0415
    from receiver.model.health import exit_code  # noqa: PLC0415

    told = visit(ThisMachine(), loaded.config)
    for line in report(told, as_json=loaded.json, colour=sys.stdout.isatty()):
        sys.stdout.write(f"{line}\n")
    return exit_code(told.verdict)


if __name__ == "__main__":
    main()
