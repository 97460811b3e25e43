"""The two ends of a network as programs, to be run inside of namespaces.

    python -m tests.discovery.programs advertise '{"id": ..., "name": ..., "port": ...}'
    python -m tests.discovery.programs browse ADDRESS

`advertise` prints its log, `browse` what it sees, again and again, as one JSON object a line. Both
end on SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from dataclasses import asdict

from receiver.clock.system import SystemClock
from receiver.discovery.base import Advertisement
from receiver.discovery.zeroconf_advertiser import ZeroconfAdvertiser
from tests.discovery.browser import Browser


async def advertise(what: str) -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    await ZeroconfAdvertiser(Advertisement(**json.loads(what)), SystemClock()).run()


async def browse(address: str) -> None:
    async with Browser([address]) as browser:
        while True:
            seen = {name: asdict(found) for name, found in (await browser.see()).items()}
            sys.stdout.write(json.dumps(seen) + "\n")
            sys.stdout.flush()
            await asyncio.sleep(0.2)


async def until_told(program: str, argument: str) -> None:
    """Run it as a task that SIGTERM cancels, as the receiver runs its parts."""
    async with asyncio.TaskGroup() as tasks:
        job = tasks.create_task({"advertise": advertise, "browse": browse}[program](argument))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, job.cancel)


if __name__ == "__main__":
    asyncio.run(until_told(*sys.argv[1:3]))
