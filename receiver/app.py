"""Puts a receiver together and runs it: the one file that may name every part."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NamedTuple

import msgspec

from receiver import __version__
from receiver.clock.base import Clock, WallClock
from receiver.config.config import Config
from receiver.config.options import addresses_in, names_in
from receiver.control_loop import ControlLoop, Reply
from receiver.covers.covers import Covers
from receiver.discovery.addresses import reachable, usable_addresses
from receiver.discovery.base import Advertisement, Seen, ServiceAdvertiser
from receiver.engine.link import EngineLink
from receiver.front import Front
from receiver.logs.diary import Diary
from receiver.memory import Thrift, rest
from receiver.model.health import Examination
from receiver.model.orders import Speak
from receiver.model.reports import Report
from receiver.model.state import ClockId, Output, Peer, ReceiverInfo, State
from receiver.pairing import Pairing
from receiver.pcm.volume import decibels, gain_of
from receiver.peers.base import Address, Dial
from receiver.peers.house import House
from receiver.player.player import OpenSource, Player
from receiver.protocol.commands import Command, SettingsGet, SettingsSet
from receiver.protocol.limits import DEFAULT_PORT
from receiver.protocol.peers import Hello
from receiver.server.callers import Callers
from receiver.server.certificate import Certificate
from receiver.server.cover_door import CoverDoor
from receiver.server.door import Door
from receiver.server.gate import Gate
from receiver.server.guard import Guard
from receiver.server.http import Server
from receiver.server.hub import MAX_TO_PEER, Hub
from receiver.server.local_door import local_door_path
from receiver.server.metrics import Metrics
from receiver.server.page import Page, folder_beside
from receiver.server.places import Places
from receiver.server.rules import own_names
from receiver.server.uploads import UploadDoor
from receiver.service.service import Service
from receiver.session.caps import Caps
from receiver.session.history import History
from receiver.session.loudness import Loudness
from receiver.session.memoir import Memoir
from receiver.session.observer import Observers
from receiver.session.roaming import RoamingSession
from receiver.session.session import Session
from receiver.settings import Settings, Subject
from receiver.source.policy import Policy
from receiver.store.base import Loaded, Store
from receiver.store.chronicle import Chronicle
from receiver.store.history_file import HistoryFile
from receiver.store.keeper import Keeper
from receiver.store.trust import TrustFile
from receiver.store.uploads import Uploads

log = logging.getLogger(__name__)

LOOK_S = 1.0
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Kept(NamedTuple):
    """What a receiver has from earlier, and where it keeps it."""

    loaded: Loaded
    store: Store
    trust: TrustFile
    history: HistoryFile
    certificate: Certificate | None
    uploads: Uploads
    settings: Settings


class Surroundings(NamedTuple):
    """What a receiver has to do with: the audio process, the network and where in it music may come
    from, the time, its buttons.
    """

    link: EngineLink
    policy: Policy
    open_source: OpenSource
    dial: Dial
    clock: Clock
    wall: WallClock
    front: Front


class Receiver:
    """All parts of one receiver, joined."""

    def __init__(self, kept: Kept, around: Surroundings) -> None:
        self._settings = kept.settings
        config = kept.settings.config
        clock = self._clock = around.clock
        self._front = around.front
        self._metrics = Metrics(clock)
        self._service = Service.of_environment(os.environ, clock, os.getpid())
        self._diary = Diary(clock)
        self._hub = Hub()
        self._peer_news = Hub()
        boot, own_id = _boot_id(), kept.loaded.saved.receiver_id
        self._certificate = kept.certificate
        self._pairing = pairing = Pairing(
            config, own_id, kept.trust, kept.certificate, clock, around.wall, self._own_url
        )
        self._local_door = local_door_path(os.environ, config.state_dir)
        info = ReceiverInfo(own_id, config.name, __version__, ClockId(own_id, boot))
        session = self._session = _session(config, info, around.wall)
        self._keeper = Keeper(kept.store, kept.loaded, Memoir(session), boot, clock)
        self._keeper.bring_back(kept.loaded, resume=config.resume)
        me = Hello(own_id, config.name, __version__, 0, uuid.uuid4().hex)
        self._peers: dict[str, Peer] = {}
        house = self._house = House(
            me, pairing.credentials, lambda: self._peer_news.join(MAX_TO_PEER), around.dial, clock
        )
        roaming = RoamingSession(session, house.facts)
        observers = Observers(self._metrics, self._service)
        self._chronicle = Chronicle(kept.history, session.history, clock)
        self._loop = ControlLoop(roaming, clock, self._publish, self._remember, observers)
        open_source = self._front.heralding(around.open_source)
        self._covers = Covers(self._reported)
        self._player = Player(around.link, open_source, clock, self._covers.report)
        kept.settings.subject = Subject(self._be_set, self._player.order, self._loop.be_set)
        doorkeeper = pairing.doorkeeper
        doorkeeper.changed = self._loop.changed
        pairing.tell = house.tell_trust
        pairing.say = self._say
        pairing.lasting_host = self._lasting_host
        self._door = Door(self._hub, self._ask, house.forward, doorkeeper, clock)
        policy = around.policy
        policy.lent = self._keeper.lent
        policy.peers = lambda: [(peer.host, peer.port) for peer in house.peers.values()]
        self._door.named_here = policy.named_here
        places = Places(lambda: {peer.host for peer in house.peers.values()})
        gate = Gate(clock, self._metrics, places)
        guard = Guard(clock, _names(config, own_id))
        self._server = Server(
            self._hub, self._door, house.serve, self._metrics, self._examine, gate, guard
        )
        kept.uploads.base = self._own_url
        kept.uploads.wanted = self._wanted
        upload_door = UploadDoor(kept.uploads, Callers(doorkeeper), doorkeeper, clock)
        self._server.add([*Page(folder_beside("controller", "web")).routes, *upload_door.routes])
        self._server.add(CoverDoor(self._covers).routes)
        self._advertiser: ServiceAdvertiser | None = None
        self._port = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """Run all parts while the block lasts; gives the port, as soon as commands are taken."""
        await self._keeper.begin()
        await self._chronicle.begin()
        async with asyncio.TaskGroup() as tasks:
            parts = [
                tasks.create_task(self._player.run()),
                tasks.create_task(self._covers.run()),
                tasks.create_task(self._loop.run(self._player, self._house)),
                tasks.create_task(self._metrics.watch_loop()),
                tasks.create_task(self._service.run()),
                tasks.create_task(self._keeper.run()),
                tasks.create_task(self._chronicle.run()),
                tasks.create_task(self._be_thrifty()),
                tasks.create_task(self._house.run(self._door.carry, self._loop)),
                tasks.create_task(self._settings.run()),
                tasks.create_task(self._front.run(self._door.take_here)),
                tasks.create_task(self._pairing.run(self._local_door, {"doctor": self._examine})),
            ]
            try:
                async with self._listening() as port:
                    self._port = port
                    await self._house.begun.wait()
                    self._meet_the_house(port)
                    self._front.ready()
                    if self._settings.config.mdns:
                        parts.append(tasks.create_task(self._advertise()))
                    self._service.ready()
                    yield port
            finally:
                ended_at = self._clock.now()
                self._service.stopping()
                for part in parts:
                    part.cancel()
        await self._keeper.finish(ended_at)
        await self._chronicle.finish()

    def _listening(self) -> AbstractAsyncContextManager[int]:
        config = self._settings.config
        return self._server.listening(config.host, config.port, self._certificate)

    @property
    def _advertised(self) -> Advertisement:
        config = self._settings.config
        return Advertisement(self._keeper.receiver_id, config.name, self._port, config.host)

    async def _advertise(self) -> None:
        # Being seen can wait until commands are taken; loading what it needs is slow.
        module = await asyncio.to_thread(
            importlib.import_module, "receiver.discovery.zeroconf_advertiser"
        )
        advertiser: ServiceAdvertiser = module.ZeroconfAdvertiser(
            self._advertised, self._clock, on_seen=self._seen
        )
        self._advertiser = advertiser
        await advertiser.run()

    async def _examine(self) -> Examination:
        """What is wrong, if anything. What that takes is loaded when somebody asks."""
        module = await asyncio.to_thread(importlib.import_module, "receiver.doctor.running")
        instance = self._advertiser.instance if self._advertiser else None
        told: Examination = await module.examine_running(
            self._settings.config,
            self._hub.snapshot().state,
            self._port,
            instance,
            self._front.parts,
            [part.sentence for part in self._front.status if not part.ok],
        )
        return told

    def _own_url(self) -> str:
        """Where the page of this receiver is, by the best of its addresses."""
        host = self._settings.config.host or next(iter(reachable(usable_addresses())), "localhost")
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}/"

    def _wanted(self) -> Iterator[str]:
        """What is in the queue here, and what others of the house play: where it is from a file of
        ours, that is to stay.
        """
        yield from self._session.queue.urls
        for peer in self._house.peers.values():
            if peer.session is not None and peer.session.item is not None:
                yield peer.session.item.url

    def _lasting_host(self) -> str:
        """The name that mDNS gives our addresses, where it does."""
        server = self._advertised.server.removesuffix(".")
        return f"{server}:{self._port}" if self._settings.config.mdns else ""

    def _say(self, code: str) -> None:
        """Have a pairing code said, or no more."""
        if self._settings.config.speak:
            if code:
                self._front.herald()
            self._player.order(Speak(code, gain_of(self._session.state.volume.cap)))

    async def _be_thrifty(self) -> None:
        """Give back what playing took, when nothing has been played for a while."""
        thrift = Thrift(rest)
        while True:
            thrift.look(self._clock.now(), idle=self._session.deck.item is None)
            await self._clock.sleep(LOOK_S)

    # --- how it is set ----------------------------------------------------------------------

    def _ask(self, command: Command, reply: Reply) -> None:
        if isinstance(command, SettingsGet | SettingsSet):
            self._settings.ask(command, reply)
        else:
            self._loop.ask(command, reply)

    def _reported(self, report: Report) -> None:
        self._settings.reported(report)
        self._loop.report(report)

    def _be_set(self, config: Config) -> None:
        self._pairing.be_set(config)
        self._house.rename(config.name)
        if self._advertiser is not None:
            self._advertiser.update(self._advertised)

    # --- the house --------------------------------------------------------------------------

    def _publish(self, state: State) -> None:
        """Controllers hear of the peers too; peers hear of one another by themselves."""
        self._service.published(state)
        self._house.plays = state.session.playback == "playing"
        self._peer_news.publish(state)
        peers = self._house.peers
        access = self._pairing.doorkeeper.access
        settings = self._settings.state
        told = msgspec.structs.replace(state, peers=peers, access=access, settings=settings)
        self._front.show(told)
        self._diary.follow(told)
        self._hub.publish(told)
        if peers is not self._peers:
            self._peers = peers
            self._keeper.meet(peers.values())

    def _remember(self) -> None:
        self._keeper.look()
        self._chronicle.look()

    def _meet_the_house(self, port: int) -> None:
        """Call on those that are remembered or named, besides those that will be seen."""
        self._house.listens_on(port)
        for peer in self._keeper.peers:
            self._house.seen(peer.id, peer.name, [Address(peer.host, peer.port)])
        for address in addresses_in(self._settings.config.peers, DEFAULT_PORT):
            self._house.meet(Address(*address))

    def _seen(self, seen: Seen) -> None:
        self._house.seen(seen.id, seen.name, [Address(*address) for address in seen.addresses])


def _names(config: Config, receiver_id: str) -> frozenset[str]:
    """What this receiver is called in URLs."""
    advertised = Advertisement(receiver_id, config.name, config.port).server
    return own_names(socket.gethostname(), advertised, *names_in(config.hosts))


def _session(config: Config, me: ReceiverInfo, wall: WallClock) -> Session:
    loudness = Loudness(
        lambda percent: (gain_of(percent), decibels(gain_of(percent))),
        Caps.configured(config.volume_cap, config.night_cap, config.night_hours),
        wall.time_of_day,
    )
    output = Output(backend=config.audio, device=config.device)
    history = History(wall.unix_time)
    return Session(me, uuid.uuid4().hex, loudness, output, history)


def _boot_id() -> str:
    """The kernel's name for this boot: the monotonic clock begins anew with it."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return uuid.uuid4().hex
