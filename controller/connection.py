"""A WebSocket to a receiver: the one place of the controller that knows aiohttp."""

from __future__ import annotations

import asyncio

import aiohttp

from controller.address import Address
from controller.keys import Key
from controller.one_shot import MAX_ANSWER_BYTES, no_answer, reason_of
from receiver.errors import Unauthorized
from receiver.protocol.limits import WEBSOCKET_PATH

CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
"""A receiver that vanished without a word is noticed after about this long."""


class Connection:
    """An open WebSocket. `send` and `receive` raise `ConnectionError` once it is closed."""

    def __init__(
        self, session: aiohttp.ClientSession, websocket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self._session = session
        self._websocket = websocket

    async def send(self, message: bytes) -> None:
        """Send one message, JSON in UTF-8."""
        try:
            await self._websocket.send_str(message.decode())
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error) or "it was closed") from None

    async def receive(self) -> str:
        """The next message."""
        frame = await self._websocket.receive()
        if frame.type is aiohttp.WSMsgType.TEXT:
            text: str = frame.data
            return text
        raise ConnectionError(str(frame.extra or "it was closed"))

    async def close(self) -> None:
        """Close it. More than once is fine."""
        await self._websocket.close()
        await self._session.close()


async def connect(address: Address, key: Key | None = None) -> Connection:
    """Open a WebSocket to the receiver at `address`, and show a token there; over TLS where it is
    known by a fingerprint. Raises `NoReceiver`, and `Unauthorized` where the token is none, or
    somebody else is there.
    """
    headers = {"Authorization": f"Bearer {key.token}"} if key else {}
    scheme, fingerprint = "http", None
    if key and key.fingerprint:
        scheme, fingerprint = "https", aiohttp.Fingerprint(bytes.fromhex(key.fingerprint))
    session = aiohttp.ClientSession()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            websocket = await session.ws_connect(
                f"{scheme}://{address.authority}{WEBSOCKET_PATH}",
                ssl=fingerprint or True,
                headers=headers,
                heartbeat=HEARTBEAT_SECONDS,
                max_msg_size=MAX_ANSWER_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
            )
    except BaseException as error:
        await session.close()
        if isinstance(error, TimeoutError):
            raise no_answer(address, "it does not answer in time") from None
        if isinstance(error, aiohttp.WSServerHandshakeError):
            if error.status == Unauthorized.http_status:
                raise Unauthorized("This receiver does not know the token.") from None
            raise no_answer(address, f"what answers there says HTTP {error.status}") from None
        if isinstance(error, (aiohttp.ServerFingerprintMismatch, aiohttp.ClientSSLError)):
            raise Unauthorized("What answers there is not the receiver that is known.") from None
        if isinstance(error, aiohttp.ClientConnectorError):
            raise no_answer(address, reason_of(error.os_error)) from None
        if isinstance(error, aiohttp.ClientError):
            raise no_answer(address, str(error) or type(error).__name__) from None
        raise
    return Connection(session, websocket)
