"""Whose requests are let in, what they may do, and what answers are like, over real sockets."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from receiver.protocol.limits import COMMANDS_PATH, WEBSOCKET_PATH
from receiver.server.certificate import Certificate
from tests.server import tls
from tests.server.open_house import (
    JSON,
    STOP,
    House,
    code_of,
    head_of,
    says_of_itself,
)

STRANGERS = ("http://evil.example", "http://127.0.0.1", "null")


# --- where from and where to ----------------------------------------------------------------


async def test_no_path_is_open_to_another_name(house: House, http: aiohttp.ClientSession) -> None:
    for method, path in house.routes:
        for host in ("evil.example", f"evil.example:{house.port}", "kitchen.evil.example"):
            headers = {"Host": host, "Origin": f"http://{host}", **JSON}
            answer = await http.request(method, house.url + path, headers=headers, data=STOP)
            assert answer.status == 421
            if method != "HEAD":
                assert await code_of(answer) == "wrong_host"
            says_of_itself(answer.headers)
    assert house.asked == []


async def test_no_path_is_open_to_pages_of_others(
    house: House, http: aiohttp.ClientSession
) -> None:
    for method, path in house.routes:
        for origin in STRANGERS:
            headers = {"Origin": origin, **JSON}
            answer = await http.request(method, house.url + path, headers=headers, data=STOP)
            assert answer.status == 403
            if method != "HEAD":
                assert await code_of(answer) == "wrong_origin"
            says_of_itself(answer.headers)
    assert house.asked == []


@pytest.mark.parametrize("origin", STRANGERS)
async def test_no_websocket_is_open_to_pages_of_others(
    house: House, http: aiohttp.ClientSession, origin: str
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(house.url + WEBSOCKET_PATH, origin=origin)
    assert refused.value.status == 403


async def test_own_pages_use_both_doors(house: House, http: aiohttp.ClientSession) -> None:
    own = {"Origin": house.url}
    answer = await http.post(house.url + COMMANDS_PATH, data=STOP, headers={**own, **JSON})
    assert answer.status == 200
    async with http.ws_connect(house.url + WEBSOCKET_PATH, headers=own) as socket:
        assert (await socket.receive_json())["type"] == "state"


async def test_a_page_that_came_by_tls_is_of_another_origin(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    house = House(tmp_path)
    certificate = Certificate(tls.for_server(tmp_path), "0" * 64)
    async with house.server.listening("127.0.0.1", 0, certificate) as port:
        secure, plain = f"https://127.0.0.1:{port}", f"http://127.0.0.1:{port}"
        for url in (secure, plain):
            for origin in (secure, plain):
                headers = {"Origin": origin, **JSON}
                answer = await http.post(
                    url + COMMANDS_PATH, data=STOP, headers=headers, ssl=tls.for_client()
                )
                assert answer.status == (200 if url == origin else 403)
        await http.close()


async def test_a_request_names_one_host(house: House) -> None:
    for head in (b"", b"Host: kitchen\r\nHost: evil.example\r\n", b"Host: \r\n"):
        answer = await house.raw(b"GET /v1/status HTTP/1.0\r\n" + head + b"\r\n")
        assert head_of(answer)[0] in (400, 421)


# --- what changes something -----------------------------------------------------------------


async def test_to_look_changes_nothing(house: House, http: aiohttp.ClientSession) -> None:
    """Whatever is sent along."""
    before = house.hub.snapshot()
    for method, path in house.routes:
        if method in ("GET", "HEAD"):
            query = "?type=stop&id=1&command=stop"
            await http.request(method, house.url + path + query, data=STOP, headers=JSON)
    assert house.asked == []
    assert house.hub.snapshot() == before


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "text/plain;charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/json",
    ],
)
async def test_what_a_form_can_send_changes_nothing(house: House, kind: str | None) -> None:
    field = b"" if kind is None else f"Content-Type: {kind}\r\n".encode()
    length = f"Content-Length: {len(STOP)}\r\n".encode()
    changing = [path for method, path in house.routes if method not in ("GET", "HEAD")]
    assert changing
    for path in changing:
        head = f"POST {path} HTTP/1.0\r\nHost: localhost\r\n".encode()
        answer = await house.raw(head + field + length + b"\r\n" + STOP)
        assert head_of(answer)[0] == 415
    assert house.asked == []


async def test_other_methods_are_refused_in_words(
    house: House, http: aiohttp.ClientSession
) -> None:
    known = set(house.routes)
    for path in {path for _, path in known}:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            if (method, path) not in known:
                answer = await http.request(method, house.url + path, data=STOP, headers=JSON)
                assert (answer.status, await code_of(answer)) == (405, "bad_request")
                assert answer.headers["Allow"]
                says_of_itself(answer.headers)
    assert house.asked == []


async def test_a_path_that_is_not_there_is_named(house: House, http: aiohttp.ClientSession) -> None:
    answer = await http.get(house.url + "/v2/status")
    assert answer.status == 404
    assert "/v2/status" in (await answer.json())["message"]
    says_of_itself(answer.headers)


async def test_every_answer_says_the_same_of_itself(
    house: House, http: aiohttp.ClientSession
) -> None:
    for method, path in house.routes:
        answer = await http.request(method, house.url + path, data=STOP, headers=JSON)
        says_of_itself(answer.headers)
    async with http.ws_connect(house.url + WEBSOCKET_PATH) as socket:
        says_of_itself(socket._response.headers)
