"""Who is let in over HTTP and the WebSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from receiver.clock.mock import MockClock
from receiver.model.trust import Trusted
from receiver.protocol import commands as c
from receiver.server import visitor
from receiver.server.door import Door
from receiver.server.hub import Hub
from receiver.trust.window import OPEN_S
from tests.server.serving import serving
from tests.server.test_hub import state
from tests.trust.doors import CODE, doorkeeper

STOP = {"type": "stop", "id": "1"}


class Guarded:
    """A server whose doorkeeper lets in those that are paired."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.hub.publish(state(10))
        clock = MockClock()
        self.asked: list[c.Command] = []
        self.keeper = doorkeeper(clock, "pair", Trusted(begun=True))
        self.named_here: list[str] = []
        door = Door(
            self.hub, lambda asked, _: self.asked.append(asked), _nowhere, self.keeper, clock
        )
        door.named_here = self.named_here.extend
        self.server = serving(self.hub, door, clock)
        self.url = ""

    def pair(self, name: str, role: str) -> str:
        """The token of a new pairing."""
        self.keeper.open(role)  # type: ignore[arg-type]
        token: str = self.keeper.carry_out(c.Pair(id="2", code=CODE, name=name), None)["token"]
        return token


def _nowhere(*_: object) -> None:
    raise AssertionError


@pytest.fixture
async def guarded() -> AsyncIterator[Guarded]:
    made = Guarded()
    async with made.server.listening("127.0.0.1", 0) as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def post(
    http: aiohttp.ClientSession, guarded: Guarded, command: dict[str, Any], token: str = ""
) -> tuple[int, dict[str, Any]]:
    headers = bearer(token) if token else {}
    answer = await http.post(f"{guarded.url}/v1/commands", json=command, headers=headers)
    return answer.status, await answer.json()


async def test_pairing_and_what_the_token_is_good_for(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    guarded.keeper.open("member")
    pair = {"type": "pair", "id": "a-unique-id-of-ours", "code": CODE, "name": "Phone"}
    status, answer = await post(http, guarded, pair)
    assert (status, answer["result"]["role"]) == (200, "member")
    token = answer["result"]["token"]
    status, answer = await post(http, guarded, pair)
    assert (status, answer["code"]) == (403, "pairing_closed"), "the same again is not answered"
    status, answer = await post(http, guarded, {"type": "status", "id": "1"}, token)
    assert (status, answer["type"]) == (200, "done")
    status, answer = await post(http, guarded, {"type": "pairings.list", "id": "1"}, token)
    assert (status, answer["code"]) == (403, "forbidden")


@pytest.mark.parametrize("token", ["", "x" * 43])
@pytest.mark.parametrize("path", ["/v1/status", "/v1/doctor", "/metrics"])
async def test_who_is_not_paired_sees_nothing(
    guarded: Guarded, http: aiohttp.ClientSession, path: str, token: str
) -> None:
    answer = await http.get(guarded.url + path, headers=bearer(token) if token else {})
    assert (answer.status, (await answer.json())["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 5000])
async def test_who_is_not_paired_changes_nothing(
    guarded: Guarded, http: aiohttp.ClientSession, token: str
) -> None:
    status, answer = await post(http, guarded, STOP, token)
    assert (status, answer["code"]) == (401, "unauthorized")
    assert guarded.asked == []


async def test_what_strangers_say_at_length_is_not_even_looked_at(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    guarded.keeper.open("member")
    pair = {"type": "pair", "id": "1", "code": CODE, "name": "Phone", "more": "x" * 5000}
    assert (await post(http, guarded, pair))[1]["code"] == "unauthorized"
    async with http.ws_connect(f"{guarded.url}/v1/ws") as socket:
        await socket.receive_json()
        await socket.send_json(pair)
        assert (await socket.receive_json())["code"] == "unauthorized"
    pair["more"] = "x"
    assert (await post(http, guarded, pair))[1]["code"] == "bad_request"


async def test_another_scheme_is_refused_in_words(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": "Basic YTpi"}
    answer = await http.get(f"{guarded.url}/v1/status", headers=headers)
    assert answer.status == 401
    assert "Bearer" in (await answer.json())["message"]


async def test_a_websocket_with_the_token_in_its_head(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    token = guarded.pair("Phone", "owner")
    async with http.ws_connect(f"{guarded.url}/v1/ws", headers=bearer(token)) as socket:
        assert (await socket.receive_json())["type"] == "state"


async def test_a_websocket_that_shows_its_token_first(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    token = guarded.pair("Phone", "owner")
    async with http.ws_connect(f"{guarded.url}/v1/ws") as socket:
        assert (await socket.receive_json())["code"] == "unauthorized"
        await socket.send_json({"type": "stop", "id": "1"})
        assert (await socket.receive_json())["code"] == "unauthorized"
        await socket.send_json({"type": "auth", "id": "2", "token": "x" * 43})
        assert (await socket.receive_json())["code"] == "unauthorized"
        await socket.send_json({"type": "auth", "id": "3", "token": token})
        assert (await socket.receive_json())["type"] == "state"
        done = {"type": "done", "id": "3", "result": {"role": "owner"}}
        assert await socket.receive_json() == done
    assert guarded.asked == []


async def test_a_websocket_that_shows_no_token_is_closed_in_the_end(
    guarded: Guarded, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "AUTH_S", 0.05)
    async with http.ws_connect(f"{guarded.url}/v1/ws") as socket:
        assert (await socket.receive_json())["code"] == "unauthorized"
        closing = await socket.receive()
    assert (closing.type, closing.data) == (aiohttp.WSMsgType.CLOSE, 4401)


async def test_a_websocket_with_a_wrong_token_is_not_opened(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await http.ws_connect(f"{guarded.url}/v1/ws", headers=bearer("x" * 43))
    assert error.value.status == 401


async def test_revoking_closes_the_connection(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    owner, phone = guarded.pair("Laptop", "owner"), guarded.pair("Phone", "member")
    async with http.ws_connect(f"{guarded.url}/v1/ws", headers=bearer(phone)) as socket:
        assert (await socket.receive_json())["type"] == "state"
        revoke = {"type": "pairings.revoke", "id": "1", "pairing": "Phone"}
        assert (await post(http, guarded, revoke, owner))[0] == 200
        assert (await socket.receive_json())["code"] == "unauthorized"
        assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert (await post(http, guarded, STOP, phone))[0] == 401


async def test_what_a_guest_adds_bears_the_guests_name(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    guest = guarded.pair("Anna", "guest")
    async with http.ws_connect(f"{guarded.url}/v1/ws", headers=bearer(guest)) as socket:
        items = [{"url": "http://radio.example/a.ogg"}]
        await socket.send_json({"type": "queue.add", "id": "1", "items": items, "by": "Ben"})
        await socket.send_json({"type": "status", "id": "2"})
        while (await socket.receive_json()).get("id") != "2":
            pass
    (added,) = guarded.asked
    assert isinstance(added, c.QueueAdd)
    assert added.by == "Anna"


async def test_a_link_for_a_phone_leads_where_the_owner_is(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    token, invite = guarded.pair("Laptop", "owner"), {"type": "pairings.open", "id": "1"}
    _, answer = await post(http, guarded, {**invite, "role": "guest"}, token)
    host = guarded.url.removeprefix("http://")
    assert answer["result"] == {
        "code": CODE,
        "seconds": OPEN_S,
        "role": "guest",
        "url": f"http://{host}/#pair={CODE}",
        "qr": ["10", "01"],
    }
    async with http.ws_connect(f"{guarded.url}/v1/ws") as socket:
        await socket.send_json({"type": "auth", "id": "1", "token": token})
        await socket.send_json({**invite, "id": "2"})
        while (answer := await socket.receive_json()).get("id") != "2":
            pass
    assert answer["result"]["url"] == f"http://{host}/#pair={CODE}"


async def test_what_is_secret_is_not_told_where_others_may_hear_it(
    guarded: Guarded, http: aiohttp.ClientSession
) -> None:
    """Nor to who has shown its token in a message, and not in the head."""
    token, invite = guarded.pair("Laptop", "owner"), {"type": "house.invite", "id": "2"}
    assert (await post(http, guarded, invite, token))[1]["code"] == "forbidden"
    async with http.ws_connect(f"{guarded.url}/v1/ws") as socket:
        await socket.send_json({"type": "auth", "id": "1", "token": token})
        await socket.send_json(invite)
        while (answer := await socket.receive_json()).get("id") != "2":
            pass
    assert answer["code"] == "forbidden"


ADDED = "http://192.168.1.5:8000/added.ogg"
PLAYED = {"type": "play", "id": "1", "url": "http://192.168.1.5:8000/played.ogg"}


@pytest.mark.parametrize(("own", "named"), [("127.0.0.1", [ADDED]), ("127.0.0.2", [])])
async def test_what_is_named_on_this_machine_is_told_apart(
    guarded: Guarded, own: str, named: list[str]
) -> None:
    """By who may: a guest plays nothing. To the receiver at 127.0.0.1, 127.0.0.2 is elsewhere."""
    guest = bearer(guarded.pair("Anna", "guest"))
    add = {"type": "queue.add", "id": "2", "items": [{"url": ADDED}]}
    connector = aiohttp.TCPConnector(local_addr=(own, 0))
    async with (
        aiohttp.ClientSession(connector=connector) as http,
        http.ws_connect(f"{guarded.url}/v1/ws", headers=guest) as socket,
    ):
        for command in (PLAYED, add, {"type": "status", "id": "3"}):
            await socket.send_json(command)
        while (await socket.receive_json()).get("id") != "3":
            pass
    assert guarded.named_here == named
