"""Receivers of a house, songs, and people with browsers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from controller.client import Client
from tests.rig.chromium import Chromium, Person
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.web.music import Shelf
from tests.web.people import Owner, at_rest, becomes, home
from tests.web.source import STRINGS, WEB

shared = pytest_asyncio.fixture(scope="package", loop_scope="session")
"""For what takes long to start."""
fresh = pytest_asyncio.fixture(loop_scope="session")

Visit = Callable[..., Awaitable[Person]]
Prepare = Callable[[Person], Awaitable[object]]
Call = Callable[..., Awaitable[Any]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They share one browser, and so one event loop."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@shared
async def chromium() -> AsyncIterator[Chromium]:
    async with Chromium() as chromium:
        yield chromium


@shared
async def shelf() -> AsyncIterator[Shelf]:
    async with HttpServer() as server:
        yield Shelf(server)


@shared
async def call(chromium: Chromium) -> AsyncIterator[Call]:
    """Calls a function of ours over there, which gets what a module exports and what is given:
    `await call("store", "({Store}, given) => ...", given)`.
    """
    async with HttpServer() as site:
        for path in WEB.rglob("*.js"):
            served = Serving(path.read_bytes(), "text/javascript; charset=utf-8")
            site.serve(f"/{path.relative_to(WEB).as_posix()}", served)
        table = STRINGS.read_text("utf-8").replace("const STRINGS =", "export const STRINGS =")
        site.serve("/open.js", Serving(table.encode(), "text/javascript; charset=utf-8"))
        site.serve("/", Serving(b"<!doctype html><link rel=icon href='data:,'>", "text/html"))
        person = await chromium.person(site.url(""), locale="en-GB")
        await person.page.goto("/")

        async def call(module: str, script: str, given: object = None) -> Any:
            return await person.page.evaluate(
                f"async given => ({script})(await import('/lib/{module}.js'), given)", given
            )

        yield call
        await person.leave()


class House(NamedTuple):
    """Two receivers that know each other, and whoever comes."""

    kitchen: ReceiverProcess
    bedroom: ReceiverProcess


@shared
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with contextlib.ExitStack() as stack:

        def start(name: str, *flags: str) -> ReceiverProcess:
            flags = ("--audio", "mock", "--name", name, *flags)
            return stack.enter_context(ReceiverProcess(folder / name, *flags))

        kitchen = start("Kitchen")
        found = House(kitchen, start("Bedroom", "--peers", f"127.0.0.1:{kitchen.port}"))
        for receiver in found:
            async with Client("127.0.0.1", receiver.port) as client:
                await becomes(client, lambda state: any(p.clock for p in state.peers.values()))
        yield found


@fresh
async def remote(house: House) -> AsyncIterator[Client]:
    """The remote control of somebody else, for the kitchen, where nothing plays."""
    async with Client("127.0.0.1", house.kitchen.port, by="Anna") as client:
        await at_rest(client)
        yield client


@fresh
async def bedside(house: House) -> AsyncIterator[Client]:
    """The same for the bedroom."""
    async with Client("127.0.0.1", house.bedroom.port, by="Anna") as client:
        await at_rest(client)
        yield client


ATTIC = """
name = "Attic"
guest_volume = 40
"""


@shared
async def owner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Owner]:
    """That of a receiver which lets in who is paired; its guests may be as loud as 40 %."""
    folder = tmp_path_factory.mktemp("attic")
    (folder / "tonearm").mkdir()
    (folder / "tonearm" / "receiver.toml").write_text(ATTIC, "utf-8")
    with ReceiverProcess(folder, "--audio", "mock", "--auth", "pair") as receiver:
        async with Owner(receiver) as owner:
            yield owner


@fresh
async def visit(chromium: Chromium) -> AsyncIterator[Visit]:
    """Lets somebody with a browser of their own open the page of a receiver; at the end none of
    the pages may have been at fault. `prepare` is done to them before they open it.
    """
    people: list[Person] = []

    async def visit(
        receiver: ReceiverProcess,
        path: str = "/",
        prepare: Prepare | None = None,
        **options: object,
    ) -> Person:
        person = await chromium.person(home(receiver), **{"locale": "en-GB", **options})
        people.append(person)
        if prepare:
            await prepare(person)
        await person.page.goto(path)
        return person

    yield visit
    for person in people:
        await person.leave()
