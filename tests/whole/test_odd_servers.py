"""Servers whose answers make no sense: the play is answered, and the receiver lives."""

from __future__ import annotations

import pytest

from controller.client import Client
from receiver.errors import BadRequest
from tests.rig.http_server import HttpServer, Serving
from tests.rig.receiver_process import ReceiverProcess
from tests.rig.tracks import Tracks

pytestmark = pytest.mark.tools("oggenc", "oggdec")


async def test_a_redirect_to_no_address_and_a_date_that_cannot_be(
    receiver: ReceiverProcess, client: Client, server: HttpServer, tracks: Tracks
) -> None:
    good = tracks.get(2, 5).path.read_bytes()
    with pytest.raises(BadRequest, match="redirects to what is no valid URL"):
        await client.play(server.serve("/nowhere.ogg", Serving(redirect="//[")))
    odd = Serving(good, modified="6 Nov 94 08:9999999999")
    await client.play(server.serve("/dated.ogg", odd))
    assert client.state.session.playback == "playing"
    assert not any("Traceback" in line for line in receiver.log), receiver.log
