"""A cover on its whole way: from the file on a server to a browser."""

from __future__ import annotations

import aiohttp
import pytest

from controller.client import Client
from receiver.model.cover import MAX_PICTURE
from receiver.model.state import State
from tests.covers.pictures import comment, png
from tests.hostile.header_packets import with_comments
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks

pytestmark = pytest.mark.tools("oggenc")


def cover(state: State) -> str | None:
    return None if state.session.item is None else state.session.item.cover


async def test_it_is_in_the_state_and_can_be_fetched(
    receiver: ReceiverProcess, client: Client, server: HttpServer, tracks: Tracks
) -> None:
    plain = tracks.get(1, 5).path.read_bytes()
    picture = png() + bytes(MAX_PICTURE - len(png()))
    with_cover = with_comments(plain, b"TITLE=Blue", comment(picture))
    await client.play(server.serve("/covered.ogg", Serving(with_cover)))
    path = cover(client.state)
    if path is None:
        async for state in client.changes():
            if (path := cover(state)) is not None:
                break
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{receiver.port}") as http,
        http.get(path or "") as answer,
    ):
        assert answer.content_type == "image/png"
        assert await answer.read() == picture
    await client.play(server.serve("/plain.ogg", Serving(plain)))
    assert cover(client.state) is None
