"""WebSockets to peers: the one file of the house that knows aiohttp."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator

import aiohttp

from receiver.peers.base import Address, Dial, PeerRefused, Wire
from receiver.protocol.limits import MAX_PEER_MESSAGE_BYTES, PEER_PATH

CLOSE_S = 0.5


@contextlib.asynccontextmanager
async def dialler(*, tls: bool = False) -> AsyncIterator[Dial]:
    """Gives the way to open wires while the block lasts. With `tls` any certificate will do: which
    it was is the wire's `channel`, and part of what both sides prove.
    """
    context = _any_certificate() if tls else None
    scheme = "https" if tls else "http"
    async with aiohttp.ClientSession() as session:

        async def dial(address: Address) -> Wire:
            host = f"[{address.host}]" if ":" in address.host else address.host
            try:
                socket = await session.ws_connect(
                    f"{scheme}://{host}:{address.port}{PEER_PATH}",
                    ssl=context or True,
                    max_msg_size=MAX_PEER_MESSAGE_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                )
            except aiohttp.ClientConnectorError as error:
                if isinstance(error.os_error, ConnectionRefusedError):
                    raise PeerRefused(str(error.os_error)) from None
                raise ConnectionError(str(error.os_error)) from None
            except (aiohttp.ClientError, UnicodeError) as error:  # or a name that no host has
                raise ConnectionError(str(error)) from None
            return _DialledWire(socket, address.host, _channel(socket))

        yield dial


class _DialledWire:
    """See `Wire`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, host: str, channel: str) -> None:
        self.host = host
        self.channel = channel
        self._socket = socket

    async def send(self, message: bytes) -> None:
        """See `Wire`."""
        try:
            await self._socket.send_str(message.decode())
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from None

    async def receive(self) -> bytes | str:
        """See `Wire`."""
        frame = await self._socket.receive()
        if frame.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError(str(frame.extra or "it was closed"))
        text: str = frame.data
        return text

    async def close(self) -> None:
        """See `Wire`."""
        await self._socket.close()


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _channel(socket: aiohttp.ClientWebSocketResponse) -> str:
    """The fingerprint of the certificate that was shown."""
    tls = socket.get_extra_info("ssl_object")
    shown = tls.getpeercert(binary_form=True) if tls is not None else None
    return hashlib.sha256(shown).hexdigest() if shown else ""
