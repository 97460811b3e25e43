"""TLS to a receiver that is known by its fingerprint, and to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller import one_shot
from controller.address import Address
from controller.connection import connect
from controller.keys import Key, Keys
from receiver.errors import NoReceiver, Unauthorized
from receiver.server.certificate import Certificate, certificate_in
from tests.server.test_auth import Guarded


class Speaker(Guarded):
    """A receiver that speaks TLS, and where it is."""

    address: Address
    certificate: Certificate


@pytest.fixture
async def speaker(tmp_path: Path) -> AsyncIterator[Speaker]:
    made = Speaker()
    certificate = await asyncio.to_thread(certificate_in, tmp_path / "speaker")
    assert certificate is not None
    made.certificate = certificate
    async with made.server.listening("127.0.0.1", 0, certificate) as port:
        made.address = Address("127.0.0.1", port)
        yield made


def key(speaker: Speaker, fingerprint: str = "") -> Key:
    shown = fingerprint or speaker.certificate.fingerprint
    token = speaker.pair("Laptop", "owner")
    return Key("kitchen-id", "Kitchen", token, "owner", speaker.address, shown)


async def volume(address: Address) -> object:
    return await asyncio.to_thread(one_shot.send, address, "status")


async def test_commands_go_over_tls_to_who_is_known(speaker: Speaker) -> None:
    Keys().put(key(speaker))
    assert await volume(speaker.address)
    connection = await connect(speaker.address, Keys().at(speaker.address))
    assert '"state"' in await connection.receive()
    await connection.close()


async def test_no_token_is_shown_to_somebody_else(speaker: Speaker) -> None:
    other = key(speaker, "f" * 64)
    Keys().put(other)
    with pytest.raises(Unauthorized, match="certificate is another one"):
        await volume(speaker.address)
    with pytest.raises(Unauthorized):
        await connect(speaker.address, other)
    assert speaker.asked == []


async def test_a_server_without_tls_is_somebody_else(speaker: Speaker) -> None:
    known = key(speaker)

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n{}")
        writer.close()

    plain = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with plain:
        address = Address("127.0.0.1", plain.sockets[0].getsockname()[1])
        Keys().put(known._replace(address=address))
        with pytest.raises((Unauthorized, NoReceiver)):
            await volume(address)


async def test_the_key_of_the_house_is_told_over_tls(speaker: Speaker) -> None:
    Keys().put(key(speaker))
    told = await asyncio.to_thread(one_shot.send, speaker.address, "house.invite")
    assert told["house"]["keys"]
