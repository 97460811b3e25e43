"""The daemon: what the machine has for a receiver, and the receiver run with it."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING

from receiver.clock.system import SystemClock, SystemWallClock
from receiver.config.load import Loaded as Configured
from receiver.config.options import names_in
from receiver.discovery.addresses import own_interfaces
from receiver.engine.child import AudioChild
from receiver.engine.process_link import ProcessLink
from receiver.engine.settings import EngineSettings
from receiver.front import Front
from receiver.memory import forget_code, give_back_early, settle
from receiver.peers.dial import dialler
from receiver.server.certificate import certificate_in
from receiver.settings import Settings
from receiver.source.base import ByteSource
from receiver.source.connections import HttpClient
from receiver.source.file import FileSource
from receiver.source.http import HttpSource
from receiver.source.policy import Policy
from receiver.store.file import FileStore
from receiver.store.history_file import HistoryFile
from receiver.store.settings import SettingsFile
from receiver.store.trust import TrustFile
from receiver.store.uploads import MB, Bounds, Uploads

if TYPE_CHECKING:
    from hw.settings import Hardware

from receiver.app import Kept, Receiver, Surroundings

log = logging.getLogger(__name__)


async def run(
    configured: Configured, settings: EngineSettings, audio: AudioChild, hardware: Hardware | None
) -> None:
    """Run the receiver that was `configured` with this `hardware`, with its first audio process,
    which is there already, until SIGTERM or SIGINT.
    """
    config = configured.config
    clock = SystemClock()
    link = ProcessLink(settings, clock, audio)
    store = FileStore(config.state_dir)
    paired = config.auth == "pair"
    bounds = Bounds(config.upload_mb * MB, config.cache_mb * MB)
    uploads = Uploads(config.cache_dir / "uploads", bounds)
    policy = Policy(
        own_interfaces,
        port=config.port,
        loopback=config.loopback,
        names=names_in(config.home_names),
    )
    async with HttpClient(clock, policy) as client, dialler(tls=paired) as dial:

        def open_source(url: str) -> ByteSource:
            file = uploads.file_of(url)
            return FileSource(file, url, clock) if file else HttpSource(url, client, clock)

        loaded = await asyncio.to_thread(store.load)
        await asyncio.to_thread(uploads.load)
        certificate = None
        if paired:
            certificate = await asyncio.to_thread(certificate_in, config.state_dir)
        kept = Kept(
            loaded,
            store,
            TrustFile(config.state_dir),
            HistoryFile(config.state_dir),
            certificate,
            uploads,
            Settings(configured, SettingsFile(config.state_dir), clock),
        )
        around = Surroundings(
            link, policy, open_source, dial, clock, SystemWallClock(), Front(hardware, clock)
        )
        receiver = Receiver(kept, around)
        del kept, loaded  # a queue may be long
        async with receiver.running() as port:
            policy.port = port
            log.info("%s is ready on port %d.", config.name, port)
            settle()
            forget_code()
            give_back_early()
            log.info("Stopping: told by %s.", await _told_to_stop())


async def _told_to_stop() -> str:
    """Wait for a signal; gives its name."""
    told: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.put_nowait, number.name)
    return await told.get()
