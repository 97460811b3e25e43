"""`tonearm-receiver`, or `python -m receiver`: the daemon's way in."""

from __future__ import annotations

import os
import sys

from receiver.config.load import Loaded, load, table
from receiver.errors import TonearmError
from receiver.logs.lines import set_up


def main() -> None:
    """Read the configuration and run the receiver; exits with the code of the error, if any."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy takes memory for every core
    try:
        _main()
    except TonearmError as error:
        sys.stderr.write(f"tonearm-receiver: {error.message}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"tonearm-receiver: {error}\n")
        sys.exit(1)


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
